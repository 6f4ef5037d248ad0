//! Plans that are saved on one machine and applied from another, and every way in which one is refused.

use std::fs;

use anyhow::Result;
use groundwork_e2e::{Case, Machine, has};
use groundwork_harness::assert_valid;
use groundwork_model::document::Document;
use serde_json::Value;

const PLAN: &str = "staging.plan.json";

/// An account whose network gets a third private subnet by a saved plan.
fn pending() -> Result<Case> {
    let case = Case::new()?;
    case.run("apply", &[], 0)?;
    case.edit("private_zones = 2", "private_zones = 3")?;
    case.run("plan", &["-o", PLAN], 0)?;
    Ok(case)
}

/// The saved plan with a part of its text changed.
fn forge(case: &Case, from: &str, to: &str) -> Result<()> {
    let path = case.world.folder().join(PLAN);
    let text = fs::read_to_string(&path)?;
    assert!(text.contains(from), "the plan has no {from:?}");
    Ok(fs::write(path, text.replacen(from, to, 1))?)
}

#[test]
fn a_plan_is_made_on_one_machine_and_applied_from_another() -> Result<()> {
    let case = Case::new()?;
    let planned = case.run("plan", &["-o", PLAN, "--detailed-exitcode"], 2)?;
    has(&planned.stdout, &["Saved.", "groundwork apply staging.plan.json"]);
    let document: Value = serde_json::from_slice(&fs::read(case.world.folder().join(PLAN))?)?;
    assert_valid(Document::Plan, &document);

    let other = Machine::new(&case.world)?;
    other.bring(PLAN)?;
    let shown = other.run(&["show", PLAN], 0)?;
    assert!(planned.stdout.starts_with(&shown.stdout), "what is shown is what was planned:\n{}", shown.stdout);
    let applied = other.run(&["apply", PLAN], 0)?;
    has(&applied.stdout, &["Done: 3 stacks created, 1 Run Environment created"]);
    case.nothing_to_do()?;

    let again = other.run(&["apply", PLAN], 6)?;
    has(&again.stderr, &["GW6004", "stack CloudReactor-staging: it did not exist, and is in CREATE_COMPLETE"]);
    Ok(())
}

#[test]
fn an_update_is_applied_as_it_was_reviewed() -> Result<()> {
    let case = pending()?;
    let other = Machine::new(&case.world)?;
    other.bring(PLAN)?;
    let applied = other.run(&["apply", PLAN], 0)?;
    has(&applied.stdout, &["SubnetPrivateUsw2Az3", "Done: 1 stack updated"]);
    case.nothing_to_do()
}

#[test]
fn what_changed_since_is_named_and_nothing_is_written() -> Result<()> {
    let case = pending()?;
    case.edit("nat = \"single\"", "nat = \"single\"\nendpoints = [\"s3\"]")?;
    case.run("apply", &["--allow", "delete"], 0)?;
    case.world.cloudreactor().log();
    let before = case.world.account().stacks()?;
    let stale = case.world.run(["apply", PLAN])?;
    assert_eq!(stale.code, Some(6), "{}", stale.stderr);
    has(
        &stale.stderr,
        &[
            "GW6004",
            "stack CloudReactor-staging-network: status was CREATE_COMPLETE, and is UPDATE_COMPLETE",
            "stack CloudReactor-staging-network: last update was ",
            "stack CloudReactor-staging-network: it has newer events",
            "stack CloudReactor-staging-network: template has changed",
        ],
    );
    assert_eq!(case.world.account().stacks()?, before, "nothing was written");
    Ok(())
}

#[test]
fn a_file_that_was_changed_is_refused() -> Result<()> {
    let case = pending()?;
    forge(&case, "10.0.80.0/20", "10.0.96.0/20")?;
    for verb in ["show", "apply"] {
        let refused = case.world.run([verb, PLAN])?;
        assert_eq!(refused.code, Some(6), "{}", refused.stderr);
        has(&refused.stderr, &["GW6002", "does not match its digest"]);
    }
    Ok(())
}

#[test]
fn another_accounts_plan_is_refused() -> Result<()> {
    let case = pending()?;
    let elsewhere = Case::new()?;
    fs::copy(case.world.folder().join(PLAN), elsewhere.world.folder().join(PLAN))?;
    let refused = elsewhere.world.run(["apply", PLAN])?;
    assert_eq!(refused.code, Some(4), "{}", refused.stderr);
    has(&refused.stderr, &["GW2003", "the saved plan is for account"]);
    assert!(elsewhere.world.account().stacks()?.is_empty(), "nothing was made");
    Ok(())
}

#[test]
fn a_file_that_is_no_plan_is_a_usage_error() -> Result<()> {
    let case = Case::new()?;
    case.world.write("spec.json", "{\"version\": 1}")?;
    has(&case.world.run(["apply", "spec.json"])?.stderr, &["GW6001", "groundwork plan -f SPEC -o FILE"]);
    assert_eq!(case.world.run(["apply", "spec.json"])?.code, Some(3));
    assert_eq!(case.world.run(["show", "nowhere.json"])?.code, Some(3));
    assert_eq!(case.world.run(["apply", "spec.json", "-f", "staging.toml"])?.code, Some(3), "one or the other");
    Ok(())
}

#[test]
fn a_saved_plan_passes_the_gates_when_it_is_applied() -> Result<()> {
    let case = Case::new()?;
    case.run("apply", &[], 0)?;
    case.edit("private_zones = 2", "private_zones = 1")?;
    let planned = case.run("plan", &["-o", PLAN], 0)?;
    has(&planned.stdout, &["groundwork apply staging.plan.json --allow delete"]);
    let refused = case.world.run(["apply", PLAN])?;
    assert_eq!(refused.code, Some(5), "{}", refused.stderr);
    has(&refused.stderr, &["GW5001", "SubnetPrivateUsw2Az2"]);
    assert_eq!(case.world.run(["apply", PLAN, "--allow", "delete"])?.code, Some(0));
    case.nothing_to_do()
}

#[test]
fn a_plan_that_cannot_be_saved_is_told_before_anything_is_read() -> Result<()> {
    let mut case = Case::new()?;
    case.world.set("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    let refused = case.run("plan", &["-o", "nowhere/staging.plan.json"], 3)?;
    has(&refused.stderr, &["GW1009", "nowhere/staging.plan.json"]);
    Ok(())
}
