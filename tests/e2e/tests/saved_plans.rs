//! Plans that are saved on one machine and applied from another, and every way in which one is refused.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use groundwork_e2e::{Case, Machine, SPEC, has, told};
use groundwork_harness::{Outcome, Settings, World, assert_valid};
use groundwork_model::document::Document;
use serde_json::{Value, json};

const PLAN: &str = "staging.plan.json";

/// An account with a number of its own whose network gets a third private subnet by a saved plan.
fn pending(account: &str) -> Result<Case> {
    let case = Case::numbered(account)?;
    case.run("apply", &[], 0)?;
    case.edit("private_zones = 2", "private_zones = 3")?;
    case.run("plan", &["-o", PLAN], 0)?;
    Ok(case)
}

/// A new account with a number of its own, and a saved plan to set it up.
fn planned(account: &str) -> Result<Case> {
    let case = Case::numbered(account)?;
    case.run("plan", &["-o", PLAN], 0)?;
    Ok(case)
}

fn saved(world: &World) -> Result<String> {
    Ok(fs::read_to_string(world.folder().join(PLAN))?)
}

/// The saved plan with a part of its text changed.
fn forge(world: &World, from: &str, to: &str) -> Result<()> {
    let text = saved(world)?;
    assert!(text.contains(from), "the plan has no {from:?}");
    world.write(PLAN, &text.replacen(from, to, 1)).map(drop)
}

/// The saved plan with a value changed by somebody who also makes the digest match again.
fn forge_with_digest(world: &World, pointer: &str, value: &Value) -> Result<()> {
    let mut document: Value = serde_json::from_str(&saved(world)?)?;
    *document.pointer_mut(pointer).with_context(|| format!("the plan has no {pointer}"))? = value.clone();
    document.as_object_mut().context("an object")?.shift_remove("digest");
    document["digest"] = json!(sha256(world, &document.to_string())?);
    world.write(PLAN, &document.to_string()).map(drop)
}

/// By Python, which the emulator needs as well: the forger shares no code with the program.
fn sha256(world: &World, text: &str) -> Result<String> {
    const PROGRAM: &str = "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())";
    let path = world.write("to-be-digested", text)?;
    let output = Command::new("python3").args(["-c", PROGRAM]).arg(path).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

#[test]
fn a_plan_is_made_on_one_machine_and_applied_from_another() -> Result<()> {
    let case = Case::numbered("200000000201")?;
    let planned = case.run("plan", &["-o", PLAN, "--detailed-exitcode"], 2)?;
    has(&planned.stdout, &["Saved.", "groundwork apply staging.plan.json"]);
    assert_valid(Document::Plan, &serde_json::from_str(&saved(&case.world)?)?);

    let other = Machine::new(&case.world)?;
    other.bring(PLAN)?;
    let shown = other.run(&["show", PLAN], 0)?;
    assert!(planned.stdout.starts_with(&shown.stdout), "what is shown is what was planned:\n{}", shown.stdout);
    let applied = other.run(&["apply", PLAN], 0)?;
    has(&applied.stdout, &["Done: 3 stacks created, 1 Run Environment created"]);
    case.nothing_to_do()?;

    insta::assert_snapshot!("applied_twice", case.refused(&["apply", PLAN], 6)?);
    Ok(())
}

#[test]
fn an_update_is_applied_as_it_was_reviewed() -> Result<()> {
    let case = pending("200000000202")?;
    let other = Machine::new(&case.world)?;
    other.bring(PLAN)?;
    let applied = other.run(&["apply", PLAN], 0)?;
    has(&applied.stdout, &["SubnetPrivateUsw2Az3", "Done: 1 stack updated"]);
    case.nothing_to_do()
}

#[test]
fn what_changed_since_is_named_and_nothing_is_written() -> Result<()> {
    let case = pending("200000000203")?;
    case.edit("nat = \"single\"", "nat = \"single\"\nendpoints = [\"s3\"]")?;
    case.run("apply", &["--allow", "delete"], 0)?;
    insta::assert_snapshot!("stale", case.refused(&["apply", PLAN], 6)?);
    Ok(())
}

#[test]
fn a_file_that_was_changed_is_refused() -> Result<()> {
    let case = planned("200000000204")?;
    forge(&case.world, "10.0.16.0/20", "10.0.96.0/20")?;
    insta::assert_snapshot!("changed_shown", case.refused(&["show", PLAN], 6)?);
    insta::assert_snapshot!("changed_applied", case.refused(&["apply", PLAN], 6)?);
    Ok(())
}

#[test]
fn a_forger_who_can_compute_a_digest_gets_no_further() -> Result<()> {
    let case = planned("200000000205")?;
    forge_with_digest(&case.world, "/plan/components/0/resources/0/note", &json!("harmless"))?;
    insta::assert_snapshot!("forged", case.refused(&["apply", PLAN], 6)?);
    forge_with_digest(&case.world, "/spec/environment/region", &json!("eu-central-1"))?;
    insta::assert_snapshot!("another_region", case.refused(&["apply", PLAN], 6)?);
    Ok(())
}

#[test]
fn the_machines_region_is_not_the_plans() -> Result<()> {
    let mut case = planned("200000000206")?;
    case.world.set("AWS_REGION", "eu-central-1");
    let applied = case.world.run(["apply", PLAN])?;
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    case.nothing_to_do()
}

#[test]
fn another_accounts_plan_is_refused() -> Result<()> {
    let case = planned("200000000207")?;
    let elsewhere = Case::numbered("200000000208")?;
    elsewhere.world.write(PLAN, &saved(&case.world)?)?;
    insta::assert_snapshot!("another_account", elsewhere.refused(&["apply", PLAN], 4)?);
    Ok(())
}

#[test]
fn another_versions_plan_is_refused() -> Result<()> {
    let case = planned("200000000209")?;
    forge_with_digest(&case.world, "/groundwork_version", &json!("0.0.1"))?;
    insta::assert_snapshot!("another_version_shown", case.refused(&["show", PLAN], 6)?);
    insta::assert_snapshot!("another_version_applied", case.refused(&["apply", PLAN], 6)?);
    Ok(())
}

#[test]
fn a_file_that_is_no_plan_is_a_usage_error() -> Result<()> {
    let case = planned("200000000210")?;
    let whole = saved(&case.world)?;
    let (start, _) = whole.split_once("\"spec_digest\"").context("a field in the middle")?;
    case.world.write("cut.json", start)?;
    case.world.write("newer.json", &whole.replacen("\"format_version\": \"1", "\"format_version\": \"2", 1))?;
    case.world.write("spec.json", "{\"version\": 1}")?;
    for (name, file) in [
        ("a_spec_as_a_plan", "staging.toml"),
        ("a_plan_cut_short", "cut.json"),
        ("a_plan_of_another_format", "newer.json"),
        ("a_plan_without_a_format", "spec.json"),
        ("a_plan_that_is_not_there", "nowhere.json"),
    ] {
        let shown = case.refused(&["show", file], 3)?;
        let applied = case.refused(&["apply", file], 3)?;
        insta::assert_snapshot!(name, format!("{shown}\n{applied}"));
    }
    Ok(())
}

#[test]
fn a_plan_has_its_own_spec() -> Result<()> {
    let case = planned("200000000211")?;
    insta::assert_snapshot!("a_plan_and_a_spec", case.refused(&["apply", PLAN, "-f", "staging.toml"], 3)?);
    let set = ["apply", PLAN, "--set", "network.nat=none"];
    insta::assert_snapshot!("a_plan_and_a_setting", case.refused(&set, 3)?);
    Ok(())
}

#[test]
fn a_plan_that_cannot_be_saved_is_told_before_anything_is_read() -> Result<()> {
    let mut case = Case::numbered("200000000212")?;
    case.world.write("plans/README", "a folder")?;
    case.world.set("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    let to = |path| case.refused(&["plan", "-f", "staging.toml", "-o", path], 3);
    insta::assert_snapshot!("no_such_folder", to("nowhere/staging.plan.json")?);
    insta::assert_snapshot!("a_folder_as_a_file", to("plans")?);
    Ok(())
}

/// Runs `apply` of the saved plan; as soon as AWS has begun, somebody else does something.
fn apply_while(case: &Case, somebody: impl FnOnce() -> Result<()>) -> Result<Outcome> {
    let mut command = case.world.groundwork(["apply", PLAN]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut progress = BufReader::new(child.stderr.take().context("stderr")?);
    let mut stderr = String::new();
    while !stderr.ends_with("started\n") {
        ensure!(progress.read_line(&mut stderr)? > 0, "nothing was started:\n{stderr}");
    }
    somebody()?;
    progress.read_to_string(&mut stderr)?;
    let output = child.wait_with_output()?;
    Ok(Outcome { stderr, ..Outcome::of(output)? })
}

#[test]
fn what_only_apply_finds_out_stops_it() -> Result<()> {
    let case = Case::numbered("200000000213")?;
    let account = case.world.account();
    account.create_cluster("shared")?;
    let providers = json!(["FARGATE", "FARGATE_SPOT"]);
    let strategy = json!([{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]);
    account.ecs(
        "PutClusterCapacityProviders",
        &json!({"cluster": "shared", "capacityProviders": providers, "defaultCapacityProviderStrategy": strategy}),
    )?;
    let (head, _) = SPEC.split_once("[network]").context("a network")?;
    let rest = "[network]\nmode = \"skip\"\n[cluster]\nmode = \"use\"\ncluster = \"shared\"\n";
    case.world.write("staging.toml", &format!("{head}{rest}[cloudreactor]\ngroup = \"example\"\n"))?;
    case.run("plan", &["-o", PLAN], 0)?;
    account.set(&Settings { delay: Some(0.5), ..Settings::default() })?;

    let outgrown = apply_while(&case, || case.world.make_run_environment("staging", &json!({})))?;
    insta::assert_snapshot!("outgrown", told(&["apply", PLAN], &outgrown, case.world.folder()));
    assert_eq!(outgrown.code, Some(6));
    Ok(())
}
