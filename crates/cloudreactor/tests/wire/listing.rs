use std::collections::BTreeSet;

use futures_util::future::join_all;
use groundwork_cloudreactor::Client;
use groundwork_cloudreactor_double::{EXAMPLE_KEY, Effect, Fault};
use groundwork_engine::ports::{Created, ErrorClass, Saas};
use groundwork_model::RunEnvironmentName;
use groundwork_model::run_environment::RunEnvironment;
use groundwork_model::world::Observed;
use serde_json::{Value, json};
use wiremock::matchers::{method, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{TestClock, World, aws, client, ecs, example, key, name, requests};

const LIST: &str = "/api/v1/run_environments/";

/// `target-000`, `target-001` and so on: in the order in which the server has them.
fn target(number: usize) -> RunEnvironmentName {
    name(&format!("target-{number:03}"))
}

/// A client that is told so many names.
fn expecting(world: &World, count: usize) -> Client<TestClock> {
    world.developer().expecting((0..count).map(target).collect())
}

/// Makes every second Run Environment of so many.
async fn make_every_second(world: &World, count: usize) -> Vec<RunEnvironment> {
    let mut made = Vec::new();
    let developer = world.developer();
    for number in (0..count).step_by(2) {
        match developer.create_run_environment(&example(), &target(number), &aws(), &ecs()).await {
            Ok(Created::Made(one)) => made.push(*one),
            other => panic!("not made: {other:?}"),
        }
    }
    made
}

async fn look_up(client: &Client<TestClock>, count: usize) -> Vec<Observed<RunEnvironment>> {
    let group = example();
    let names: Vec<_> = (0..count).map(target).collect();
    let found = join_all(names.iter().map(|name| client.run_environment(&group, name))).await;
    found.into_iter().map(|found| found.expect("a look-up")).collect()
}

/// The queries of the list since an entry of the log.
fn queries(world: &World, since: usize) -> Vec<String> {
    let log = world.double.log();
    let asked = log[since..].iter().filter(|entry| entry.method == "GET" && entry.path == LIST);
    let text = |(key, value): &(String, String)| format!("{key}={value}");
    asked.map(|entry| entry.query.iter().map(text).collect::<Vec<_>>().join("&")).collect()
}

#[tokio::test]
async fn many_first_look_ups_are_answered_from_one_list_and_the_next_are_not() {
    let world = World::start();
    let made = make_every_second(&world, 240).await;
    let (client, before) = (expecting(&world, 240), world.log().len());
    let found = look_up(&client, 240).await;
    let (there, absent): (Vec<_>, Vec<_>) = found.chunks(2).map(|pair| (&pair[0], &pair[1])).unzip();
    // What a list shows is what a look-up by name shows.
    assert_eq!(there, made.iter().cloned().map(Observed::Present).collect::<Vec<_>>().iter().collect::<Vec<_>>());
    assert!(absent.iter().all(|absent| **absent == Observed::Absent));
    let group = "created_by_group__id=2";
    assert_eq!(queries(&world, before), [format!("{group}&limit=100"), format!("{group}&limit=100&offset=100")]);

    let before = world.log().len();
    look_up(&client, 3).await;
    assert_eq!(queries(&world, before).len(), 3, "each looks again by name");
}

#[tokio::test]
async fn a_second_look_up_sees_what_came_after_the_list() {
    let world = World::start();
    let client = expecting(&world, 20);
    assert_eq!(look_up(&client, 20).await, vec![Observed::Absent; 20]);
    make_every_second(&world, 1).await;
    let found = client.run_environment(&example(), &target(0)).await.expect("a look-up");
    assert!(found.present().is_some(), "it was made meanwhile");
}

#[tokio::test]
async fn after_a_save_nothing_is_answered_from_the_list() {
    let world = World::start();
    let client = expecting(&world, 20);
    client.run_environment(&example(), &target(0)).await.expect("a look-up");
    let made = client.create_run_environment(&example(), &target(1), &aws(), &ecs()).await.expect("made");
    let Created::Made(made) = made else { panic!("not made: {made:?}") };
    let found = client.run_environment(&example(), &target(1)).await.expect("a look-up");
    assert_eq!(found, Observed::Present(*made));
}

#[tokio::test]
async fn few_names_and_names_that_nobody_told_of_are_looked_up() {
    let world = World::start();
    for (told, looked_up) in [(1, 1), (9, 9)] {
        let before = world.log().len();
        look_up(&expecting(&world, told), looked_up).await;
        let queries = queries(&world, before);
        assert!(
            queries.len() == looked_up && queries.iter().all(|query| query.contains("&name=target-")),
            "{queries:?}"
        );
    }
    let before = world.log().len();
    expecting(&world, 20).run_environment(&example(), &name("other")).await.expect("a look-up");
    assert_eq!(queries(&world, before), ["created_by_group__id=2&name=other"]);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_fails_those_who_wait_for_it_and_is_read_again_later() {
    let world = World::start();
    let client = expecting(&world, 20);
    let denied = Effect::Answer { status: 403, body: json!({"detail": "no"}), retry_after: None };
    world.double.fault(Fault::next("GET", LIST, denied));
    let (group, names) = (example(), (0..20).map(target).collect::<Vec<_>>());
    let found = join_all(names.iter().map(|name| client.run_environment(&group, name))).await;
    assert!(found.iter().all(|found| found.as_ref().is_err_and(|error| error.class == ErrorClass::Denied)));
    assert_eq!(world.log(), [format!("GET {LIST} 403")]);
    look_up(&client, 20).await;
    assert_eq!(world.log().len(), 2);
}

fn entry(number: usize) -> Value {
    json!({"uuid": format!("745fcdb7-fbab-4661-a07c-{number:012}"), "name": target(number),
           "infrastructure_settings": {}, "execution_method_settings": {}})
}

/// A server whose list consists of these pages, and which finds every name.
async fn with_pages(pages: [(usize, Vec<Value>); 2]) -> (MockServer, Client<TestClock>) {
    let server = MockServer::start().await;
    let [first, second] = pages.map(|(count, results)| {
        ResponseTemplate::new(200).set_body_json(json!({"count": count, "next": null, "results": results}))
    });
    let list = || Mock::given(method("GET")).and(query_param("limit", "100"));
    list().and(query_param_is_missing("offset")).respond_with(first).mount(&server).await;
    list().and(query_param("offset", "100")).respond_with(second).mount(&server).await;
    let by_name = |request: &wiremock::Request| {
        let name = request.url.query_pairs().find(|(key, _)| key == "name").expect("a look-up by name").1.into_owned();
        let mut found = entry(0);
        found["name"] = json!(name);
        ResponseTemplate::new(200).set_body_json(json!({"count": 1, "next": null, "results": [found]}))
    };
    let look_up = Mock::given(method("GET")).and(query_param_is_missing("limit"));
    look_up.respond_with(by_name).mount(&server).await;
    let names: BTreeSet<_> = (0..20).map(target).collect();
    let client = client(&server.uri(), key(EXAMPLE_KEY), &TestClock::new()).expecting(names);
    (server, client)
}

#[tokio::test]
async fn a_list_that_changed_between_its_pages_answers_nothing() {
    let page = |range: std::ops::Range<usize>| range.map(entry).collect::<Vec<_>>();
    for pages in [
        // One came.
        [(150, page(0..100)), (151, page(100..151))],
        // One went, and the first of the second page has moved to the first.
        [(150, page(0..100)), (149, page(101..150))],
        // One of the first page went and one came at the end.
        [(150, page(0..100)), (150, [page(101..150), page(99..100)].concat())],
        // A page is short.
        [(150, page(0..100)), (150, page(100..140))],
    ] {
        let (server, client) = with_pages(pages).await;
        for found in look_up(&client, 20).await {
            assert!(found.present().is_some(), "each was looked up by name");
        }
        assert_eq!(requests(&server).await.len(), 2 + 20);
    }
    let (server, client) = with_pages([(150, page(0..100)), (150, page(100..150))]).await;
    look_up(&client, 20).await;
    assert_eq!(requests(&server).await.len(), 2, "a list that is whole answers all");
}

#[tokio::test]
async fn a_list_longer_than_the_look_ups_is_not_read_to_its_end() {
    let page = (0..100).map(entry).collect::<Vec<_>>();
    let (server, client) = with_pages([(2_001, page), (2_001, Vec::new())]).await;
    look_up(&client, 20).await;
    assert_eq!(requests(&server).await.len(), 1 + 20);
}

#[tokio::test]
async fn one_name_twice_in_a_list_is_an_error() {
    let mut twin = entry(1);
    twin["name"] = json!(target(0));
    let results = vec![entry(0), twin];
    let (_server, client) = with_pages([(2, results), (2, Vec::new())]).await;
    let error = client.run_environment(&example(), &target(0)).await.expect_err("which one?");
    assert_eq!(error.class, ErrorClass::Unexpected);
    assert_eq!(client.run_environment(&example(), &target(5)).await.expect("a look-up"), Observed::Absent);
}
