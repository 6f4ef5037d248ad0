//! `groundwork preflight` and `plan --preflight`: what they find is what apply would run into, and they change nothing.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use groundwork_e2e::{Case, has, transcript};
use groundwork_harness::{Effect, Emulator, Fault, ProxyOptions, Settings, World};
use serde_json::{Value, json};

/// A caller that is allowed what is printed for these verbs, but for some actions.
fn operator(mut case: Case, verbs: &str, without: &[&str]) -> Result<Case> {
    let printed = case.run("permissions", &["--for", verbs], 0)?;
    let mut policy: Value = serde_json::from_str(&printed.stdout)?;
    let statements = policy["Statement"].as_array_mut().context("the statements")?;
    for statement in statements.iter_mut() {
        let actions = statement["Action"].as_array_mut().context("the actions")?;
        actions.retain(|action| !without.iter().any(|lacking| action == lacking));
    }
    statements.retain(|statement| statement["Action"] != json!([]));
    let account = case.world.account();
    let id = account.id().to_owned();
    let role = account.create_role("operator", &id, None, &policy)?;
    case.world.assume(&role, &id)?;
    Ok(case)
}

const AS_OPERATOR: [&str; 2] = ["--profile", World::PROFILE];

fn behind_proxy(latency_ms: f64) -> Result<Case> {
    Case::in_world(World::new()?.behind_proxy(&ProxyOptions { latency_ms, ..ProxyOptions::default() })?)
}

#[test]
fn a_caller_that_may_do_exactly_what_is_needed_is_ready() -> Result<()> {
    let world = World::within(Emulator::shared(), "881000000001")?;
    let case = operator(Case::in_world(world)?, "apply,preflight", &[])?;
    let [option, profile] = AS_OPERATOR;
    insta::assert_snapshot!(transcript(&case.world, &["preflight", "-f", "staging.toml", option, profile])?);
    case.run("apply", &AS_OPERATOR, 0)?;
    has(&case.run("preflight", &AS_OPERATOR, 0)?.stdout, &["plan ok nothing to do", "address-block skipped"]);
    Ok(())
}

/// Two waves: what a plan is made from, whose longest chain is three calls, and what the plan adds.
#[test]
fn nothing_is_changed_and_little_is_waited_for() -> Result<()> {
    let case = operator(behind_proxy(40.0)?, "apply,preflight", &[])?;
    case.world.proxy()?.take_calls()?;
    case.run("preflight", &AS_OPERATOR, 0)?;
    let calls = case.world.proxy()?.take_calls()?;
    assert_eq!(calls.mutations(), [""; 0]);
    assert!(calls.depth_of_a_target() <= 6, "depth {}", calls.depth_of_a_target());
    Ok(())
}

/// What is missing is named; and apply, which asks nobody, runs into it.
#[test]
fn an_action_that_is_not_allowed_is_named() -> Result<()> {
    let case = operator(Case::new()?, "apply,preflight", &["cloudformation:ExecuteChangeSet"])?;
    let told = case.run("preflight", &AS_OPERATOR, 4)?;
    has(&told.stdout, &["permissions failed", "Not ready for apply:"]);
    let lacks = "role/operator lacks 1 of the";
    has(
        &told.stderr,
        &["error[GW2008]", lacks, "cloudformation:ExecuteChangeSet on", "groundwork permissions --for apply"],
    );
    has(&case.run("preflight", &[&AS_OPERATOR[..], &["--for", "status"]].concat(), 0)?.stdout, &["Ready for status:"]);
    assert_ne!(case.world.run(["apply", "-f", "staging.toml", "--profile", World::PROFILE])?.code, Some(0));
    Ok(())
}

/// What CloudFormation calls for the caller is simulated as called by it, and not by the caller itself.
#[test]
fn an_action_that_only_cloudformation_calls_is_named_too() -> Result<()> {
    let case = operator(Case::new()?, "apply,preflight", &["ec2:CreateNatGateway", "iam:PassRole"])?;
    let told = case.run("preflight", &AS_OPERATOR, 4)?;
    has(&told.stderr, &["role/operator lacks 2 of the", "ec2:CreateNatGateway on arn:aws:ec2:", "iam:PassRole on"]);
    Ok(())
}

#[test]
fn where_iam_may_not_be_asked_calls_are_rehearsed_and_none_is_made() -> Result<()> {
    let case = operator(behind_proxy(0.0)?, "apply,preflight", &["iam:SimulatePrincipalPolicy"])?;
    let vpcs = case.world.account().vpcs()?;
    case.world.proxy()?.take_calls()?;
    let told = case.run("preflight", &AS_OPERATOR, 0)?;
    has(&told.stdout, &["permissions warning not simulated", "warning[GW3105]", "ec2:CreateVpc is not allowed to the"]);
    let calls = case.world.proxy()?.take_calls()?;
    let rehearsed = calls.calls().iter().filter(|call| call.op.ends_with("(DryRun)")).count();
    assert_eq!((rehearsed, calls.mutations()), (3, Vec::new()));
    assert_eq!(case.world.account().vpcs()?, vpcs, "a rehearsal makes nothing");
    Ok(())
}

#[test]
fn a_quota_that_is_used_up_is_told_before_a_stack_fails_of_it() -> Result<()> {
    let case = Case::new()?;
    let there = u32::try_from(case.world.account().vpcs()?.len())?;
    let settings = Settings { limits: BTreeMap::from([("vpcs", there)]), ..Settings::default() };
    case.world.account().set(&settings)?;
    let told = case.run("preflight", &[], 3)?;
    has(
        &told.stderr,
        &["error[GW3014]: the plan needs 1 more VPC, and AWS permits 0", "request-service-quota-increase"],
    );
    has(&case.run("apply", &[], 8)?.stderr, &["maximum number of VPCs"]);
    Ok(())
}

#[test]
fn addresses_of_another_network_are_a_warning() -> Result<()> {
    let case = Case::new()?;
    let other = case.world.account().create_vpc("10.0.128.0/17")?;
    let told = case.run("preflight", &[], 0)?;
    has(
        &told.stdout,
        &["address-block warning", &format!("warning[GW3112]: 10.0.0.0/16 overlaps 10.0.128.0/17 of {other}")],
    );
    Ok(())
}

#[test]
fn a_plan_is_checked_and_saved_and_the_machines_have_both() -> Result<()> {
    let case = operator(behind_proxy(0.0)?, "plan,preflight", &[])?;
    case.world.proxy()?.take_calls()?;
    let files = ["--preflight", "-o", "p.json", "--json-into", "s.jsonl", "--markdown-into", "p.md"];
    let told = case.run("plan", &[&AS_OPERATOR[..], &files].concat(), 4)?;
    has(&told.stdout, &["Plan:", "Not ready for apply:", "groundwork apply p.json"]);
    has(&told.stderr, &["error[GW2008]", "cloudformation:CreateChangeSet"]);
    assert_eq!(case.world.proxy()?.take_calls()?.mutations(), [""; 0]);
    let read = |name: &str| std::fs::read_to_string(case.world.folder().join(name));
    has(&read("p.md")?, &["| permissions | failed |", "error[GW2008]", "| role |"]);
    let lines = read("s.jsonl")?;
    let types: Vec<Value> = lines.lines().map(serde_json::from_str::<Value>).collect::<Result<_, _>>()?;
    let types: Vec<&str> = types.iter().filter_map(|line| line["type"].as_str()).collect();
    let types: Vec<&str> = types.into_iter().filter(|kind| *kind != "diagnostic").collect();
    assert_eq!(types, ["version", "plan", "preflight", "result"]);
    has(&read("p.json")?, &["\"format_version\""]);
    Ok(())
}

/// The Regions that an account has not opted in to refuse every call, as if the credentials were wrong.
#[test]
fn credentials_that_a_region_refuses_are_asked_about_elsewhere() -> Result<()> {
    let case = behind_proxy(0.0)?;
    let message = "AWS was not able to validate the provided access credentials";
    let effect = Effect::Error { code: "AuthFailure", message, status: 401 };
    let op = "DescribeAvailabilityZones";
    case.world.proxy()?.fault(&[Fault { service: "ec2", op, after: None, times: None, effect }])?;
    let told = case.run("preflight", &[], 4)?;
    has(&told.stdout, &["region failed us-west-2", "plan skipped not made: region comes first"]);
    let calls = case.world.proxy()?.take_calls()?;
    assert!(calls.calls().iter().any(|call| call.op == "DescribeRegions" && call.region == "us-east-1"));
    Ok(())
}

#[test]
fn several_targets_are_checked_one_by_one() -> Result<()> {
    let case = Case::new()?;
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config-examples/fleet.toml");
    let told = case.world.run(["preflight", "-f", example])?;
    assert_eq!(told.code, Some(3));
    has(&told.stderr, &["--target NAME"]);
    Ok(())
}
