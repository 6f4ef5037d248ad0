use groundwork_cloudreactor_double::ApiKey;
use groundwork_engine::ports::{ErrorClass, Identity, Saas};
use groundwork_model::Uuid;

use crate::support::{World, aws, ecs, example, key, name, password};

fn groups(identity: &Identity) -> Vec<(u64, u32)> {
    identity.groups.iter().map(|(group, level)| (group.id, *level)).collect()
}

fn with_key(user: &str, group: u64, level: u32, scope: Option<&str>) -> (World, String) {
    let text = "b".repeat(40);
    let added = ApiKey {
        key: text.clone(),
        name: "added".to_owned(),
        user: user.to_owned(),
        group,
        level,
        enabled: true,
        run_environment: scope.map(ToOwned::to_owned),
    };
    (World::with(|config| config.api_keys.push(added)), text)
}

#[tokio::test]
async fn users_have_the_levels_of_their_groups() {
    let world = World::start();
    for (user, expect) in
        [("exampleuser", vec![(2, 1000)]), ("twogroups", vec![(2, 1000), (3, 1000)]), ("observer", vec![(2, 1)])]
    {
        let identity = world.client(password(user)).identity().await.expect("an identity");
        assert_eq!((identity.user.as_str(), groups(&identity), &identity.scope), (user, expect, &None));
    }
}

#[tokio::test]
async fn a_key_is_of_one_group_and_has_the_lower_level() {
    let (world, added) = with_key("twogroups", 3, 500, None);
    let identity = world.client(key(&added)).identity().await.expect("an identity");
    assert_eq!((identity.user.as_str(), groups(&identity)), ("twogroups", vec![(3, 500)]));
}

#[tokio::test]
async fn a_key_below_developer_is_known_by_what_it_may_not_do() {
    let (world, added) = with_key("twogroups", 3, 100, None);
    let identity = world.client(key(&added)).identity().await.expect("an identity");
    assert_eq!(groups(&identity), [(2, 0), (3, 0)]);
}

#[tokio::test]
async fn a_scoped_key_names_its_run_environment() {
    let world = World::start();
    let developer = world.developer();
    let made = developer.create_run_environment(&example(), &name("staging"), &aws(), &ecs()).await;
    let Ok(groundwork_engine::ports::Created::Made(made)) = made else { panic!("not made: {made:?}") };
    let scoped = scoped_key(&world, &made.uuid).await;
    let client = world.client(key(&scoped));
    let identity = client.identity().await.expect("an identity");
    assert_eq!((groups(&identity), identity.scope), (vec![(2, 500)], Some(made.uuid.clone())));

    let found = client.run_environment(&example(), &name("staging")).await.expect("a list");
    assert_eq!(found.present().map(|found| &found.uuid), Some(&made.uuid));
    // What the key is not shown is not absent.
    let error = client.run_environment(&example(), &name("other")).await.expect_err("out of scope");
    assert_eq!(error.class, ErrorClass::Denied);
}

/// Makes a key that opens one Run Environment only.
async fn scoped_key(world: &World, uuid: &Uuid) -> String {
    let body = serde_json::json!({"access_level": 500, "run_environment": {"uuid": uuid}});
    let answer = crate::support::http()
        .post(format!("{}/api/v1/api_keys/", world.double.url))
        .bearer_auth(groundwork_cloudreactor_double::EXAMPLE_KEY)
        .json(&body)
        .send()
        .await
        .expect("an answer");
    let made: serde_json::Value = answer.json().await.expect("a key");
    made["key"].as_str().expect("a key").to_owned()
}
