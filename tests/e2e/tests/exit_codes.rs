//! Every exit code that a run can end with, reached for the reason that the contract names.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use groundwork_e2e::{Case, has};
use groundwork_harness::cloudreactor::{Effect, Fault};
use groundwork_harness::{ProxyOptions, Settings, World};
use serde_json::json;

fn applied() -> Result<Case> {
    let case = Case::new()?;
    case.run("apply", &[], 0)?;
    Ok(case)
}

#[test]
fn exit_0_is_done_or_nothing_to_do() -> Result<()> {
    let case = applied()?;
    for (verb, options) in
        [("plan", &["--detailed-exitcode"][..]), ("status", &["--detailed-exitcode"]), ("apply", &[])]
    {
        case.run(verb, options, 0)?;
    }
    Ok(())
}

#[test]
fn exit_1_is_an_answer_that_nobody_expects() -> Result<()> {
    let case = Case::in_world(World::new()?.behind_proxy(&ProxyOptions::default())?)?;
    let effect = groundwork_harness::Effect::Error { code: "ValidationError", message: "no such thing", status: 400 };
    let fault =
        groundwork_harness::Fault { service: "cloudformation", op: "DescribeStacks", after: None, times: None, effect };
    case.world.proxy()?.fault(&[fault])?;
    has(&case.run("plan", &[], 1)?.stderr, &["GW2007"]);
    Ok(())
}

#[test]
fn exit_2_tells_those_who_ask_that_something_is_pending() -> Result<()> {
    let case = Case::new()?;
    for verb in ["plan", "status"] {
        case.run(verb, &[], 0)?;
        case.run(verb, &["--detailed-exitcode"], 2)?;
    }
    case.run("destroy", &["--detailed-exitcode"], 0)?;
    case.run("apply", &[], 0)?;
    case.run("destroy", &["--detailed-exitcode"], 2)?;
    case.run("destroy", &[], 0)?;
    Ok(())
}

#[test]
fn exit_3_is_a_spec_or_a_command_to_correct() -> Result<()> {
    let case = Case::new()?;
    case.edit("10.0.0.0/16", "10.0.0.1/16")?;
    has(&case.run("plan", &[], 3)?.stderr, &["GW1201"]);
    case.run("plan", &["--no-such-flag"], 3)?;
    case.run("plan", &["--max-monthly-increase", "cheap"], 3)?;
    assert_eq!(case.world.run(["explain", "GW0000"])?.code, Some(3));
    Ok(())
}

#[test]
fn exit_4_is_access_to_correct() -> Result<()> {
    let mut case = Case::new()?;
    case.edit("region = \"us-west-2\"", "region = \"us-west-2\"\naccount_id = \"999999999999\"")?;
    has(&case.run("apply", &[], 4)?.stderr, &["GW2003"]);
    case.world.unset("AWS_ACCESS_KEY_ID");
    has(&case.run("apply", &[], 4)?.stderr, &["GW2001"]);
    Ok(())
}

#[test]
fn exit_5_is_a_class_of_change_that_is_not_allowed() -> Result<()> {
    let case = applied()?;
    case.edit("private_zones = 2", "private_zones = 1")?;
    has(&case.run("apply", &["--allow", "replace"], 5)?.stderr, &["GW5001"]);
    Ok(())
}

#[test]
fn exit_8_is_a_change_that_was_rolled_back() -> Result<()> {
    let case = applied()?;
    case.edit("private_zones = 2", "private_zones = 3")?;
    let refuse = BTreeMap::from([("create SubnetPrivateUsw2Az3".to_owned(), "no address is left".to_owned())]);
    case.world.account().set(&Settings { refuse, ..Settings::default() })?;
    has(&case.run("apply", &[], 8)?.stderr, &["GW4003", "no address is left"]);
    Ok(())
}

#[test]
fn exit_9_is_a_stack_that_needs_a_hand() -> Result<()> {
    let case = applied()?;
    // One role changes, the other does not, and the first cannot be changed back.
    case.edit("[role]\n", "[role]\nlambda_path_prefix = \"own-\"\nlog_group_pattern = \"/own/*\"\n")?;
    let refuse = ["update taskExecutionRole", "revert executionSchedulingRole"];
    let refuse = refuse.map(|what| (what.to_owned(), "the role is locked".to_owned()));
    case.world.account().set(&Settings { refuse: refuse.into(), ..Settings::default() })?;
    has(&case.run("apply", &[], 9)?.stderr, &["GW4004", "UPDATE_ROLLBACK_FAILED"]);
    case.world.account().set(&Settings::default())?;
    has(&case.run("plan", &[], 9)?.stderr, &["GW3005", "groundwork recover"]);
    Ok(())
}

#[test]
fn exit_11_is_work_that_is_still_under_way() -> Result<()> {
    let case = Case::new()?;
    let account = case.world.account();
    account.set(&Settings { delay: Some(30.0), ..Settings::default() })?;
    let tags = [("groundwork:environment", "staging")];
    account.create_stack("CloudReactor-staging", include_str!("fixtures/wizard-role.json"), &tags)?;
    has(&case.run("apply", &[], 11)?.stderr, &["GW3004", "CREATE_IN_PROGRESS"]);
    Ok(())
}

#[test]
fn exit_10_is_a_run_environment_that_cloudreactor_cannot_use() -> Result<()> {
    let case = Case::new()?;
    let spoiled = json!({"vpc_id": 7});
    case.world.make_run_environment("staging", &spoiled)?;
    has(&case.run("apply", &[], 10)?.stderr, &["GW4102", "neither start nor schedule"]);
    assert_eq!(case.world.account().stacks()?.len(), 3, "AWS is done");
    Ok(())
}

#[test]
fn exit_12_is_aws_done_and_cloudreactor_not() -> Result<()> {
    let case = Case::new()?;
    let refusal = Effect::Answer { status: 400, body: json!({"name": ["no"]}), retry_after: None };
    case.world.cloudreactor().fault(Fault::next("POST", "/api/v1/run_environments/", refusal));
    has(&case.run("apply", &[], 12)?.stderr, &["GW4101", "AWS is done"]);
    assert_eq!(case.world.account().stacks()?.len(), 3);
    case.run("apply", &[], 0)?;
    Ok(())
}

#[test]
fn exit_130_is_an_interruption_and_a_rerun_finishes() -> Result<()> {
    let case = Case::new()?;
    case.world.account().set(&Settings { delay: Some(0.2), ..Settings::default() })?;
    let mut command = case.world.groundwork(["apply", "-f", &case.spec]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut told = BufReader::new(child.stderr.take().context("stderr")?).lines();
    told.by_ref().map_while(Result::ok).find(|line| line.contains("started")).context("a stack was started")?;
    Command::new("kill").args(["-INT", &child.id().to_string()]).status()?;
    let rest: Vec<String> = told.map_while(Result::ok).collect();
    assert_eq!(child.wait()?.code(), Some(130), "{}", rest.join("\n"));
    has(&rest.join("\n"), &["GW4006"]);
    case.world.account().set(&Settings::default())?;
    for stack in case.world.account().stacks()?.keys() {
        case.world.account().settled(stack)?;
    }
    case.run("apply", &[], 0)?;
    Ok(())
}
