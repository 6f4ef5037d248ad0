//! Networks and clusters that exist and are only used.

use anyhow::Result;
use groundwork_harness::{Outcome, World};
use serde_json::json;

const FIRST: &str = "\
version = 1
[environment]
name = \"staging\"
region = \"us-west-2\"
[cloudreactor]
group = \"example\"
";

const SECOND: &str = "\
version = 1
[environment]
name = \"second\"
region = \"us-west-2\"
[network]
mode = \"use\"
vpc = { stack = \"CloudReactor-staging-network\", output = \"VPC\" }
subnets = { stack = \"CloudReactor-staging-network\", output = \"SubnetsPrivate\" }
security_groups = { stack = \"CloudReactor-staging-network\", output = \"DefaultTaskSecurityGroup\" }
[cluster]
mode = \"use\"
cluster = \"shared\"
[cloudreactor]
group = \"example\"
";

fn run(world: &World, verb: &str, spec: &str, code: i32) -> Result<Outcome> {
    let path = world.write("spec.toml", spec)?.display().to_string();
    let outcome = world.run([verb, "-f", &path])?;
    assert_eq!(outcome.code, Some(code), "{verb}:\n{}{}", outcome.stdout, outcome.stderr);
    Ok(outcome)
}

#[test]
fn a_network_by_outputs_and_a_cluster_without_providers_are_used() -> Result<()> {
    let world = World::new()?;
    let account = world.account();
    run(&world, "apply", FIRST, 0)?;
    account.create_cluster("shared")?;
    let applied = run(&world, "apply", SECOND, 0)?;
    assert!(applied.stdout.contains("FARGATE_SPOT"), "{}", applied.stdout);
    let cluster = account.ecs("DescribeClusters", &json!({ "clusters": ["shared"] }))?;
    assert_eq!(cluster["clusters"][0]["capacityProviders"], json!(["FARGATE", "FARGATE_SPOT"]));
    assert_eq!(account.stacks()?.len(), 4, "the second environment has a role stack only");
    let again = run(&world, "plan", SECOND, 0)?;
    assert!(again.stdout.contains("Nothing to do"), "{}", again.stdout);
    Ok(())
}

#[test]
fn what_is_missing_is_told_with_what_there_is() -> Result<()> {
    let world = World::new()?;
    run(&world, "apply", FIRST, 0)?;
    let wrong = SECOND.replace("\"SubnetsPrivate\"", "\"SubnetsPrivat\"");
    let refused = run(&world, "plan", &wrong, 3)?;
    for part in ["GW3001", "spec.toml:8:", "SubnetsPrivat", "its outputs", "SubnetsPrivate,"] {
        assert!(refused.stderr.contains(part), "{part:?} is not in\n{}", refused.stderr);
    }
    let absent = run(&world, "plan", SECOND, 3)?;
    assert!(absent.stderr.contains("shared"), "the cluster that is missing is named:\n{}", absent.stderr);
    Ok(())
}

#[test]
fn a_network_that_cannot_run_fargate_is_refused_with_the_reason() -> Result<()> {
    let world = World::new()?;
    let account = world.account();
    account.create_cluster("shared")?;
    let vpc = account.create_vpc("10.8.0.0/16")?;
    let subnet = account.create_subnet(&vpc, "10.8.0.0/24", "us-west-2a")?;
    let group = account.create_security_group(&vpc, "tasks")?;
    let network = format!("[network]\nmode = \"use\"\nsubnets = [\"{subnet}\"]\nsecurity_groups = [\"{group}\"]\n");
    let (head, rest) = SECOND.split_once("[network]").unwrap_or_default();
    let tail = rest.split_once("[cluster]").unwrap_or_default().1;
    let refused = run(&world, "plan", &format!("{head}{network}[cluster]{tail}"), 3)?;
    for part in ["GW3006", "ecr.api"] {
        assert!(refused.stderr.contains(part), "{part:?} is not in\n{}", refused.stderr);
    }
    Ok(())
}
