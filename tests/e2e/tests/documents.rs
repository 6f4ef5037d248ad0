//! What a run leaves for machines: every line and every file is valid by the published schemas.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use groundwork_e2e::{Case, has, secrets};
use groundwork_harness::assert_valid;
use groundwork_model::document::Document;
use serde_json::{Value, json};

/// The lines of a stream, each of them valid, numbered from 1, the first and the last of the right type.
fn stream(text: &str) -> Result<Vec<Value>> {
    let lines: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    for (at, line) in lines.iter().enumerate() {
        assert_valid(Document::Events, line);
        assert_eq!(line["sequence"], json!(at + 1));
    }
    assert_eq!(lines.first().context("a first line")?["type"], "version");
    let last = lines.last().context("a last line")?;
    assert_eq!(last["type"], "result");
    let mut result = last.clone();
    result.as_object_mut().context("an object")?.retain(|key, _| !["sequence", "at", "type"].contains(&key.as_str()));
    assert_valid(Document::Report, &result);
    Ok(lines)
}

fn read(folder: &Path, name: &str) -> Result<String> {
    fs::read_to_string(folder.join(name)).with_context(|| name.to_owned())
}

fn of_type<'a>(lines: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    lines.iter().filter(move |line| line["type"] == kind)
}

#[test]
fn one_run_serves_people_machines_and_pipelines() -> Result<()> {
    let case = Case::new()?;
    let files = ["--json-into", "run.jsonl", "--markdown-into", "run.md", "--outputs-into", "outputs.json"];
    let applied = case.run("apply", &files, 0)?;
    has(&applied.stdout, &["Done: 3 stacks created"]);

    let lines = stream(&read(case.world.folder(), "run.jsonl")?)?;
    let plan = of_type(&lines, "plan").next().context("a plan")?;
    assert_eq!(plan["summary"]["applyable"], true);
    assert_eq!(of_type(&lines, "step-finished").count(), 4);
    assert!(of_type(&lines, "progress").count() > 10, "resources are told");
    let result = lines.last().context("a last line")?;
    assert_eq!((&result["exit"], &result["exit_code"]), (&json!("done"), &json!(0)));
    assert_eq!(result["report"]["steps"].as_array().map(Vec::len), Some(4));

    let outputs: Value = serde_json::from_str(&read(case.world.folder(), "outputs.json")?)?;
    assert_valid(Document::Outputs, &outputs);
    let stacks = &outputs["stacks"];
    assert!(stacks["CloudReactor-staging-network"]["SubnetsPrivate"].as_str().is_some_and(|ids| ids.contains(',')));
    assert!(outputs["run_environment"]["uuid"].is_string());

    let markdown = read(case.world.folder(), "run.md")?;
    has(&markdown, &["<!-- groundwork:staging -->", "| component |", "```mermaid", "<details>"]);
    let left: Vec<_> = fs::read_dir(case.world.folder())?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<Result<_, _>>()?;
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".groundwork-")), "{left:?}");
    Ok(())
}

#[test]
fn stdout_belongs_to_the_machine_that_asked_for_it() -> Result<()> {
    let case = Case::new()?;
    for (verb, options, code) in [
        ("plan", &["--json", "--detailed-exitcode"][..], 2),
        ("apply", &["--json"], 0),
        ("status", &["--json"], 0),
        ("destroy", &["--json"], 0),
        ("destroy", &["--json", "--confirm", "staging"], 0),
    ] {
        let outcome = case.run(verb, options, code)?;
        let lines = stream(&outcome.stdout)?;
        assert_eq!(lines[0]["command"], verb);
        assert_eq!(lines.last().context("a last line")?["exit_code"], code);
        assert_eq!(outcome.stderr, "", "{verb}");
        if let Some(status) = of_type(&lines, "status").next() {
            assert_valid(Document::Status, &status["status"]);
        }
    }
    Ok(())
}

#[test]
fn a_failure_is_told_to_people_and_machines() -> Result<()> {
    let case = Case::new()?;
    case.edit("nat = \"single\"", "nat = [\"us-west-2c\"]")?;
    let failed = case.run("plan", &["--json", "--markdown-into", "plan.md"], 3)?;
    let lines = stream(&failed.stdout)?;
    let diagnostic = of_type(&lines, "diagnostic").next().context("a diagnostic")?;
    assert_eq!(diagnostic["severity"], "error");
    let problem = &diagnostic["problem"];
    assert_eq!(problem["place"]["line"], 14, "{problem}");
    has(&failed.stderr, &[problem["code"].as_str().context("a code")?]);
    has(&read(case.world.folder(), "plan.md")?, &[problem["code"].as_str().context("a code")?]);
    Ok(())
}

#[test]
fn a_run_that_failed_leaves_the_outputs_of_the_last_good_one() -> Result<()> {
    let mut case = Case::new()?;
    case.world.write("outputs.json", "{\"of\": \"the last run\"}")?;
    case.world.set("CLOUDREACTOR_PASSWORD", "wrong");
    case.run("apply", &["--outputs-into", "outputs.json", "--json-into", "run.jsonl"], 4)?;
    assert_eq!(read(case.world.folder(), "outputs.json")?, "{\"of\": \"the last run\"}");
    let lines = stream(&read(case.world.folder(), "run.jsonl")?)?;
    assert_eq!(lines.last().context("a last line")?["exit"], "access");
    Ok(())
}

#[test]
fn github_shows_a_problem_at_its_line() -> Result<()> {
    let mut case = Case::new()?;
    case.edit("nat = \"single\"", "nat = [\"us-west-2c\"]")?;
    let annotation = format!("::error file={},line=14,", case.spec);
    assert!(!case.run("plan", &[], 3)?.stderr.contains("::error"), "only in GitHub Actions");
    case.world.set("GITHUB_ACTIONS", "true");
    has(&case.run("plan", &[], 3)?.stderr, &[&annotation]);
    Ok(())
}

#[test]
fn no_document_holds_a_secret() -> Result<()> {
    let case = Case::new()?;
    case.run(
        "apply",
        &["--json-into", "apply.jsonl", "--markdown-into", "apply.md", "--outputs-into", "outputs.json"],
        0,
    )?;
    case.edit("private_zones = 2", "private_zones = 3")?;
    case.run("plan", &["-o", "plan.json", "--json-into", "plan.jsonl", "--markdown-into", "plan.md"], 0)?;
    case.run("status", &["--json-into", "status.jsonl", "--markdown-into", "status.md"], 0)?;
    let mut looked_at = 0;
    for secret in secrets(&case.world)? {
        for entry in fs::read_dir(case.world.folder())? {
            let path = entry?.path();
            if path.is_file() {
                looked_at += 1;
                assert!(!fs::read_to_string(&path)?.contains(&secret), "{} holds a secret", path.display());
            }
        }
    }
    assert_eq!(looked_at, 2 * 9, "the spec and eight documents were looked at");
    Ok(())
}

#[test]
fn what_was_checked_beforehand_is_valid_in_the_stream() -> Result<()> {
    let case = Case::new()?;
    let lines = stream(&case.run("preflight", &["--json"], 0)?.stdout)?;
    let found = &of_type(&lines, "preflight").next().context("a preflight")?["preflight"];
    assert_valid(Document::Preflight, found);
    assert_eq!(found["verb"], "apply");
    let verdicts: Vec<&Value> =
        found["checks"].as_array().context("checks")?.iter().map(|check| &check["verdict"]).collect();
    assert!(verdicts.contains(&&json!("ok")) && verdicts.contains(&&json!("warning")), "{verdicts:?}");
    Ok(())
}
