//! Many accounts at once: refusals stand alone, lists count from the front.

use lgsp_identity::{AccountChange, AccountQuery, Actor, Error, NewAccount, Password};
use serde_json::json;

use crate::kit::each_database;

fn wish(username: &str) -> NewAccount {
    NewAccount {
        username: username.to_owned(),
        display_name: format!("Cán bộ {username}"),
        agency: Some("H34.01".to_owned()),
        source: Some("scim:hr".to_owned()),
        document: Some(json!({"nickName": username})),
        ..NewAccount::default()
    }
}

each_database! {
    async fn one_refused_account_does_not_hold_up_the_others(world: &World) {
        let actor = Actor::named("scim:hr", None, world.identity_now());
        let wishes = vec![wish("an.mot"), wish("an.hai"), wish("An.Mot"), wish("ấn")];
        let answers = world.identity.create_accounts(&actor, wishes, usize::MAX).await.unwrap();
        assert!(answers[0].is_ok() && answers[1].is_ok());
        assert!(matches!(answers[2], Err(Error::AccountExists)));
        assert!(matches!(answers[3], Err(Error::Invalid(_))));
        assert_eq!(world.journal("an.hai").await.len(), 1);
        let query = AccountQuery { source: Some("scim:hr".to_owned()), skip: 1, ..AccountQuery::default() };
        assert_eq!(world.identity.count_accounts(&query).await.unwrap(), 2);
        let rest = world.identity.accounts(&query, 10).await.unwrap();
        assert_eq!(rest.len(), 1);
        assert_eq!(rest[0].username, "an.mot");
        assert_eq!(rest[0].document, Some(json!({"nickName": "an.mot"})));
        let left = world.identity.leave(&actor, &rest[0], lgsp_identity::Base::Any).await.unwrap();
        let change = AccountChange { document: Some(None), ..AccountChange::default() };
        let bare = world.identity.update_account(&actor, &left, change).await.unwrap();
        assert_eq!(bare.document, None);
        let present = AccountQuery { is_without_left: true, skip: 0, ..query };
        assert_eq!(world.identity.count_accounts(&present).await.unwrap(), 1);
    }

    async fn making_many_ends_with_the_last_refusal_allowed(world: &World) {
        let actor = Actor::named("scim:hr", None, world.identity_now());
        let wishes = ["an.mot", "ấn", "an.hai", "an.mot", "an.ba"].map(wish).to_vec();
        let answers = world.identity.create_accounts(&actor, wishes, 2).await.unwrap();
        assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true, false]);
        assert!(world.identity.account_by_username("an.ba").await.is_err());
    }

    async fn a_temporary_password_is_long_and_must_be_changed(world: &World) {
        let actor = Actor::named("scim:hr", None, world.identity_now());
        let with = |name: &str, text: &str| NewAccount {
            password: Some(Password::temporary(text.to_owned())),
            ..wish(name)
        };
        let wishes = vec![with("an.dai", "3f2504e0-4f89-41d3-9a0c"), with("an.ngan", "3f2504e0")];
        let answers = world.identity.create_accounts(&actor, wishes, usize::MAX).await.unwrap();
        let made = answers[0].as_ref().unwrap();
        assert!(made.must_change_password);
        assert!(matches!(answers[1], Err(Error::Invalid(_))));
        let password = Password::temporary("5a2504e0-4f89-41d3-9a0d".to_owned());
        world.identity.reset_password(&actor, made, password).await.unwrap();
        assert!(world.identity.account(made.id).await.unwrap().must_change_password);
    }
}
