//! The verbs that read, run as a user runs them: the binary, an AWS emulator, a double of CloudReactor.

use anyhow::Result;
use groundwork_harness::{ProxyOptions, World};

const SPEC: &str = "\
version = 1

[environment]
name = \"staging\"
region = \"us-west-2\"

[cloudreactor]
group = \"example\"
";

#[test]
fn plan_says_what_a_new_account_lacks() -> Result<()> {
    let world = World::new()?;
    let spec = world.write("staging.toml", SPEC)?;
    let outcome = world.run(["plan", "--detailed-exitcode", "-f", &spec.display().to_string()])?;
    assert_eq!(outcome.code, Some(2), "{}{}", outcome.stdout, outcome.stderr);
    for line in [
        "+ role          CloudReactor-staging",
        "+ network       CloudReactor-staging-network",
        "+ cluster       CloudReactor-staging-cluster",
        "+ cloudreactor  Run Environment \"staging\"",
        "(known after apply)",
    ] {
        assert!(outcome.stdout.contains(line), "{line:?} is not in\n{}", outcome.stdout);
    }
    assert!(!outcome.stdout.contains('\u{1b}'), "a pipe gets no colour");
    Ok(())
}

#[test]
fn plan_makes_no_mutating_call_and_is_three_round_trips_deep() -> Result<()> {
    let world = World::new()?.behind_proxy(&ProxyOptions { latency_ms: 40.0, ..ProxyOptions::default() })?;
    let spec = world.write("staging.toml", SPEC)?;
    let outcome = world.run(["plan", "-f", &spec.display().to_string()])?;
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    let calls = world.proxy()?.take_calls()?;
    assert!(calls.calls().len() >= 10, "the proxy saw the calls: {:?}", calls.calls().len());
    assert_eq!(calls.mutations().len(), 0, "plan wrote: {:?}", calls.mutations());
    assert!(calls.depth() <= 3, "depth {}", calls.depth());
    Ok(())
}

#[test]
fn status_of_a_new_account_is_absent() -> Result<()> {
    let world = World::new()?;
    let spec = world.write("staging.toml", SPEC)?;
    let outcome = world.run(["status", "-f", &spec.display().to_string()])?;
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    assert_eq!(outcome.stdout.matches("absent").count(), 4, "{}", outcome.stdout);
    Ok(())
}

#[test]
fn another_account_than_the_spec_names_is_refused() -> Result<()> {
    let world = World::new()?;
    let text = SPEC.replace("[cloudreactor]", "account_id = \"999999999999\"\n\n[cloudreactor]");
    let spec = world.write("staging.toml", &text)?;
    let outcome = world.run(["plan", "-f", &spec.display().to_string()])?;
    assert_eq!(outcome.code, Some(4), "{}{}", outcome.stdout, outcome.stderr);
    assert!(outcome.stderr.contains("GW2003") && outcome.stderr.contains("staging.toml:7:"), "{}", outcome.stderr);
    Ok(())
}

#[test]
fn an_unreachable_aws_is_an_error_and_never_an_empty_account() -> Result<()> {
    let mut world = World::new()?;
    world.set("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let spec = world.write("staging.toml", SPEC)?;
    let outcome = world.run(["plan", "-f", &spec.display().to_string()])?;
    assert_eq!(outcome.code, Some(11), "{}{}", outcome.stdout, outcome.stderr);
    assert!(outcome.stderr.contains("GW2006"), "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "");
    Ok(())
}

#[test]
fn nothing_asks_for_credentials_and_no_secret_is_shown_at_trace_level() -> Result<()> {
    let mut world = World::new()?;
    world.set("AWS_SECRET_ACCESS_KEY", "a-very-secret-aws-key");
    world.set("CLOUDREACTOR_PASSWORD", "a-very-secret-password");
    let spec = world.write("staging.toml", SPEC)?;
    for verb in ["plan", "status", "validate"] {
        let outcome = world.run([verb, "--log", "trace", "-f", &spec.display().to_string()])?;
        let all = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(!all.contains("a-very-secret"), "{verb} shows a secret:\n{all}");
    }
    world.unset("CLOUDREACTOR_PASSWORD");
    let outcome = world.run(["plan", "-f", &spec.display().to_string()])?;
    assert_eq!(outcome.code, Some(4), "{}{}", outcome.stdout, outcome.stderr);
    assert!(outcome.stderr.contains("GW2101"), "{}", outcome.stderr);
    Ok(())
}

#[test]
fn render_writes_templates_without_any_network() -> Result<()> {
    let mut world = World::new()?;
    world.set("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let spec = world.write("staging.toml", SPEC)?;
    let folder = world.folder().join("out");
    let zones = "us-west-2a=usw2-az1,us-west-2b=usw2-az2";
    let (spec, out) = (spec.display().to_string(), folder.display().to_string());
    let outcome = world.run(["render", "all", "-f", &spec, "-o", &out, "--zone", zones])?;
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    for file in ["role.json", "network.json", "cluster.json", "STEPS.md"] {
        assert!(folder.join(file).metadata()?.len() > 100, "{file}");
    }
    Ok(())
}

#[test]
fn the_command_line_speaks_the_exit_codes() -> Result<()> {
    let mut world = World::new()?;
    world.set("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    for (arguments, code) in [
        (&["--version"][..], 0),
        (&["--help"], 0),
        (&["version"], 0),
        (&["schema", "spec"], 0),
        (&["frobnicate"], 3),
        (&["validate"], 3),
        (&["validate", "-f", "nowhere.toml"], 3),
    ] {
        let outcome = world.run(arguments)?;
        assert_eq!(outcome.code, Some(code), "{arguments:?}: {}{}", outcome.stdout, outcome.stderr);
    }
    Ok(())
}

#[test]
fn the_readmes_spec_is_valid() -> Result<()> {
    let world = World::new()?;
    let readme = include_str!("../../../README.md");
    let text = readme.split_once("```toml\n").and_then(|(_, rest)| rest.split_once("```")).map(|(text, _)| text);
    let spec = world.write("staging.toml", text.unwrap_or_default())?;
    let outcome = world.run(["validate", "-f", &spec.display().to_string()])?;
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    Ok(())
}
