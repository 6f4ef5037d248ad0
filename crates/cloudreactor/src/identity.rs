//! Works out who we are and what we may do, from what the API says of the user and of the key.

use groundwork_engine::ports::{ApiError, Identity};
use groundwork_model::world::Group;

use crate::fault::unexpected;
use crate::wire::{Me, WireApiKey};

/// The level of a member whom nobody gave one.
const OBSERVER: u32 = 1;

/// The level of a key that only shows by what it may not do. No real level is that low.
const SOMEWHERE_BELOW_DEVELOPER: u32 = 0;

/// What the API says of the key that we use.
pub(crate) enum Key {
    /// There is none: a user name and password are used.
    None,
    /// It is below Developer, so the API does not show it. It may belong to any of its user's groups.
    Hidden,
    /// This.
    Shown(WireApiKey),
}

/// Puts the answers together.
pub(crate) fn identity(me: Me, key: Key) -> Result<Identity, ApiError> {
    let own_level = |group: u64| me.group_access_levels.get(&group.to_string()).copied().unwrap_or(OBSERVER);
    let levels: Vec<(Group, u32)> = me
        .groups
        .into_iter()
        .map(|group| (own_level(group.id), group))
        .map(|(level, group)| (group.into(), level))
        .collect();
    let user = me.username;
    match key {
        Key::None => Ok(Identity { user, groups: levels, scope: None }),
        Key::Hidden => {
            let groups = levels.into_iter().map(|(group, _)| (group, SOMEWHERE_BELOW_DEVELOPER)).collect();
            Ok(Identity { user, groups, scope: None })
        }
        Key::Shown(key) => of_key(user, key, &levels),
    }
}

/// A key may do what both it and its user may.
fn of_key(user: String, key: WireApiKey, levels: &[(Group, u32)]) -> Result<Identity, ApiError> {
    let group = Group::from(key.group);
    let Some((_, level)) = levels.iter().find(|(of_user, _)| of_user.id == group.id) else {
        let message = format!("the API key belongs to group {:?}, but its user is not in it", group.name);
        return Err(unexpected("GET /api/v1/api_keys/", message));
    };
    let groups = vec![(group, key.access_level.min(*level))];
    Ok(Identity { user, groups, scope: key.run_environment.map(|scope| scope.uuid) })
}

#[cfg(test)]
mod tests {
    use groundwork_model::Uuid;
    use serde_json::{Value, json};

    use super::*;

    fn check(key: Option<Value>, hidden: bool, expect: &[(u64, u32)]) -> Identity {
        let me = serde_json::from_value(json!({
            "username": "someone",
            "groups": [{"id": 2, "name": "example"}, {"id": 3, "name": "othergroup"}, {"id": 4, "name": "third"}],
            "group_access_levels": {"2": 1000, "3": 100},
        }))
        .expect("a valid body");
        let key = match key {
            Some(key) => Key::Shown(serde_json::from_value(key).expect("a valid body")),
            None if hidden => Key::Hidden,
            None => Key::None,
        };
        let identity = identity(me, key).expect("an identity");
        let got: Vec<(u64, u32)> = identity.groups.iter().map(|(group, level)| (group.id, *level)).collect();
        assert_eq!(got, expect);
        identity
    }

    #[test]
    fn levels_are_the_lower_of_key_and_user() {
        let key = |group: u64, level: u32| {
            Some(json!({"access_level": level, "group": {"id": group, "name": "x"}, "run_environment": null}))
        };
        check(None, false, &[(2, 1000), (3, 100), (4, 1)]);
        check(None, true, &[(2, 0), (3, 0), (4, 0)]);
        check(key(2, 500), false, &[(2, 500)]);
        check(key(3, 500), false, &[(3, 100)]);
        check(key(4, 500), false, &[(4, 1)]);
    }

    #[test]
    fn a_scoped_key_tells_its_run_environment() {
        let uuid = "745fcdb7-fbab-4661-a07c-abcec263c956";
        let key = json!({"access_level": 500, "group": {"id": 2, "name": "x"}, "run_environment": {"uuid": uuid}});
        let identity = check(Some(key), false, &[(2, 500)]);
        assert_eq!(identity.scope.as_ref().map(Uuid::as_str), Some(uuid));
    }
}
