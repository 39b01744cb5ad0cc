//! Logout tokens: applications of OpenID Connect are told that a session has ended.
//!
//! Owns: what is sent, what an answer means, ending the families of the session.
//! Not here: when, and how often (`back_channel.rs`).
//! Invariant: the families end in the transaction that promises to tell; a logout token is
//! minted anew at each attempt, because it lives two minutes.
//! Follows: OpenID Connect Back-Channel Logout 1.0; design document "Identity", section 2.8.

use lgsp_identity::Participant;
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    back_channel::{BackChannel, Call, Calling, Farewell, Heard, Parting, Promise},
    error::Result,
    oidc::{
        Provider,
        params::encode,
        tables::family::{self, Which},
        token::mint,
    },
};

/// Queue of logout tokens.
const QUEUE: &str = "oidc.logout";

/// What a delivery knows.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    client: String,
    sub: String,
    session: Uuid,
}

/// Single logout of OpenID Connect.
pub(in crate::oidc) struct TokenLogout(pub(in crate::oidc) Provider);

impl BackChannel for TokenLogout {
    fn protocol(&self) -> &'static str {
        "oidc"
    }

    fn queue(&self) -> &'static str {
        QUEUE
    }

    fn farewell<'a>(&'a self, participant: &'a Participant) -> Parting<'a> {
        Box::pin(self.part(participant))
    }

    fn call<'a>(&'a self, payload: &'a str) -> Calling<'a> {
        Box::pin(self.request(payload))
    }

    /// Section 2.8: 200 or 204 is success, 400 says that the token was not accepted.
    fn heard(&self, status: StatusCode) -> Heard {
        match status {
            StatusCode::OK | StatusCode::NO_CONTENT => Heard::Yes,
            StatusCode::BAD_REQUEST => Heard::Never,
            _ => Heard::NotYet,
        }
    }
}

impl TokenLogout {
    async fn part(&self, participant: &Participant) -> Result<Farewell> {
        let provider = &self.0;
        let session = participant.session_id;
        let families = family::live(&provider.platform.db, &Which::Session(session)).await?;
        let client = provider.clients.find(&participant.client).await?;
        let is_told = client.is_some_and(|client| client.spec.backchannel_logout_uri.is_some());
        let promise = match is_told {
            true => Some(promise(participant)?),
            false => None,
        };
        let effects = provider.revoked.effects(&families);
        let own = provider.clone();
        Ok(Farewell {
            promise,
            effects,
            afterwards: Some(Box::new(move || own.revoked.noted(&families))),
        })
    }

    async fn request(&self, payload: &str) -> Result<Option<Call>> {
        let provider = &self.0;
        let Ok(told) = serde_json::from_str::<Told>(payload) else {
            return Ok(None);
        };
        let Some(client) = provider.clients.find(&told.client).await? else {
            return Ok(None);
        };
        let Some(url) = client.spec.backchannel_logout_uri.clone() else {
            return Ok(None);
        };
        let token = mint::logout(provider, &client, &told.sub, told.session).await?;
        Ok(Some(Call {
            url,
            // A client may have registered itself with an address of the machine.
            may_be_local: provider.client_keys.is_local_allowed(),
            content_type: "application/x-www-form-urlencoded",
            header: None,
            body: format!("logout_token={}", encode(&token)),
        }))
    }
}

fn promise(participant: &Participant) -> Result<Promise> {
    let sub = participant.data.get("sub").and_then(|sub| sub.as_str());
    let told = Told {
        client: participant.client.clone(),
        sub: sub.unwrap_or_default().to_owned(),
        session: participant.session_id,
    };
    let payload = serde_json::to_string(&told)
        .map_err(|error| lgsp_platform::Error::Internal(error.to_string()))?;
    Ok(Promise {
        address: participant.client.clone(),
        payload,
    })
}
