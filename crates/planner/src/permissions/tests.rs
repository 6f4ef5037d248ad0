//! Whole templates against each other, as lines.

use serde_json::{Value, json};

use super::*;
use crate::diff::resolve::Scope;

const INVOKER: &str = "arn:aws:iam::549277324696:role/customer_invoker";

pub(super) fn side(resources: &Value) -> Side {
    Side::new(&json!({ "Resources": resources }), &Scope::default())
}

/// `+ CloudReactor: a:B on *; only for account 1`, with `trust` before what is a trust.
fn line(change: &PermissionChange) -> String {
    let sign = if change.direction == Direction::Gained { '+' } else { '-' };
    let kind = if change.kind == PermissionKind::Assume { " trust" } else { "" };
    let on = if change.resources.is_empty() { "" } else { " on " };
    let actions = change.actions.join(" ");
    let resources = change.resources.join(" ");
    let conditions: String = change.conditions.iter().map(|words| format!("; {words}")).collect();
    format!("{sign}{kind} {}: {actions}{on}{resources}{conditions}", change.holder)
}

fn lines(deployed: &Value, desired: &Value) -> Vec<String> {
    between(&side(deployed), &side(desired), &[INVOKER]).iter().map(line).collect()
}

/// Compares both ways: what the one way gains, the other way loses.
#[track_caller]
fn check(deployed: &Value, desired: &Value, expected: &[&str]) {
    assert_eq!(lines(deployed, desired), expected, "{deployed} to {desired}");
    let mut back = lines(desired, deployed);
    let mut mirrored: Vec<String> = expected.iter().map(|line| mirror(line)).collect();
    back.sort();
    mirrored.sort();
    assert_eq!(back, mirrored, "{desired} to {deployed}");
}

fn mirror(line: &str) -> String {
    let (sign, rest) = line.split_at(1);
    let pairs = [("no longer denied", "denied from now on"), ("; so far ", "; from now on ")];
    let rest = pairs.into_iter().fold(rest.to_owned(), |rest, (gained, lost)| match sign {
        "+" => rest.replace(gained, lost),
        _ => rest.replace(lost, gained),
    });
    format!("{}{rest}", if sign == "+" { "-" } else { "+" })
}

/// A role whose only inline policy has these statements.
fn acting(statements: &Value) -> Value {
    json!({ "Worker": { "Type": "AWS::IAM::Role", "Properties": {
        "Policies": [{ "PolicyName": "p", "PolicyDocument": { "Version": "2012-10-17", "Statement": statements } }]
    } } })
}

/// A role that these statements let become it.
fn trusting(statements: &Value) -> Value {
    json!({ "Worker": { "Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": statements }
    } } })
}

/// A role with these properties.
fn role(properties: Value) -> Value {
    json!({ "Worker": { "Type": "AWS::IAM::Role", "Properties": properties } })
}

fn allow(action: Value, resource: Value) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": resource })
}

fn deny(action: Value, resource: Value) -> Value {
    json!({ "Effect": "Deny", "Action": action, "Resource": resource })
}

fn trust(principal: Value, condition: Value) -> Value {
    json!({ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition })
}

#[test]
fn the_same_in_other_words_is_no_change() {
    let base = acting(&json!([allow(json!(["a:B", "a:C"]), json!(["x", "y"])), allow(json!("d:E"), json!("*"))]));
    let with_sid = json!({ "Sid": "S", "Effect": "Allow", "Action": ["a:B", "a:C"], "Resource": ["x", "y"] });
    for other in [
        json!([allow(json!("d:E"), json!("*")), allow(json!(["a:C", "a:B"]), json!(["y", "x"]))]),
        json!([allow(json!("d:E"), json!("*")), with_sid]),
        json!([allow(json!(["A:b", "a:c"]), json!(["x", "y"])), allow(json!("D:e"), json!(["*"]))]),
        json!([
            allow(json!("a:B"), json!(["x", "y"])),
            allow(json!("a:C"), json!("x")),
            allow(json!("a:C"), json!("y")),
            allow(json!("d:E"), json!("*"))
        ]),
        json!([
            allow(json!("d:E"), json!("*")),
            allow(json!("d:E"), json!("z")),
            allow(json!(["a:B", "a:C"]), json!(["x", "y"]))
        ]),
    ] {
        check(&base, &acting(&other), &[]);
    }
}

#[test]
fn it_means_nothing_in_which_policy_of_a_role_a_statement_stands() {
    let statements = json!([allow(json!("a:B"), json!("*"))]);
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    let attached = |kind: &str, property: &str, value: Value| {
        json!({
            "Worker": { "Type": "AWS::IAM::Role", "Properties": {} },
            "Apart": { "Type": kind, "Properties": { property: value, "PolicyDocument": document } }
        })
    };
    let inline = acting(&statements);
    check(&inline, &attached("AWS::IAM::Policy", "Roles", json!([{ "Ref": "Worker" }])), &[]);
    check(&inline, &attached("AWS::IAM::RolePolicy", "RoleName", json!({ "Ref": "Worker" })), &[]);
    // A managed policy may be attached elsewhere, too.
    let beyond = ["+ whoever the policy Apart is attached to: a:B on *"];
    check(&inline, &attached("AWS::IAM::ManagedPolicy", "Roles", json!([{ "Ref": "Worker" }])), &beyond);
    let referring = json!({
        "Worker": { "Type": "AWS::IAM::Role", "Properties": { "ManagedPolicyArns": [{ "Ref": "Apart" }] } },
        "Apart": { "Type": "AWS::IAM::ManagedPolicy", "Properties": { "PolicyDocument": document } }
    });
    check(&inline, &referring, &beyond);
}

#[test]
fn only_what_is_new_in_a_statement_is_told() {
    let before = acting(&json!([allow(json!(["a:B", "a:C"]), json!(["x/*", "y"]))]));
    for (after, expected) in [
        (allow(json!(["a:B", "a:C", "a:D"]), json!(["x/*", "y"])), &["+ role Worker: a:D on x/* y"][..]),
        (allow(json!(["a:B", "a:C"]), json!(["x/*", "y", "z"])), &["+ role Worker: a:B a:C on z"]),
        (allow(json!(["a:B", "a:C"]), json!("*")), &["+ role Worker: a:B a:C on *; so far only on x/* and y"]),
        (
            allow(json!(["a:*"]), json!(["x/1", "y"])),
            &["+ role Worker: a:* on x/1 y", "- role Worker: a:B a:C on x/*; from now on only on x/1"],
        ),
        (
            allow(json!(["a:B", "a:C"]), json!(["x/1", "y"])),
            &["- role Worker: a:B a:C on x/*; from now on only on x/1"],
        ),
    ] {
        check(&before, &acting(&json!([after])), expected);
    }
}

#[test]
fn what_is_contained_is_no_gain_and_what_is_not_is_one() {
    let pass = |service: &str| json!({ "StringEquals": { "iam:PassedToService": service } });
    let with = |condition: Value| {
        let mut statement = allow(json!("iam:PassRole"), json!("*"));
        statement["Condition"] = condition;
        acting(&json!([statement]))
    };
    let plain = acting(&json!([allow(json!("iam:PassRole"), json!("*"))]));
    check(
        &with(pass("ecs-tasks.amazonaws.com")),
        &plain,
        &["+ role Worker: iam:PassRole on *; so far only to be passed to ecs-tasks.amazonaws.com"],
    );
    check(
        &with(pass("a")),
        &with(json!({ "StringEquals": { "iam:PassedToService": ["a", "b"] } })),
        &["+ role Worker: iam:PassRole on *; only to be passed to b"],
    );
    check(
        &with(json!({ "Bool": { "aws:SecureTransport": "true" } })),
        &with(json!({ "Bool": { "aws:SecureTransport": "false" } })),
        &[
            "+ role Worker: iam:PassRole on *; aws:SecureTransport Bool false",
            "- role Worker: iam:PassRole on *; aws:SecureTransport Bool true",
        ],
    );
}

#[test]
fn exceptions_and_what_cannot_be_read_are_equal_to_themselves_alone() {
    let except = |but: Value| acting(&json!([{ "Effect": "Allow", "NotAction": but, "Resource": "*" }]));
    check(&except(json!(["iam:*", "sts:*"])), &except(json!(["STS:*", "iam:*"])), &[]);
    check(
        &except(json!(["iam:*", "sts:*"])),
        &except(json!("iam:*")),
        &["+ role Worker: every action but iam:* on *", "- role Worker: every action but iam:*, sts:* on *"],
    );
    check(
        &acting(&json!([{ "Effect": "Allow", "Action": "a:B", "NotResource": "x" }])),
        &acting(&json!([allow(json!("a:B"), json!("*"))])),
        &["+ role Worker: a:B on *; so far only on every resource but x"],
    );
    check(
        &trusting(&json!([])),
        &trusting(&json!([{ "Effect": "Allow", "NotPrincipal": { "AWS": "*" }, "Action": "sts:AssumeRole" }])),
        &["+ trust everybody but anybody: sts:AssumeRole"],
    );
    for odd in [
        json!({ "Effect": "Perhaps", "Action": "a:B", "Resource": "x" }),
        json!({ "Fn::If": ["Prod", allow(json!("a:B"), json!("x")), { "Ref": "AWS::NoValue" }] }),
        json!({ "Effect": "Allow", "Action": "a:B", "Resource": "x", "Unheard": "of" }),
        json!({ "Effect": "Allow", "Action": "a:B" }),
    ] {
        check(&acting(&json!([odd])), &acting(&json!([odd])), &[]);
        check(
            &acting(&json!([])),
            &acting(&json!([odd])),
            &[
                "+ role Worker: whatever a statement allows that cannot be compared",
                "- role Worker: whatever a statement denies that cannot be compared; denied from now on",
            ],
        );
    }
}

#[test]
fn a_denial_that_goes_is_a_gain() {
    let broad = allow(json!("*"), json!("*"));
    let denying = |resource: &str| acting(&json!([broad, deny(json!(["a:B", "a:C"]), json!(resource))]));
    check(&denying("*"), &acting(&json!([broad])), &["+ role Worker: a:B a:C on *; no longer denied"]);
    check(&denying("*"), &denying("x/*"), &["+ role Worker: a:B a:C on *; no longer denied"]);
    check(&json!({}), &acting(&json!([deny(json!("a:B"), json!("*"))])), &[]);
    // A role that stays when it leaves the stack loses its denial in earnest.
    let mut kept = acting(&json!([deny(json!("a:B"), json!("*"))]));
    kept["Worker"]["DeletionPolicy"] = json!("Retain");
    assert_eq!(lines(&kept, &json!({})), ["+ role Worker: a:B on *; no longer denied"]);
}

#[test]
fn trusts_name_who_is_trusted() {
    let external = json!({ "StringEquals": { "sts:ExternalId": "s3cret" } });
    let by = |principal: Value, condition: Value| trusting(&json!([trust(principal, condition)]));
    let invoker = json!({ "AWS": INVOKER });
    check(
        &by(invoker.clone(), external.clone()),
        &by(invoker.clone(), json!({})),
        &[&format!("+ trust CloudReactor ({INVOKER}): sts:AssumeRole; so far only with the external id")],
    );
    check(
        &by(invoker.clone(), external.clone()),
        &by(json!({ "AWS": [INVOKER, "123456789012"] }), external.clone()),
        &["+ trust account 123456789012: sts:AssumeRole; only with the external id"],
    );
    check(
        &by(json!({ "Service": ["a.amazonaws.com"] }), json!({})),
        &by(json!({ "Service": ["a.amazonaws.com", "b.amazonaws.com", "c.amazonaws.com"] }), json!({})),
        &["+ trust the services b.amazonaws.com and c.amazonaws.com: sts:AssumeRole"],
    );
    check(&by(json!("*"), json!({})), &by(json!({ "AWS": ["*"] }), json!({})), &[]);
    check(
        &by(json!({ "AWS": "123456789012" }), json!({})),
        &by(json!({ "AWS": "arn:aws:iam::123456789012:root" }), json!({})),
        &[],
    );
    check(
        &by(json!({ "AWS": { "Fn::GetAtt": ["A", "Arn"] } }), json!({})),
        &by(json!({ "AWS": { "Fn::GetAtt": "B.Arn" } }), json!({})),
        &["+ trust role B: sts:AssumeRole", "- trust role A: sts:AssumeRole"],
    );
}

#[test]
fn a_function_may_be_called_by_whom_its_permission_names() {
    let permission = |more: Value| {
        let mut properties = json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": { "Fn::GetAtt": ["Starter", "Arn"] },
            "Principal": "events.amazonaws.com"
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            properties[name] = value.clone();
        }
        json!({ "Permission": { "Type": "AWS::Lambda::Permission", "Properties": properties } })
    };
    let events = "+ trust the service events.amazonaws.com: lambda:InvokeFunction";
    check(
        &permission(json!({ "SourceAccount": "1" })),
        &permission(json!({})),
        &[&format!("{events}; so far only for account 1")],
    );
    check(
        &permission(json!({ "SourceAccount": "1" })),
        &permission(json!({ "SourceAccount": "1", "FunctionName": { "Ref": "Starter" } })),
        &[],
    );
    for (name, value, words) in [
        ("SourceArn", "arn:aws:events:r:1:rule/x", "aws:SourceArn is like arn:aws:events:r:1:rule/x"),
        ("PrincipalOrgID", "o-1", "aws:PrincipalOrgID = o-1"),
        ("FunctionUrlAuthType", "AWS_IAM", "lambda:FunctionUrlAuthType = AWS_IAM"),
        ("EventSourceToken", "s3cret", "only with the event source's token"),
        ("InvokedViaFunctionUrl", "true", "lambda:InvokedViaFunctionUrl Bool true"),
    ] {
        check(&json!({}), &permission(json!({ name: value })), &[&format!("{events}; {words}")]);
        check(&permission(json!({ name: value })), &permission(json!({})), &[&format!("{events}; so far {words}")]);
    }
    check(&json!({}), &permission(json!({ "Principal": "*" })), &["+ trust anybody: lambda:InvokeFunction"]);
}

#[test]
fn attached_policies_and_boundaries_count_as_wholes() {
    let aws = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let with = |policies: &[&str]| role(json!({ "ManagedPolicyArns": policies }));
    check(&with(&[]), &with(&[aws]), &[&format!("+ role Worker: everything that policy {aws} allows")]);
    // What an account's own policy denies is known to nobody here.
    let own = "arn:aws:iam::123456789012:policy/own";
    check(
        &with(&[own]),
        &with(&[]),
        &[
            &format!("+ role Worker: everything that policy {own} denies; no longer denied"),
            &format!("- role Worker: everything that policy {own} allows"),
        ],
    );
    let bounded = |boundary: &str| role(json!({ "PermissionsBoundary": boundary }));
    let gone =
        |boundary: &str| format!("role Worker: everything that the permissions boundary {boundary} does not allow");
    check(&bounded("x"), &role(json!({})), &[&format!("+ {}; no longer denied", gone("x"))]);
    check(
        &bounded("x"),
        &bounded("y"),
        &[&format!("+ {}; no longer denied", gone("x")), &format!("- {}; denied from now on", gone("y"))],
    );
}

#[test]
fn a_resource_of_which_the_existence_is_uncertain_covers_none_that_is_certain() {
    let certain = acting(&json!([allow(json!("a:B"), json!("*"))]));
    let mut uncertain = certain.clone();
    uncertain["Worker"]["Condition"] = json!("Prod");
    check(&uncertain, &certain, &["+ role Worker: a:B on *; so far only if the template's condition Prod holds"]);
    check(&uncertain, &uncertain, &[]);
}

#[test]
fn a_policy_that_gets_another_holder_gives_to_that_holder() {
    let policy = |roles: &[&str]| {
        json!({ "P": { "Type": "AWS::IAM::Policy", "Properties": {
            "PolicyDocument": { "Statement": [allow(json!("a:B"), json!("*"))] },
            "Roles": roles, "Users": ["ann"], "Groups": ["all"]
        } } })
    };
    check(&policy(&["one"]), &policy(&["one", "two"]), &["+ role two: a:B on *"]);
    check(&json!({}), &policy(&[]), &["+ user ann: a:B on *", "+ group all: a:B on *"]);
}

#[test]
fn what_a_variable_stands_for_depends_on_the_version_of_the_document() {
    let of_version = |version: &str, resource: &str| {
        role(json!({ "Policies": [{ "PolicyDocument": {
            "Version": version, "Statement": allow(json!("a:B"), json!(resource))
        } }] }))
    };
    let (wild, named) = ("x/???????????", "x/${username}");
    let gain = ["+ role Worker: a:B on x/${username}"];
    let gained = |before: &Value, after: &Value| {
        lines(before, after).into_iter().filter(|line| line.starts_with('+')).collect::<Vec<_>>()
    };
    assert_eq!(gained(&of_version("2012-10-17", wild), &of_version("2012-10-17", named)), gain);
    assert_eq!(gained(&of_version("2008-10-17", wild), &of_version("2008-10-17", named)), [""; 0]);
    assert_eq!(gained(&of_version("2008-10-17", named), &of_version("2012-10-17", named)), gain);
}

#[test]
fn a_managed_policy_that_goes_denies_nobody_any_more() {
    let policy = json!({ "P": { "Type": "AWS::IAM::ManagedPolicy", "Properties": {
        "PolicyDocument": { "Statement": [deny(json!("a:B"), json!("*"))] }
    } } });
    check(&policy, &json!({}), &["+ whoever the policy P is attached to: a:B on *; no longer denied"]);
}

#[test]
fn what_guards_a_network_is_left_out() {
    let guarded = |cidr: &str, action: &str| {
        json!({
            "Endpoint": { "Type": "AWS::EC2::VPCEndpoint", "Properties": {
                "PolicyDocument": { "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*" }] }
            } },
            "Group": { "Type": "AWS::EC2::SecurityGroup", "Properties": { "SecurityGroupEgress": [{ "CidrIp": cidr }] } }
        })
    };
    check(&guarded("10.0.0.0/8", "s3:GetObject"), &guarded("0.0.0.0/0", "s3:*"), &[]);
}

#[test]
fn a_secret_in_a_foreign_template_is_never_shown() {
    let secret = "recognisable-s3cret";
    let foreign = json!({
        "Worker": { "Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": { "Statement": [
                trust(json!({ "AWS": INVOKER }), json!({ "StringEquals": { "sts:ExternalId": secret } })),
                trust(json!({ "AWS": INVOKER }), json!({ "StringLike": { "sts:ExternalId": [format!("{secret}*")] } })),
                trust(json!({ "AWS": INVOKER }), json!({ "Fn::If": ["A", { "StringEquals": { "sts:ExternalId": secret } }, {}] })),
                { "Fn::If": ["A", trust(json!("*"), json!({ "StringEquals": { "sts:ExternalId": secret } })), {}] }
            ] }
        } },
        "Permission": { "Type": "AWS::Lambda::Permission", "Properties": {
            "Action": "lambda:InvokeFunction", "FunctionName": "f", "Principal": "*", "EventSourceToken": secret
        } }
    });
    let (gained, lost) = (lines(&json!({}), &foreign), lines(&foreign, &json!({})));
    assert_eq!((gained.len(), lost.len()), (5, 5), "{gained:#?} {lost:#?}");
    assert!(!format!("{gained:?} {lost:?}").contains("s3cret"), "{gained:#?} {lost:#?}");
}
