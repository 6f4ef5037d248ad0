//! Whole templates against each other.

use groundwork_model::plan::{Action, Target};
use groundwork_model::world::{Settled, Stack, StackPhase};
use serde_json::json;

use super::*;
use resolve::Scope;

fn target() -> Target {
    Target {
        environment: "staging".parse().expect("a name"),
        account: "123456789012".parse().expect("an account"),
        region: "us-west-2".parse().expect("a Region"),
        caller: "arn:aws:iam::123456789012:role/deployer".parse().expect("an ARN"),
    }
}

fn side(template: &Value) -> Side {
    let stack = Stack {
        id: "arn:aws:cloudformation:us-west-2:123456789012:stack/s/1".parse().expect("an ARN"),
        name: "s".parse().expect("a name"),
        phase: StackPhase::Settled(Settled::CreateComplete),
        status_reason: None,
        template: None,
        parameters: BTreeMap::new(),
        tags: BTreeMap::new(),
        outputs: BTreeMap::new(),
        termination_protection: false,
        updated: None,
        last_event: None,
        contents: None,
    };
    Side::new(template, &Scope::deployed(template, &stack, &target()))
}

/// `± Subnet VpcId!`: action, resource and fields, `!` for those that can only be set at creation and
/// `?` for a replacement that depends.
fn check(deployed: Value, desired: Value, expected: &[&str]) {
    let wrap = |resources: Value| side(&json!({ "Resources": resources }));
    let difference = between(&wrap(deployed), &wrap(desired));
    let lines: Vec<String> = difference.resources.iter().map(line).collect();
    assert_eq!(lines, expected);
}

fn line(change: &ResourceChange) -> String {
    let sign = match (change.action, change.conditional) {
        (Action::NoOp, _) => "=",
        (Action::Create, _) => "+",
        (Action::Update, _) => "~",
        (Action::Replace, false) => "±",
        (Action::Replace, true) => "±?",
        (Action::Delete, _) => "-",
    };
    let fields =
        change.fields.iter().map(|field| format!(" {}{}", field.path, if field.create_only { "!" } else { "" }));
    format!("{sign} {}{}", change.logical_id, fields.collect::<String>())
}

fn chain(cidr: &str) -> Value {
    json!({
        "Vpc": { "Type": "AWS::EC2::VPC", "Properties": { "CidrBlock": cidr } },
        "Subnet": { "Type": "AWS::EC2::Subnet", "Properties": { "VpcId": { "Ref": "Vpc" }, "CidrBlock": "10.0.0.0/20" } },
        "Nat": { "Type": "AWS::EC2::NatGateway", "Properties": { "SubnetId": { "Ref": "Subnet" } } },
        "Route": { "Type": "AWS::EC2::Route", "Properties": { "NatGatewayId": { "Ref": "Nat" } } },
        "Eip": { "Type": "AWS::EC2::EIP" }
    })
}

#[test]
fn a_replacement_spreads_along_references_as_far_as_they_are_create_only() {
    check(
        chain("10.0.0.0/16"),
        chain("10.1.0.0/16"),
        &["± Vpc CidrBlock!", "± Subnet VpcId!", "± Nat SubnetId!", "~ Route NatGatewayId"],
    );
}

#[test]
fn a_possible_replacement_spreads_as_a_possible_one() {
    let with = |tenancy: &str| {
        json!({
            "Vpc": { "Type": "AWS::EC2::VPC", "Properties": { "InstanceTenancy": tenancy } },
            "Subnet": { "Type": "AWS::EC2::Subnet", "Properties": { "VpcId": { "Ref": "Vpc" } } }
        })
    };
    check(with("default"), with("dedicated"), &["±? Vpc InstanceTenancy", "±? Subnet VpcId!"]);
}

#[test]
fn the_worst_is_assumed_of_a_type_that_is_not_known() {
    let with = |name: &str| json!({ "T": { "Type": "AWS::SNS::Topic", "Properties": { "DisplayName": name } } });
    check(with("a"), with("b"), &["±? T DisplayName"]);
    let with = |kind: &str| json!({ "T": { "Type": kind } });
    check(with("AWS::SNS::Topic"), with("AWS::SQS::Queue"), &["± T Type!"]);
}

#[test]
fn what_comes_and_goes_is_told_and_deletions_come_last() {
    check(
        json!({ "Old": { "Type": "AWS::EC2::EIP" }, "Same": { "Type": "AWS::EC2::EIP" } }),
        json!({ "New": { "Type": "AWS::EC2::EIP" }, "Same": { "Type": "AWS::EC2::EIP" } }),
        &["+ New", "- Old"],
    );
}

#[test]
fn attributes_beside_the_properties_count() {
    let with = |extra: Value| {
        let mut resource = json!({ "Type": "AWS::EC2::EIP" });
        for (key, value) in extra.as_object().into_iter().flatten() {
            resource[key] = value.clone();
        }
        json!({ "Eip": resource, "A": { "Type": "AWS::EC2::EIP" } })
    };
    check(with(json!({})), with(json!({ "DeletionPolicy": "Retain" })), &["~ Eip DeletionPolicy"]);
    check(with(json!({ "DependsOn": "A" })), with(json!({ "DependsOn": ["A"] })), &[]);
    check(with(json!({ "DependsOn": "A" })), with(json!({})), &["~ Eip DependsOn"]);
    check(with(json!({ "Condition": "Prod" })), with(json!({})), &["~ Eip Condition"]);
    check(with(json!({})), with(json!({ "Metadata": { "a": 1 } })), &["~ Eip Metadata"]);
}

#[test]
fn what_a_foreign_template_computes_differs_from_what_is_written() {
    let with = |zone: Value| json!({ "S": { "Type": "AWS::EC2::Subnet", "Properties": { "AvailabilityZone": zone } } });
    let computed = json!({ "Fn::Select": [0, { "Fn::GetAZs": "" }] });
    check(with(computed), with(json!("us-west-2a")), &["± S AvailabilityZone!"]);
}

#[test]
fn an_output_stays_if_what_it_refers_to_stays() {
    let with = |cidr: &str, zone: &str| {
        let mut resources = chain(cidr);
        resources["Subnet"]["Properties"]["AvailabilityZone"] = json!(zone);
        side(&json!({
            "Resources": resources,
            "Outputs": {
                "Vpc": { "Value": { "Ref": "Vpc" } },
                "Subnets": { "Value": { "Fn::Join": [",", [{ "Ref": "Subnet" }]] } }
            }
        }))
    };
    let (before, after) = (with("10.0.0.0/16", "a"), with("10.0.0.0/16", "b"));
    let difference = between(&before, &after);
    assert!(output_stays(&before, &after, &difference, "Vpc"));
    assert!(!output_stays(&before, &after, &difference, "Subnets"));
    assert!(!output_stays(&before, &after, &difference, "Missing"));
}
