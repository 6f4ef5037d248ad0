//! The main job, run as a user runs it: create, nothing to do, update in place, refusals, failures, removal.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use groundwork_e2e::{Case, has, secrets};
use groundwork_harness::{Outcome, ProxyOptions, Settings, World};

#[test]
fn a_new_account_is_set_up_updated_in_place_and_cleared() -> Result<()> {
    let case = Case::new()?;
    let applied = case.run("apply", &[], 0)?;
    has(
        &applied.stdout,
        &["Done: 3 stacks created, 1 Run Environment created", "Dashboard", "CloudReactor/staging/common/"],
    );
    assert!(!applied.stderr.contains('\u{1b}'), "a pipe gets no colour and no redraw");
    case.nothing_to_do()?;

    case.edit("private_zones = 2", "private_zones = 3")?;
    let before = case.world.account().vpcs()?;
    let updated = case.run("apply", &[], 0)?;
    has(&updated.stdout, &["SubnetPrivateUsw2Az3", "10.0.80.0/20", "0 to replace, 0 to delete", "1 stack updated"]);
    assert_eq!(case.world.account().vpcs()?, before, "the VPC stays");
    case.nothing_to_do()?;

    let preview = case.run("destroy", &[], 0)?;
    has(&preview.stdout, &["Nothing was removed"]);
    case.run("destroy", &["--confirm", "production"], 5)?;
    assert_eq!(case.world.account().stacks()?.len(), 3, "a preview and a wrong name remove nothing");
    case.run("destroy", &["--confirm", "staging"], 0)?;
    assert_eq!(case.world.account().stacks()?, BTreeMap::new());
    case.run("destroy", &["--confirm", "staging", "--run-environment"], 0)?;
    Ok(())
}

#[test]
fn a_replacement_is_refused_until_it_is_allowed() -> Result<()> {
    let case = Case::new()?;
    case.run("apply", &[], 0)?;
    let before = case.world.account().vpcs()?;
    case.edit("10.0.0.0/16", "10.9.0.0/16")?;
    let refused = case.run("apply", &[], 5)?;
    has(&refused.stdout, &["CidrBlock", "--allow replace"]);
    has(&refused.stderr, &["GW5001"]);
    assert_eq!(case.world.account().vpcs()?, before, "nothing at all was executed");
    Ok(())
}

#[test]
fn a_failed_creation_tells_its_cause_and_a_rerun_finishes() -> Result<()> {
    let case = Case::new()?;
    let limits = BTreeMap::from([("addresses", 0)]);
    case.world.account().set(&Settings { limits, ..Settings::default() })?;
    let failed = case.run("apply", &[], 8)?;
    has(&failed.stderr, &["GW4003", "EipUsw2Az1", "The maximum number of addresses has been reached", "help:"]);
    has(&failed.stdout, &["Not done"]);
    case.world.account().set(&Settings::default())?;
    // On AWS the stack would be gone (OnStackFailure=DELETE); the emulator keeps the corpse, whose
    // deletion has to be allowed.
    case.run("apply", &["--allow", "delete"], 0)?;
    case.nothing_to_do()
}

#[test]
fn a_failed_update_is_rolled_back_and_told() -> Result<()> {
    let case = Case::new()?;
    case.run("apply", &[], 0)?;
    case.edit("private_zones = 2", "private_zones = 3")?;
    let refuse = BTreeMap::from([("create SubnetPrivateUsw2Az3".to_owned(), "no address is left".to_owned())]);
    case.world.account().set(&Settings { refuse, ..Settings::default() })?;
    let failed = case.run("apply", &[], 8)?;
    has(&failed.stderr, &["GW4003", "SubnetPrivateUsw2Az3", "no address is left", "rolled back"]);
    case.world.account().set(&Settings::default())?;
    case.run("apply", &[], 0)?;
    case.nothing_to_do()
}

#[test]
fn a_stack_that_is_not_ours_is_refused() -> Result<()> {
    let case = Case::new()?;
    let account = case.world.account();
    account.create_stack("CloudReactor-staging", include_str!("fixtures/wizard-role.json"), &[])?;
    account.settled("CloudReactor-staging")?;
    let refused = case.run("apply", &[], 5)?;
    has(&refused.stderr, &["GW3003", "adopt = true"]);
    assert_eq!(account.stacks()?.len(), 1, "nothing was made");
    Ok(())
}

#[test]
fn the_wizards_role_is_adopted_in_place_with_its_keys() -> Result<()> {
    let case = Case::new()?;
    let account = case.world.account();
    let made = account.create_stack("CloudReactor-staging", include_str!("fixtures/wizard-role.json"), &[])?;
    account.settled("CloudReactor-staging")?;
    case.edit("[role]\n", "[role]\nadopt = true\n")?;
    let refused = case.run("apply", &[], 5)?;
    has(&refused.stdout, &["workflowStartLambdaInvokePermission", "SourceAccount"]);
    let adopted = case.run("apply", &["--allow", "replace,iam-broaden,trust"], 0)?;
    for key in ["wizard-made-external-id", "wizard-made-starter-key"] {
        assert!(!format!("{}{}", adopted.stdout, adopted.stderr).contains(key), "a key is shown");
        let xml = account.call("cloudformation", "DescribeStacks", &[("StackName", &made)])?;
        assert!(xml.contains(key), "the key was changed:\n{xml}");
    }
    case.nothing_to_do()
}

#[test]
fn independent_stacks_start_at_once_and_the_end_is_noticed() -> Result<()> {
    let options = ProxyOptions { latency_ms: 5.0, settle_stack: 6.0, ..ProxyOptions::default() };
    let case = Case::in_world(World::new()?.behind_proxy(&options)?)?;
    case.run("apply", &[], 0)?;
    let calls = case.world.proxy()?.take_calls()?;
    let at = |op: &str| calls.calls().iter().filter(|call| call.op == op).map(|call| call.t_start).collect::<Vec<_>>();
    let started = at("ExecuteChangeSet");
    assert_eq!(started.len(), 3);
    assert!(started[2] - started[0] < 1.0, "the stacks started {} s apart", started[2] - started[0]);
    let posted = calls.calls().iter().find(|call| call.op == "POST /api/v1/run_environments/");
    let late = posted.context("no Run Environment was made")?.t_start - (started[2] + 6.0);
    assert!((0.0..2.5).contains(&late), "the end of the stacks was noticed {late} s late");
    Ok(())
}

#[test]
fn the_plan_of_a_converged_account_is_three_round_trips_deep() -> Result<()> {
    let case = Case::new()?;
    case.run("apply", &[], 0)?;
    let Case { world, spec } = case;
    let case = Case { world: world.behind_proxy(&ProxyOptions { latency_ms: 40.0, ..ProxyOptions::default() })?, spec };
    case.nothing_to_do()?;
    let calls = case.world.proxy()?.take_calls()?;
    assert_eq!(calls.mutations(), Vec::<String>::new());
    assert!(calls.depth() <= 3, "depth {}", calls.depth());
    let aws = calls.calls().iter().filter(|call| call.service != "cloudreactor").count();
    assert!(aws <= 10, "{aws} calls to AWS");
    assert!(calls.connections() <= calls.max_concurrency(), "{} connections", calls.connections());
    Ok(())
}

#[test]
fn no_verb_shows_a_secret_at_trace_level() -> Result<()> {
    let case = Case::new()?;
    let mut shown = String::new();
    let mut collect = |outcome: Outcome| shown.extend([outcome.stdout, outcome.stderr]);
    collect(case.run("plan", &["--log", "trace"], 0)?);
    collect(case.run("apply", &["--log", "trace"], 0)?);
    let secrets = secrets(&case.world)?;
    case.edit("private_zones = 2", "private_zones = 3")?;
    for verb in ["validate", "plan", "apply", "status"] {
        collect(case.run(verb, &["--log", "trace"], 0)?);
    }
    collect(case.run("status", &["--json", "--log", "trace"], 0)?);
    collect(case.run("destroy", &["--confirm", "staging", "--run-environment", "--log", "trace"], 0)?);
    assert!(shown.contains("DEBUG") || shown.contains("TRACE"), "the log is on");
    for secret in secrets {
        assert!(!shown.contains(&secret), "a secret of the role stack is shown");
    }
    Ok(())
}
