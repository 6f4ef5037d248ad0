//! The night after a deployment failed: what went wrong, what leads out, and that it works.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use anyhow::{Context, Result};
use groundwork_e2e::{Case, Machine, has};
use groundwork_harness::{Settings, World};

/// A case whose role stack cannot be updated, nor rolled back: one role changes, the other does not, and the first
/// cannot be changed back. From here on there are no credentials of CloudReactor.
fn stuck() -> Result<Case> {
    let mut case = Case::new()?;
    case.run("apply", &[], 0)?;
    case.edit("[role]\n", "[role]\nlambda_path_prefix = \"own-\"\nlog_group_pattern = \"/own/*\"\n")?;
    lock(&case, &["update taskExecutionRole", "revert executionSchedulingRole"])?;
    case.run("apply", &[], 9)?;
    case.world.unset("CLOUDREACTOR_USERNAME");
    case.world.unset("CLOUDREACTOR_PASSWORD");
    Ok(case)
}

/// Lets these fail in the emulator, and nothing else.
fn lock(case: &Case, what: &[&str]) -> Result<()> {
    let refuse = what.iter().map(|what| ((*what).to_owned(), "the role is locked".to_owned()));
    case.world.account().set(&Settings { refuse: refuse.collect(), ..Settings::default() })
}

#[test]
fn a_rollback_that_stopped_is_told_and_goes_on_once_its_cause_is_removed() -> Result<()> {
    let case = stuck()?;
    let told = case.run("diagnose", &[], 0)?.stdout;
    has(
        &told,
        &["stuck", "UPDATE_ROLLBACK_FAILED", "changing taskExecutionRole", "failed first", "the role is locked"],
    );
    has(&told, &["undoing it stopped at executionSchedulingRole", "groundwork recover"]);

    let shown = case.run("recover", &["--detailed-exitcode"], 2)?.stdout;
    has(&shown, &["go on with the rollback of stack CloudReactor-staging", "1 rollback to go on", "Nothing was done"]);
    case.run("recover", &["--confirm", "production"], 5)?;
    has(&case.run("recover", &["--confirm", "staging"], 9)?.stderr, &["GW4004", "--skip executionSchedulingRole"]);

    lock(&case, &[])?;
    has(&case.run("recover", &["--confirm", "staging"], 0)?.stdout, &["1 stack rolled back"]);
    has(&case.run("recover", &[], 0)?.stdout, &["no stack of ours is stuck"]);
    has(&case.run("diagnose", &[], 0)?.stdout, &["UPDATE_ROLLBACK_COMPLETE", "groundwork apply"]);
    Ok(())
}

#[test]
fn a_rollback_goes_on_without_what_cannot_be_undone() -> Result<()> {
    let case = stuck()?;
    let refused = case.run("recover", &["--skip", "nothing-of-the-kind"], 3)?;
    has(&refused.stderr, &["GW1008", "names no resource"]);
    let unknown = case.run("recover", &["--skip", "Vpc"], 3)?;
    has(&unknown.stderr, &["--skip Vpc", "those that can be: executionSchedulingRole"]);
    let done = case.run("recover", &["--skip", "executionSchedulingRole", "--confirm", "staging"], 0)?;
    has(&done.stdout, &["GW3109", "kept as they are: executionSchedulingRole", "1 stack rolled back"]);
    Ok(())
}

#[test]
fn a_failed_creation_is_told_though_nothing_of_it_is_left() -> Result<()> {
    let case = Case::new()?;
    let limits = BTreeMap::from([("addresses", 0)]);
    case.world.account().set(&Settings { limits, ..Settings::default() })?;
    case.run("apply", &[], 8)?;
    let told = case.run("diagnose", &[], 0)?.stdout;
    has(&told, &["creating EipUsw2Az1 (AWS::EC2::EIP) failed first", "nat = \"single\""]);
    has(&told, &["the stack was deleted: nothing of it is left"]);
    has(&case.run("recover", &["--confirm", "staging"], 0)?.stdout, &["no stack of ours is stuck"]);
    case.world.account().set(&Settings::default())?;
    case.run("apply", &[], 0)?;
    case.nothing_to_do()
}

#[test]
fn a_deletion_that_failed_is_finished_without_what_cannot_be_deleted() -> Result<()> {
    let case = Case::new()?;
    case.run("apply", &[], 0)?;
    lock(&case, &["delete taskExecutionRole"])?;
    has(&case.run("destroy", &["--confirm", "staging"], 9)?.stderr, &["GW4007", "groundwork recover --allow delete"]);
    has(&case.run("diagnose", &[], 0)?.stdout, &["DELETE_FAILED", "deleting taskExecutionRole", "the role is locked"]);
    let shown = case.run("recover", &["--skip", "taskExecutionRole"], 0)?.stdout;
    has(&shown, &["taskExecutionRole stays in the account", "delete stack CloudReactor-staging"]);
    let unallowed = ["--skip", "taskExecutionRole", "--confirm", "staging"];
    has(&case.run("recover", &unallowed, 5)?.stderr, &["GW5001", "--allow delete"]);
    let options = ["--skip", "taskExecutionRole", "--confirm", "staging", "--allow", "delete"];
    case.run("recover", &options, 0)?;
    assert_eq!(case.world.account().stacks()?, BTreeMap::new());
    Ok(())
}

#[test]
fn machines_get_a_diagnosis_and_a_recovery_too() -> Result<()> {
    let case = stuck()?;
    let lines = case.run("diagnose", &["--json"], 0)?.stdout;
    let document = lines.lines().find(|line| line.contains("\"type\":\"diagnosis\"")).unwrap_or_default();
    let read: serde_json::Value = serde_json::from_str(document)?;
    let role = &read["diagnosis"]["stacks"][0];
    assert_eq!((&role["condition"], &role["status"]), (&"stuck".into(), &"UPDATE_ROLLBACK_FAILED".into()));
    assert_eq!(role["story"]["cause"]["logical_id"], "taskExecutionRole");
    let summary = case.world.folder().join("summary.md");
    case.run("recover", &["--markdown-into", &summary.display().to_string()], 0)?;
    has(&std::fs::read_to_string(summary)?, &["**Needs `--confirm staging`**", "its rollback to go on"]);
    Ok(())
}

/// Seconds that each resource takes in the emulator.
fn slow(case: &Case, delay: f64) -> Result<()> {
    case.world.account().set(&Settings { delay: Some(delay), ..Settings::default() })
}

/// Somebody else makes the role stack of a case, marked as ours.
fn begun_by_somebody_else(case: &Case) -> Result<()> {
    let tags = [("groundwork:environment", "staging")];
    case.world.account().create_stack("CloudReactor-staging", include_str!("fixtures/wizard-role.json"), &tags)?;
    Ok(())
}

#[test]
fn somebody_elses_operation_is_waited_for_if_that_is_asked() -> Result<()> {
    let case = Case::new()?;
    slow(&case, 2.0)?;
    begun_by_somebody_else(&case)?;
    has(&case.run("plan", &[], 11)?.stderr, &["GW3004", "--wait-for-stack"]);
    let waited = case.run("plan", &["--wait-for-stack", "5m"], 0)?;
    has(&waited.stderr, &["waiting for stack CloudReactor-staging: CREATE_IN_PROGRESS, begun by somebody else"]);
    has(&waited.stdout, &["role"]);
    case.run("plan", &["--wait-for-stack", "soon"], 3)?;
    Ok(())
}

#[test]
fn a_wait_that_takes_too_long_ends() -> Result<()> {
    let case = Case::new()?;
    slow(&case, 60.0)?;
    begun_by_somebody_else(&case)?;
    has(&case.run("plan", &["--wait-for-stack", "2s"], 11)?.stderr, &["GW4005", "AWS goes on creating stack"]);
    Ok(())
}

/// An apply that is killed once AWS works on all three stacks.
fn killed_in_the_middle(case: &Case) -> Result<()> {
    slow(case, 1.0)?;
    let arguments = ["apply", "-f", &case.spec];
    let mut killed = case.world.groundwork(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let lines = BufReader::new(killed.stderr.take().context("stderr is piped")?).lines();
    let started = lines.map_while(Result::ok).filter(|line| line.ends_with("started")).take(3).count();
    killed.kill()?;
    killed.wait()?;
    assert_eq!(started, 3, "AWS works on three stacks");
    Ok(())
}

#[test]
fn what_a_killed_apply_has_begun_can_be_watched() -> Result<()> {
    let case = Case::new()?;
    killed_in_the_middle(&case)?;
    let watched = case.run("watch", &[], 0)?;
    has(&watched.stdout, &["under way, followed", "3 stacks finished"]);
    has(&case.run("watch", &[], 0)?.stdout, &["Nothing has failed lately"]);
    slow(&case, 0.05)?;
    case.run("apply", &[], 0)?;
    case.nothing_to_do()
}

#[test]
fn a_detached_apply_names_what_is_under_way_and_another_one_finishes() -> Result<()> {
    let case = Case::new()?;
    slow(&case, 1.0)?;
    let left = case.run("apply", &["--detach"], 11)?;
    has(&left.stderr, &["GW4009", "AWS goes on creating stack CloudReactor-staging-network"]);
    has(&left.stdout, &["Under way", "groundwork watch", ":stack/CloudReactor-staging-network/"]);
    assert_eq!(case.world.run_environments()?, Vec::<String>::new(), "what needs the stacks is not begun");
    has(&case.run("watch", &[], 0)?.stdout, &["3 stacks finished"]);
    slow(&case, 0.05)?;
    has(&case.run("apply", &[], 0)?.stdout, &["1 Run Environment created"]);
    case.nothing_to_do()
}

/// The handle says where the stacks are: another machine needs no spec, and finds those that are gone.
#[test]
fn what_was_left_is_followed_from_another_machine_without_the_spec() -> Result<()> {
    let case = Case::new()?;
    slow(&case, 1.0)?;
    let left = case.run("apply", &["--detach"], 11)?;
    let handle = left.stdout.lines().find_map(|line| line.trim().strip_prefix("groundwork ")).context("a command")?;
    let command: Vec<&str> = handle.split(' ').collect();
    assert_eq!(command.len(), 4, "{handle}");
    let elsewhere = Machine::new(&case.world)?;
    has(&elsewhere.run(&command, 0)?.stdout, &["staging", "3 stacks finished"]);
    let network = [command[0], command[2]];
    assert!(network[1].starts_with("network=arn:aws:cloudformation:us-west-2:"), "{handle}");
    has(&elsewhere.run(&network, 0)?.stdout, &["network", "CREATE_COMPLETE"]);

    slow(&case, 0.05)?;
    case.run("destroy", &["--confirm", "staging"], 0)?;
    case.run("apply", &[], 0)?;
    // Another stack has its name by now, which is none of the handle's business.
    has(&elsewhere.run(&network, 0)?.stdout, &["CloudReactor-staging-network absent"]);
    Ok(())
}

#[test]
fn a_handle_that_leads_nowhere_is_refused() -> Result<()> {
    let world = World::new()?;
    let arn = |account: &str, region: &str| format!("arn:aws:cloudformation:{region}:{account}:stack/X-network/0");
    let told = |arguments: &[&str], code: i32, words: &[&str]| -> Result<()> {
        let outcome = world.run(arguments)?;
        assert_eq!(outcome.code, Some(code), "{}{}", outcome.stdout, outcome.stderr);
        has(&outcome.stderr, words);
        Ok(())
    };
    let own = format!("network={}", arn(world.account().id(), "us-west-2"));
    let other = format!("network={}", arn("210987654321", "us-west-2"));
    let abroad = format!("role={}", arn(world.account().id(), "eu-west-1"));
    told(&["watch", &other], 4, &["GW2003", "use credentials of the account that the handle names"])?;
    told(&["watch", &own, &abroad], 3, &["in another account or Region"])?;
    told(&["watch", &own, &own], 3, &["the second for its component"])?;
    told(&["watch", "network=X-network"], 3, &["COMPONENT=ARN"])?;
    told(&["watch", "cloudreactor=arn:aws:x"], 3, &["COMPONENT=ARN"])?;
    told(&["watch", &own, "-f", "staging.toml"], 3, &["cannot be used with"])?;
    Ok(())
}

#[test]
fn an_apply_waits_for_its_own_kind_without_being_asked() -> Result<()> {
    let case = Case::new()?;
    killed_in_the_middle(&case)?;
    let taken_up = case.run("apply", &[], 0)?;
    has(&taken_up.stderr, &["waiting for stack CloudReactor-staging", "begun by an earlier run of groundwork"]);
    slow(&case, 0.05)?;
    case.nothing_to_do()
}
