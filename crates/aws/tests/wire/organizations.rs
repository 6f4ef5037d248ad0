//! AWS Organizations on the wire.

use groundwork_aws::AwsOrganizations;
use groundwork_engine::ports::{ErrorClass, Organizations, Unit};
use groundwork_model::rollout::Access;
use groundwork_model::world::Observed;

use crate::replay::{Exchange, REGIONS, Replay, on, replay};

async fn ask(exchanges: impl IntoIterator<Item = Exchange>) -> (Replay, AwsOrganizations) {
    let replay = replay(exchanges).await;
    let (connector, _) = replay.connector();
    let region = REGIONS[0].parse().expect("a Region");
    let organizations = connector.organizations(&Access::default(), &region).await;
    (replay, organizations)
}

#[tokio::test]
async fn the_management_account_and_the_root() {
    let answers = [on("DescribeOrganization").answers("organization.json"), on("ListRoots").answers("roots.json")];
    let (replay, organizations) = ask(answers).await;
    assert_eq!(organizations.management_account().await.expect("an account").as_str(), "210000000009");
    let root = Unit { id: "r-ab12".to_owned(), name: "Root".to_owned() };
    assert_eq!(organizations.roots().await.expect("roots"), [root]);
    replay.finish();
}

#[tokio::test]
async fn an_empty_page_is_not_the_last_one() {
    let page = |file| on("ListAccountsForParent").with("ParentId", "ou-ab12-11111111").answers(file);
    let (replay, organizations) = ask([
        page("accounts-1.json").without("NextToken"),
        page("accounts-2.json").with("NextToken", "page-2"),
        page("accounts-3.json").with("NextToken", "page-3"),
    ])
    .await;
    let Observed::Present(members) = organizations.accounts_in("ou-ab12-11111111").await.expect("accounts") else {
        panic!("there is such a unit");
    };
    let members: Vec<(&str, &str)> =
        members.iter().map(|member| (member.account.name.as_str(), member.state.as_str())).collect();
    // Of an account with the older key alone, that one counts; a state that nobody knows yet is kept as it is.
    let expected =
        [("payments", "ACTIVE"), ("old", "PENDING_CLOSURE"), ("older", "SUSPENDED"), ("new", "STATE_OF_TOMORROW")];
    assert_eq!(members, expected);
    replay.finish();
}

#[tokio::test]
async fn an_account_without_a_state_is_not_taken_for_an_active_one() {
    let (replay, organizations) = ask([on("ListAccountsForParent").answers("accounts-stateless.json")]).await;
    let error = organizations.accounts_in("r-ab12").await.expect_err("no state");
    assert_eq!((error.class, error.message.as_str()), (ErrorClass::Unexpected, "the answer lacks State"));
    replay.finish();
}

#[tokio::test]
async fn a_missing_parent_is_absent_and_every_other_refusal_an_error() {
    let gone = |operation| {
        on(operation).refuses(400, "ParentNotFoundException", "You specified a parent that does not exist.")
    };
    let (replay, organizations) = ask([
        gone("ListAccountsForParent"),
        gone("ListOrganizationalUnitsForParent"),
        on("ListOrganizationalUnitsForParent").answers("units.json"),
        on("ListAccountsForParent").refuses(400, "InvalidInputException", "You provided invalid values."),
        on("DescribeOrganization").refuses(
            400,
            "AWSOrganizationsNotInUseException",
            "Your account is not a member of an organization.",
        ),
    ])
    .await;
    assert_eq!(organizations.accounts_in("ou-ab12-99999999").await.expect("an answer"), Observed::Absent);
    assert_eq!(organizations.units_in("ou-ab12-99999999").await.expect("an answer"), Observed::Absent);
    let workloads = Unit { id: "ou-ab12-11111111".to_owned(), name: "Workloads".to_owned() };
    assert_eq!(organizations.units_in("r-ab12").await.expect("units"), Observed::Present(vec![workloads]));
    let invalid = organizations.accounts_in("r-ab12").await.expect_err("it is refused");
    assert_eq!(invalid.class, ErrorClass::Invalid, "{invalid:?}");
    let alone = organizations.management_account().await.expect_err("there is no organization");
    assert_eq!(alone.class, ErrorClass::Denied, "{alone:?}");
    replay.finish();
}

#[tokio::test]
async fn a_refusal_for_the_rate_is_tried_again() {
    let (replay, organizations) = ask([
        on("ListTagsForResource").refuses(429, "TooManyRequestsException", "Rate exceeded"),
        on("ListTagsForResource").with("ResourceId", "210000000001").answers("account-tags.json"),
    ])
    .await;
    let tags = organizations.tags_of(&"210000000001".parse().expect("an id")).await.expect("tags");
    let tags: Vec<(&str, &str)> = tags.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(tags, [("empty", ""), ("team", "data")]);
    replay.finish();
}
