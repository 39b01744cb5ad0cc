//! The grant of devices.
//!
//! Owns: polling.
//! Follows: RFC 8628, sections 3.4 and 3.5.

use lgsp_platform::ledger::{Acceptance, Accepted, Claim, Effects};

use super::{Issued, Request, first_refresh};
use crate::oidc::{
    client::kind::GrantType,
    fail::{Fail, Outcome},
    grant::Grant,
    limits::{DEVICE_INTERVAL_S, REFRESH_IDLE_MS},
    tables::{
        device::{self, Device, DeviceState},
        family,
    },
};

pub(super) async fn poll(request: &Request<'_>) -> Outcome<Issued> {
    let provider = request.provider;
    let code = request.params.need("device_code")?;
    let now = provider.platform.clock.now();
    let found = device::find(&provider.platform.db, code).await?;
    let device = found
        .filter(|device| device.client == request.client.id)
        .ok_or_else(|| Fail::grant("the device code is wrong"))?;
    if device.expires_at <= now {
        return Err(Fail::new("expired_token", "the device code has expired"));
    }
    match device.state {
        DeviceState::Denied => Err(Fail::new("access_denied", "the person refused")),
        DeviceState::Pending => Err(wait(request, &device).await?),
        DeviceState::Allowed => redeem(request, &device, code).await,
    }
}

/// Too early, or not decided yet.
async fn wait(request: &Request<'_>, device: &Device) -> Outcome<Fail> {
    let platform = &request.provider.platform;
    let now = platform.clock.now();
    let is_early = now.since(device.polled_at) < device.interval_s * 1_000;
    let interval_s = match is_early {
        true => device.interval_s + DEVICE_INTERVAL_S,
        false => device.interval_s,
    };
    let acceptance = Acceptance {
        claim: None,
        effects: Effects {
            statements: vec![device::polled(&platform.db, device, interval_s, now)],
            ..Effects::default()
        },
    };
    platform.ledger.accept(acceptance).await?;
    Ok(match is_early {
        true => Fail::new("slow_down", "wait five seconds longer between questions"),
        false => Fail::new("authorization_pending", "nobody has decided yet"),
    })
}

async fn redeem(request: &Request<'_>, device: &Device, code: &str) -> Outcome<Issued> {
    let provider = request.provider;
    let now = provider.platform.clock.now();
    let mut grant: Grant = serde_json::from_str(&device.payload)
        .map_err(|_| Fail::grant("the device code is wrong"))?;
    request.admit(&grant, "access_denied").await?;
    grant.jkt.clone_from(&request.jkt);
    grant.x5t.clone_from(&request.x5t);
    let refresh = request
        .client
        .spec
        .may(GrantType::Refresh)
        .then(|| first_refresh(provider, code));
    let mut rows = vec![family::row(&grant, now)?];
    if let Some(token) = &refresh {
        let ends = now.plus_ms(REFRESH_IDLE_MS).min(grant.expires_at);
        rows.push(family::token_row(token, grant.id, ends));
    }
    let acceptance = Acceptance {
        claim: Some(Claim {
            key: format!("oidc.device:{}", grant.id),
            result: String::new(),
            expires_at: device.expires_at,
        }),
        effects: Effects {
            rows,
            ..Effects::default()
        },
    };
    if provider.platform.ledger.accept(acceptance).await? != Accepted::New {
        return Err(Fail::grant("the device code was used"));
    }
    let scopes = grant.scopes.clone();
    request.for_person(&grant, scopes, &[], refresh).await
}
