//! What users read, whole: exit code, stdout and stderr together.

use anyhow::Result;
use groundwork_e2e::transcript;
use groundwork_harness::{Emulator, World};
use serde_json::Value;

const SPEC: &str = "\
version = 1

[environment]
name = \"staging\"
region = \"us-west-2\"

[network]
public_zones = [\"us-west-2a\"]
private_zones = [\"us-west-2a\"]

[cloudreactor]
group = \"example\"
";

const WRONG: &str = "\
version = 1

[environment]
name = \"stag ing\"
region = \"us-west-2\"

[network]
cidr = \"10.0.0.1/16\"
public_zones = [\"us-west-2a\"]
private_zones = [\"us-west-2a\", \"us-west-2d\"]
nat = [\"us-west-2a\", \"us-west-2d\"]
endpionts = [\"s3\"]
";

/// A world in an account of its own, whose number stands in the output.
fn world(account: &str) -> Result<World> {
    World::within(Emulator::shared(), account)
}

fn shown(world: &World, spec: &str, arguments: &[&str]) -> Result<String> {
    let path = world.write("staging.toml", spec)?.display().to_string();
    let arguments: Vec<&str> =
        arguments.iter().map(|argument| if *argument == "SPEC" { &path } else { *argument }).collect();
    transcript(world, &arguments)
}

#[test]
fn a_wrong_spec() -> Result<()> {
    insta::assert_snapshot!(shown(&world("200000000001")?, WRONG, &["validate", "-f", "SPEC"])?);
    Ok(())
}

#[test]
fn no_spec() -> Result<()> {
    let mut world = world("200000000002")?;
    world.unset("GROUNDWORK_CLOUDREACTOR__API_BASE_URL");
    insta::assert_snapshot!(shown(&world, SPEC, &["plan"])?);
    Ok(())
}

#[test]
fn no_cloudreactor_credentials() -> Result<()> {
    let mut world = world("200000000003")?;
    world.unset("CLOUDREACTOR_USERNAME");
    world.unset("CLOUDREACTOR_PASSWORD");
    insta::assert_snapshot!(shown(&world, SPEC, &["plan", "-f", "SPEC"])?);
    Ok(())
}

#[test]
fn a_wrong_cloudreactor_password() -> Result<()> {
    let mut world = world("200000000004")?;
    world.set("CLOUDREACTOR_PASSWORD", "wrong");
    insta::assert_snapshot!(shown(&world, SPEC, &["plan", "-f", "SPEC"])?);
    Ok(())
}

#[test]
fn no_aws_credentials() -> Result<()> {
    let mut world = world("200000000005")?;
    world.unset("AWS_ACCESS_KEY_ID");
    world.unset("AWS_SECRET_ACCESS_KEY");
    insta::assert_snapshot!(shown(&world, SPEC, &["plan", "-f", "SPEC"])?);
    Ok(())
}

#[test]
fn the_plan_of_a_new_account() -> Result<()> {
    insta::assert_snapshot!(shown(&world("200000000006")?, SPEC, &["plan", "-f", "SPEC"])?);
    Ok(())
}

#[test]
fn the_status_of_a_new_account_for_machines() -> Result<()> {
    let shown = shown(&world("200000000007")?, SPEC, &["status", "--json", "-f", "SPEC"])?;
    // Indented, for whoever reads the snapshot.
    let line = |line: &str| serde_json::from_str(line).map_or_else(|_| line.to_owned(), |it: Value| format!("{it:#}"));
    insta::assert_snapshot!(shown.lines().map(line).collect::<Vec<_>>().join("\n"));
    Ok(())
}

#[test]
fn nothing_to_destroy() -> Result<()> {
    insta::assert_snapshot!(shown(&world("200000000008")?, SPEC, &["destroy", "-f", "SPEC", "--confirm", "staging"])?);
    Ok(())
}

#[test]
fn a_verb_that_does_not_exist() -> Result<()> {
    insta::assert_snapshot!(shown(&world("200000000009")?, SPEC, &["aply", "-f", "SPEC"])?);
    Ok(())
}

#[test]
fn a_cloudreactor_user_below_developer() -> Result<()> {
    let mut world = world("200000000010")?;
    world.set("CLOUDREACTOR_USERNAME", "observer");
    insta::assert_snapshot!(shown(&world, SPEC, &["plan", "-f", "SPEC"])?);
    Ok(())
}

#[test]
fn a_group_that_is_not_the_users() -> Result<()> {
    let spec = SPEC.replace("\"example\"", "\"exmaple\"");
    insta::assert_snapshot!(shown(&world("200000000011")?, &spec, &["plan", "-f", "SPEC"])?);
    Ok(())
}
