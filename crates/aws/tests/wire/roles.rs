//! IAM's roles and policies.

use groundwork_engine::ports::{ErrorClass, Roles};
use groundwork_model::Arn;
use groundwork_model::world::Observed;
use serde_json::json;

use crate::replay::{Exchange, on, replay};

fn get_role() -> Exchange {
    on("GetRole").with("RoleName", "scheduling")
}

fn gone(exchange: Exchange) -> Exchange {
    exchange.refuses(404, "NoSuchEntity", "The role with name scheduling cannot be found.")
}

fn limit() -> Arn {
    "arn:aws:iam::123456789012:policy/team/limit".parse().expect("an ARN")
}

#[tokio::test]
async fn a_trust_policy_is_read_as_it_was_written() {
    let replay = replay([get_role().answers("role.xml")]).await;
    let Observed::Present(role) = replay.aws.role("scheduling").await.expect("an answer") else {
        panic!("the role is there")
    };
    replay.finish();
    assert_eq!(role.arn.as_str(), "arn:aws:iam::123456789012:role/scheduling");
    // A plus sign and a percent sign stand for themselves, after they were decoded once.
    assert_eq!(role.trust["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"], "s3cret+/ %");
    assert_eq!(role.boundary, Some(limit()));
}

#[tokio::test]
async fn only_no_such_entity_makes_a_role_absent() {
    let replay_gone = replay([gone(get_role())]).await;
    assert_eq!(replay_gone.aws.role("scheduling").await.expect("an answer"), Observed::Absent);
    replay_gone.finish();
    for (status, code, class) in [
        (403, "AccessDenied", ErrorClass::Denied),
        (400, "ValidationError", ErrorClass::Invalid),
        (404, "NoSuchEntityOfAnotherKind", ErrorClass::Invalid),
    ] {
        let replay = replay([get_role().refuses(status, code, "not now")]).await;
        assert_eq!(replay.aws.role("scheduling").await.expect_err("a refusal").class, class, "{code}");
        replay.finish();
    }
    let replay = replay([get_role().answers("role-broken.xml")]).await;
    let error = replay.aws.role("scheduling").await.expect_err("no policy");
    assert_eq!(error.class, ErrorClass::Unexpected);
    assert!(!error.to_string().contains("s3cret"), "{error}");
    replay.finish();
}

#[tokio::test]
async fn every_policy_of_a_role_is_read() {
    let list = || on("ListRolePolicies").with("RoleName", "scheduling");
    let get = |name: &str| on("GetRolePolicy").with("RoleName", "scheduling").with("PolicyName", name);
    let replay = replay([
        list().without("Marker").answers("role-policies-1.xml"),
        list().with("Marker", "more").answers("role-policies-2.xml"),
        get("first").answers("role-policy.xml"),
        gone(get("second")),
        on("ListAttachedRolePolicies").with("RoleName", "scheduling").answers("attached-policies.xml"),
        on("GetPolicy").with("PolicyArn", limit().as_str()).answers("policy.xml"),
        on("GetPolicyVersion")
            .with("PolicyArn", limit().as_str())
            .with("VersionId", "v3")
            .answers("policy-version.xml"),
    ])
    .await;
    let policies = replay.aws.role_policies("scheduling").await.expect("an answer");
    replay.finish();
    assert_eq!(policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>(), ["first", "limit"]);
    for policy in policies {
        let allows = json!({ "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*" });
        assert_eq!(policy.document["Statement"], allows, "{}", policy.name);
    }
}

#[tokio::test]
async fn a_role_without_answer_has_no_policies_to_show() {
    let replay = replay([gone(on("ListRolePolicies")), gone(on("ListAttachedRolePolicies"))]).await;
    let error = replay.aws.role_policies("scheduling").await.expect_err("it is gone");
    assert_eq!(error.class, ErrorClass::Gone);
}
