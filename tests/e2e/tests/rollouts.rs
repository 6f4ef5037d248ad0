//! One spec for many accounts: planned on one screen, changed in waves.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use groundwork_e2e::rollout::Rollout;
use groundwork_e2e::{Case, Machine, has};
use groundwork_harness::{Fleet, ProxyOptions, Settings, World, assert_valid};
use groundwork_model::document::Document;
use groundwork_model::stream::Record;
use serde_json::{Value, json};

fn pause_after_the_canary(rollout: &Rollout, pause: &str) -> Result<()> {
    let text = std::fs::read_to_string(&rollout.case.spec)?;
    let with = format!("max_concurrent = 1\npause = \"{pause}\"");
    Ok(std::fs::write(&rollout.case.spec, text.replacen("max_concurrent = 1", &with, 1))?)
}

/// Holds that every document of a run in which `team-03` failed says so, and fits its schema.
fn documents_tell_of_the_failure(rollout: &Rollout) -> Result<()> {
    let read = |name| std::fs::read_to_string(rollout.case.world.folder().join(name));
    let stream = read("run.jsonl")?;
    let lines = stream.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    for line in &lines {
        assert_valid(Document::Events, line);
        let record: Record = serde_json::from_value(line.clone())?;
        assert_eq!(serde_json::to_value(record)?, *line, "a line is read back as it was written");
    }
    let result = lines.last().context("a last line")?;
    assert_eq!((&result["type"], &result["exit_code"]), (&json!("result"), &json!(7)));
    let targets = result["rollout"]["targets"].as_array().context("targets")?;
    let failed: Vec<&Value> = targets.iter().filter(|target| target["end"]["outcome"] == "failed").collect();
    assert!(matches!(failed[..], [one] if one["name"] == "team-03"), "{failed:?}");
    let plans = lines.iter().filter(|line| line["type"] == "plan" && line["target"].is_string());
    assert_eq!(plans.count(), 10, "each target's plan is in the stream");
    for name in ["run.md", "run.html"] {
        has(&read(name)?, &["team-03", "GW4003"]);
    }
    Ok(())
}

/// The files of a folder of logs, with what is in them.
fn logs(rollout: &Rollout, folder: &str) -> Result<BTreeMap<String, String>> {
    let files = std::fs::read_dir(rollout.case.world.folder().join(folder))?;
    let named = files.map(|file| {
        let path = file?.path();
        let name = path.file_name().context("a name")?.to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path)?;
        assert!(!text.contains(Fleet::EXTERNAL_ID), "an external id is in {name}");
        Ok((name, text))
    });
    named.collect()
}

#[test]
fn a_fleet_is_planned_applied_in_waves_and_then_has_nothing_to_do() -> Result<()> {
    let rollout = Rollout::new(5)?;
    let planned = rollout.case.run("plan", &["--detailed-exitcode"], 2)?;
    insta::assert_snapshot!("a_new_fleet", rollout.stable(&planned.stdout));
    assert!(rollout.stacks()?.iter().all(BTreeMap::is_empty), "plan made something");

    let applied = rollout.case.run("apply", &[], 0)?;
    has(&applied.stdout, &["Rollout: 5 done"]);
    let place = |text: &str| applied.stderr.find(text).with_context(|| format!("{text:?} in\n{}", applied.stderr));
    assert!(place("team-00")? < place("team-01")?, "the canary comes first:\n{}", applied.stderr);
    for stacks in rollout.stacks()? {
        assert_eq!(stacks.len(), 3, "{stacks:?}");
        assert!(stacks.values().all(|status| status == "CREATE_COMPLETE"), "{stacks:?}");
    }
    assert!(rollout.case.world.account().stacks()?.is_empty(), "the home account is no target");
    rollout.case.nothing_to_do()
}

#[test]
fn many_targets_are_read_in_few_round_trips_and_with_one_session_an_account() -> Result<()> {
    let world = World::new()?.behind_proxy(&ProxyOptions { latency_ms: 300.0, ..ProxyOptions::default() })?;
    let rollout = Rollout::of(Fleet::within(groundwork_harness::Emulator::shared(), world, 12)?)?;
    rollout.case.run("plan", &[], 0)?;
    let calls = rollout.case.world.proxy()?.take_calls()?;
    assert_eq!(calls.mutations().len(), 0, "plan wrote: {:?}", calls.mutations());
    assert_eq!(calls.count("AssumeRole"), 12, "one an account");
    assert_eq!(calls.count("POST /auth/jwt/create/"), 1, "one login");
    assert_eq!(calls.count("GET /auth/users/me/"), 1, "one identity");
    assert!(calls.depth_of_a_target() <= 4, "depth {}", calls.depth_of_a_target());
    // Calls of different targets need not wait for each other, but a busy machine begins some late: so late that
    // they seem to have waited for others.
    assert!(calls.depth() <= 8, "depth {}", calls.depth());
    Ok(())
}

#[test]
fn a_failed_canary_stops_the_rollout_and_a_rerun_finishes_it() -> Result<()> {
    let rollout = Rollout::new(4)?;
    rollout.refuse(0, "create Vpc")?;
    let failed = rollout.case.run("apply", &["--logs-into", "logs"], 7)?;
    has(&failed.stdout, &["Rollout: 0 done, 1 failed, 0 skipped, 3 not started"]);
    let logs = logs(&rollout, "logs")?;
    assert_eq!(logs.len(), 4, "{logs:?}");
    has(&logs["team-00.log"], &["started", "network failed after", "GW4003"]);
    has(&logs["team-03.log"], &["It was not started, since more targets of a wave failed than it permits."]);
    assert_eq!(rollout.stacks()?.iter().filter(|stacks| !stacks.is_empty()).count(), 1, "only the canary was begun");
    rollout.refuse(0, "nothing")?;
    rollout.case.run("apply", &[], 0)?;
    rollout.case.nothing_to_do()
}

#[test]
fn one_failure_in_ten_stays_within_its_wave_and_the_lists_say_so() -> Result<()> {
    let rollout = Rollout::new(10)?;
    rollout.refuse(3, "create Vpc")?;
    let files = ["--json-into", "run.jsonl", "--markdown-into", "run.md", "--html-into", "run.html"];
    let failed = rollout.case.run("apply", &[&files[..], &["--logs-into", "logs/of/today"]].concat(), 7)?;
    has(&failed.stdout, &["team-03", "Rollout: 9 done, 1 failed, 0 skipped, 0 not started"]);
    documents_tell_of_the_failure(&rollout)?;
    let logs = logs(&rollout, "logs/of/today")?;
    assert_eq!(logs.len(), 10, "{logs:?}");
    has(&logs["team-03.log"], &["target team-03", "network creating change set", "Vpc creating failed", "GW4003"]);
    has(&logs["team-04.log"], &["started", "network change set agrees with the plan", "done in"]);
    rollout.refuse(3, "nothing")?;
    let again = rollout.case.run("apply", &[], 0)?;
    has(&again.stdout, &["Rollout: 10 done (9 unchanged)"]);
    rollout.case.nothing_to_do()
}

#[test]
fn a_target_out_of_reach_refuses_the_rollout_or_is_skipped() -> Result<()> {
    let rollout = Rollout::new(3)?;
    let text = std::fs::read_to_string(&rollout.case.spec)?;
    let other = "[[target]]\nname = \"gone\"\naccount_id = \"999999999999\"\n";
    std::fs::write(&rollout.case.spec, format!("{text}\n{other}"))?;
    let refused = rollout.case.run("apply", &[], 4)?;
    has(&refused.stderr, &["GW2002", "gone"]);
    assert!(rollout.stacks()?.iter().all(BTreeMap::is_empty), "something was made");

    let skip = ["--set", "rollout.on_unreachable=skip", "--logs-into"];
    let unwritable = rollout.case.run("apply", &[&skip[..], &["fleet.toml"]].concat(), 3)?;
    has(&unwritable.stderr, &["cannot write fleet.toml"]);
    assert!(rollout.stacks()?.iter().all(BTreeMap::is_empty), "something was made");
    let skipping = rollout.case.run("apply", &[&skip[..], &["logs"]].concat(), 0)?;
    has(&logs(&rollout, "logs")?["gone.log"], &["The rollout went on without it.", "GW2002"]);
    has(&skipping.stdout, &["Rollout: 3 done, 0 failed, 1 skipped, 0 not started"]);
    Ok(())
}

#[test]
fn the_status_of_a_fleet_is_one_screen_and_writes_nothing() -> Result<()> {
    let rollout = Rollout::new(3)?;
    rollout.case.run("apply", &["--wave", "all"], 0)?;
    let made = rollout.stacks()?;
    let files = ["--markdown-into", "status.md", "--json-into", "status.jsonl"];
    let status = rollout.case.run("status", &files, 0)?;
    has(&status.stdout, &["3 targets", "2 ready", "every component ready team-01, team-02"]);
    has(&status.stdout, &["1 not ready", "team-00", "Status: 2 of 3 targets ready, 1 not ready."]);
    let pending = rollout.case.run("status", &["--detailed-exitcode", "--parallelism", "1"], 2)?;
    has(&pending.stdout, &["to add in 1 target."]);
    let read = |name| std::fs::read_to_string(rollout.case.world.folder().join(name));
    has(&read("status.md")?, &["2 of 3 targets ready", "team-00"]);
    let lines = read("status.jsonl")?;
    let lines = lines.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    lines.iter().for_each(|line| assert_valid(Document::Events, line));
    let told = lines.iter().filter(|line| line["type"] == "status").map(|line| &line["target"]);
    assert_eq!(told.collect::<Vec<_>>(), ["team-00", "team-01", "team-02"]);

    let one = rollout.case.run("status", &["--target", "team-01"], 0)?;
    has(&one.stdout, &["VPC", "Dashboard"]);
    let text = std::fs::read_to_string(&rollout.case.spec)?;
    let gone = "[[target]]\nname = \"gone\"\naccount_id = \"999999999999\"\n";
    std::fs::write(&rollout.case.spec, format!("{text}\n{gone}"))?;
    let partial = rollout.case.run("status", &[], 4)?;
    has(&partial.stdout, &["1 unreachable", "Status: 2 of 4 targets ready, 1 not ready, 1 unreachable."]);
    has(&partial.stderr, &["GW2002", "in target \"gone\""]);
    rollout.case.run("status", &["--set", "rollout.on_unreachable=skip"], 0)?;
    assert_eq!(rollout.stacks()?, made, "status changed something");
    Ok(())
}

#[test]
fn what_is_written_of_rollouts_only_is_refused_for_one_target() -> Result<()> {
    let case = Case::new()?;
    for option in ["--logs-into", "--html-into"] {
        let refused = case.refused(&["apply", "-f", &case.spec, option, "there"], 3)?;
        has(&refused, &[option, "of a rollout, and this is about one target"]);
        assert!(!case.world.folder().join("there").exists(), "{option} made something");
    }
    Ok(())
}

#[test]
fn targets_are_selected_by_name_label_and_wave() -> Result<()> {
    let rollout = Rollout::new(3)?;
    rollout.case.run("apply", &["--wave", "canary"], 0)?;
    rollout.case.run("apply", &["--target", "team-02"], 0)?;
    let made: Vec<usize> = rollout.stacks()?.iter().map(BTreeMap::len).collect();
    assert_eq!(made, [3, 0, 3]);
    let unknown = rollout.case.run("plan", &["--target", "team-2"], 3)?;
    has(&unknown.stderr, &["team-2", "did you mean"]);
    Ok(())
}

const PLAN: &str = "fleet.plan.json";
const IDS: [&str; 2] = ["--external-ids-from", "fleet.toml"];

#[test]
fn a_saved_rollout_is_carried_out_from_another_machine_and_taken_up_again() -> Result<()> {
    let rollout = Rollout::new(3)?;
    let planned = rollout.case.run("plan", &["-o", PLAN], 0)?;
    has(&planned.stdout, &["Saved.", "groundwork apply fleet.plan.json"]);
    let text = std::fs::read_to_string(rollout.case.world.folder().join(PLAN))?;
    assert!(!text.contains("a-rollout-of-ours"), "the external id is in the file");
    assert_valid(Document::RolloutPlan, &serde_json::from_str(&text)?);

    let other = Machine::new(&rollout.case.world)?;
    other.bring(PLAN)?;
    let shown = other.run(&["show", PLAN], 0)?;
    assert!(planned.stdout.starts_with(&shown.stdout), "what is shown is what was planned:\n{}", shown.stdout);
    let lacking = other.run(&["apply", PLAN], 3)?;
    has(&lacking.stderr, &["external ids are needed", "--external-ids-from"]);
    let idle = rollout.case.run("apply", &IDS, 3)?;
    has(&idle.stderr, &["--external-ids-from", "cannot be used with"]);
    assert!(rollout.stacks()?.iter().all(BTreeMap::is_empty), "something was made");

    other.bring("fleet.toml")?;
    rollout.refuse(1, "create Vpc")?;
    let failed = other.run(&[&["apply", PLAN][..], &IDS].concat(), 7)?;
    has(&failed.stdout, &["Rollout: 2 done, 1 failed"]);
    rollout.refuse(1, "nothing")?;
    let stale = other.run(&[&["apply", PLAN][..], &IDS].concat(), 6)?;
    has(&stale.stderr, &["GW6004", "in target \"team-01\"", "plan again"]);
    assert!(!stale.stderr.contains("team-00"), "what is done is not stale:\n{}", stale.stderr);
    rollout.case.run("apply", &[], 0)?;
    let nothing = other.run(&[&["apply", PLAN][..], &IDS].concat(), 0)?;
    has(&nothing.stdout, &["Rollout: 3 done (3 unchanged)"]);
    Ok(())
}

#[test]
fn a_saved_rollout_that_was_changed_is_refused() -> Result<()> {
    let rollout = Rollout::new(2)?;
    rollout.case.run("plan", &["-o", PLAN], 0)?;
    let path = rollout.case.world.folder().join(PLAN);
    let text = std::fs::read_to_string(&path)?;
    std::fs::write(&path, text.replace("\"max_concurrent\": 4", "\"max_concurrent\": 400"))?;
    for verb in ["show", "apply"] {
        let refused = rollout.case.world.run([verb, PLAN])?;
        assert_eq!(refused.code, Some(6), "{}", refused.stderr);
        has(&refused.stderr, &["GW6002"]);
    }
    Ok(())
}

#[test]
fn a_wave_that_stops_for_approval_leaves_a_plan_for_the_rest() -> Result<()> {
    let rollout = Rollout::new(3)?;
    pause_after_the_canary(&rollout, "stop-for-approval")?;
    let unnamed = rollout.case.run("apply", &[], 3)?;
    has(&unnamed.stderr, &["stops for approval after wave canary", "--rest-into"]);
    let rest = "rest.plan.json";
    let stopped = rollout.case.run("apply", &["--rest-into", rest], 2)?;
    has(
        &stopped.stdout,
        &[
            "after canary it stops for approval",
            "Rollout: 1 done, 0 failed, 0 skipped, 2 not started",
            "groundwork apply rest.plan.json",
        ],
    );
    let made: Vec<usize> = rollout.stacks()?.iter().map(BTreeMap::len).collect();
    assert_eq!(made, [3, 0, 0]);
    let shown = rollout.case.world.run(["show", rest])?;
    has(&shown.stdout, &["2 targets, 1 wave"]);
    let approved = rollout.case.world.run([&["apply", rest][..], &IDS].concat())?;
    assert_eq!(approved.code, Some(0), "{}", approved.stderr);
    has(&approved.stdout, &["Rollout: 2 done"]);
    rollout.case.nothing_to_do()
}

#[test]
fn what_was_done_is_verified_before_the_next_wave() -> Result<()> {
    let rollout = Rollout::new(3)?;
    pause_after_the_canary(&rollout, "verify")?;
    let applied = rollout.case.run("apply", &[], 0)?;
    has(&applied.stderr, &["wave canary: 1 target verified once more, all as their specs want them"]);
    Ok(())
}

#[test]
fn a_rollout_is_resumed_from_the_report_of_an_earlier_run() -> Result<()> {
    let rollout = Rollout::new(3)?;
    rollout.refuse(2, "create Vpc")?;
    rollout.case.run("apply", &["--json-into", "run.jsonl"], 7)?;
    rollout.refuse(2, "nothing")?;
    let resumed = rollout.case.run("apply", &["--resume", "run.jsonl", "--json-into", "again.jsonl"], 0)?;
    has(&resumed.stdout, &["2 of 3 targets are done by run.jsonl and left out.", "Rollout: 1 done"]);
    rollout.case.nothing_to_do()?;
    let other = rollout.case.run("apply", &["--resume", "fleet.toml"], 3)?;
    has(&other.stderr, &["fleet.toml", "line 1", "name the file that --json"]);
    Ok(())
}

#[test]
fn targets_in_which_somebody_else_is_at_work_are_waited_for_if_that_is_asked() -> Result<()> {
    let rollout = Rollout::new(3)?;
    let busy = &rollout.accounts[2];
    busy.set(&Settings { delay: Some(1.0), ..Settings::default() })?;
    let tags = [("groundwork:environment", "staging")];
    busy.create_stack("CloudReactor-staging", include_str!("fixtures/wizard-role.json"), &tags)?;
    has(&rollout.case.run("plan", &[], 11)?.stderr, &["GW3004", "in target \"team-02\""]);
    let waited = rollout.case.run("plan", &["--wait-for-stack", "5m", "--json-into", "run.jsonl"], 0)?;
    let waits = "team-02: waiting for stack CloudReactor-staging: CREATE_IN_PROGRESS, begun by somebody else";
    has(&waited.stderr, &[waits, "team-02: planned again"]);
    assert!(!waited.stderr.contains("team-01: "), "{}", waited.stderr);
    let stream = std::fs::read_to_string(rollout.case.world.folder().join("run.jsonl"))?;
    let lines: Vec<Value> = stream.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    assert!(lines.iter().any(|line| line["target"] == "team-02" && line["type"] == "step-finished"));
    Ok(())
}
