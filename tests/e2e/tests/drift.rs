//! `groundwork drift`: an environment that is as declared, and everything in it changed for real, past groundwork.

use anyhow::{Context, Result};
use groundwork_e2e::{Case, has, secrets, transcript};
use groundwork_harness::{Account, Emulator, ProxyOptions, World};
use serde_json::{Value, json};

const ROLE: &str = "CloudReactor-staging";
const NETWORK: &str = "CloudReactor-staging-network";
const ENDPOINTS: &str = "nat = \"single\"\nendpoints = [\"s3\", \"logs\"]";

/// An account that was set up.
fn applied() -> Result<Case> {
    let case = Case::new()?;
    case.edit("nat = \"single\"", ENDPOINTS)?;
    case.run("apply", &[], 0)?;
    Ok(case)
}

fn id(case: &Case, logical_id: &str) -> Result<String> {
    case.world.account().physical_id(NETWORK, logical_id)
}

fn ec2(account: &Account, operation: &str, parameters: &[(&str, &str)]) -> Result<()> {
    account.call("ec2", operation, parameters).map(drop)
}

/// Lets somebody in to the tasks.
fn open_ssh(case: &Case) -> Result<()> {
    let group = id(case, "TaskSecurityGroup")?;
    let rule = [
        ("GroupId", group.as_str()),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "22"),
        ("IpPermissions.1.ToPort", "22"),
        ("IpPermissions.1.IpRanges.1.CidrIp", "203.0.113.0/24"),
    ];
    ec2(case.world.account(), "AuthorizeSecurityGroupIngress", &rule)
}

/// Holds that these words and no secret are told, and that something differs.
fn differs(case: &Case, words: &[&str]) -> Result<()> {
    let found = case.run("drift", &["--detailed-exitcode"], 2)?;
    has(&found.stdout, words);
    has(&found.stdout, &["Drift: "]);
    for secret in secrets(&case.world)? {
        assert!(!found.stdout.contains(&secret) && !found.stderr.contains(&secret), "a secret is told");
    }
    Ok(())
}

#[test]
fn an_environment_that_is_as_declared_has_no_drift() -> Result<()> {
    let case = Case::in_world(World::within(Emulator::shared(), "882000000001")?)?;
    case.edit("nat = \"single\"", ENDPOINTS)?;
    case.run("apply", &[], 0)?;
    insta::assert_snapshot!(transcript(&case.world, &["drift", "-f", "staging.toml", "--detailed-exitcode"])?);
    Ok(())
}

#[test]
fn what_was_never_applied_is_pending() -> Result<()> {
    let case = Case::new()?;
    has(
        &case.run("drift", &["--detailed-exitcode"], 2)?.stdout,
        &["pending", "to be made", "groundwork apply -f PATH"],
    );
    Ok(())
}

/// The only calls that are not named after reading have CloudFormation look.
#[test]
fn nothing_is_changed() -> Result<()> {
    let case =
        Case::in_world(World::new()?.behind_proxy(&ProxyOptions { latency_ms: 40.0, ..ProxyOptions::default() })?)?;
    case.run("apply", &[], 0)?;
    case.world.proxy()?.take_calls()?;
    case.run("drift", &[], 0)?;
    let calls = case.world.proxy()?.take_calls()?;
    assert_eq!(calls.mutations(), [""; 0]);
    assert_eq!(calls.count("DetectStackDrift"), 3);
    // The stack, the detection's beginning, its end, its results.
    assert!(calls.depth() <= 5, "depth {}", calls.depth());
    Ok(())
}

#[test]
fn a_rule_that_nobody_declared_is_told_with_the_command_that_removes_it() -> Result<()> {
    let case = applied()?;
    open_ssh(&case)?;
    differs(&case, &["undeclared TaskSecurityGroup", "203.0.113.0/24", "aws ec2 revoke-security-group-ingress"])
}

#[test]
fn routes_are_compared_with_those_that_are_declared() -> Result<()> {
    let case = applied()?;
    let table = id(&case, "RouteTablePublic")?;
    let gateway = id(&case, "InternetGateway")?;
    let account = case.world.account();
    let table = ("RouteTableId", table.as_str());
    ec2(account, "CreateRoute", &[table, ("DestinationCidrBlock", "192.0.2.0/24"), ("GatewayId", &gateway)])?;
    differs(&case, &["undeclared", "192.0.2.0/24"])?;
    ec2(account, "DeleteRoute", &[table, ("DestinationCidrBlock", "192.0.2.0/24")])?;
    case.run("drift", &["--detailed-exitcode"], 0)?;
    ec2(account, "DeleteRoute", &[table, ("DestinationCidrBlock", "0.0.0.0/0")])?;
    differs(&case, &["missing RoutePublic"])
}

#[test]
fn subnets_the_vpc_and_gateways_are_compared() -> Result<()> {
    let case = applied()?;
    let account = case.world.account();
    let (vpc, subnet) = (id(&case, "Vpc")?, id(&case, "SubnetPrivateUsw2Az1")?);
    let public = [("SubnetId", subnet.as_str()), ("MapPublicIpOnLaunch.Value", "true")];
    ec2(account, "ModifySubnetAttribute", &public)?;
    differs(&case, &["changed SubnetPrivateUsw2Az1", "MapPublicIpOnLaunch", "aws ec2 modify-subnet-attribute"])?;
    ec2(account, "ModifySubnetAttribute", &[public[0], ("MapPublicIpOnLaunch.Value", "false")])?;
    ec2(account, "ModifyVpcAttribute", &[("VpcId", vpc.as_str()), ("EnableDnsHostnames.Value", "false")])?;
    differs(&case, &["changed Vpc", "EnableDnsHostnames"])?;
    ec2(account, "ModifyVpcAttribute", &[("VpcId", vpc.as_str()), ("EnableDnsHostnames.Value", "true")])?;
    let nat = id(&case, "NatGatewayUsw2Az1")?;
    ec2(account, "DeleteNatGateway", &[("NatGatewayId", nat.as_str())])?;
    differs(&case, &["NatGatewayUsw2Az1"])?;
    let endpoint = id(&case, "EndpointLogs")?;
    ec2(account, "DeleteVpcEndpoints", &[("VpcEndpointId.1", endpoint.as_str())])?;
    differs(&case, &["missing EndpointLogs"])
}

#[test]
fn roles_and_their_policies_are_compared() -> Result<()> {
    let case = applied()?;
    let account = case.world.account();
    let role = account.physical_id(ROLE, "executionSchedulingRole")?;
    let open =
        json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }] });
    let open = open.to_string();
    let named = [("RoleName", role.as_str()), ("PolicyName", "Extra"), ("PolicyDocument", open.as_str())];
    account.call("iam", "PutRolePolicy", &named)?;
    differs(&case, &["undeclared executionSchedulingRole", "Policies[Extra]", "aws iam delete-role-policy"])?;
    account.call("iam", "DeleteRolePolicy", &named[..2])?;
    case.run("drift", &["--detailed-exitcode"], 0)?;
    let trust = json!({ "Version": "2012-10-17", "Statement":
        [{ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "sts:AssumeRole" }] });
    let trust = [("RoleName", role.as_str()), ("PolicyDocument", &trust.to_string())];
    account.call("iam", "UpdateAssumeRolePolicy", &trust)?;
    differs(&case, &["changed executionSchedulingRole", "AssumeRolePolicyDocument"])
}

#[test]
fn the_cluster_and_the_run_environment_are_in_the_same_report() -> Result<()> {
    let case = Case::in_world(World::within(Emulator::shared(), "882000000002")?)?;
    case.run("apply", &[], 0)?;
    let providers =
        json!({ "cluster": "staging", "capacityProviders": ["FARGATE"], "defaultCapacityProviderStrategy": [] });
    case.world.account().ecs("PutClusterCapacityProviders", &providers)?;
    case.world.change_run_environment(|aws| aws["network"]["subnets"] = json!(["subnet-0123456789abcdef0"]))?;
    insta::assert_snapshot!(transcript(&case.world, &["drift", "-f", "staging.toml"])?);
    differs(&case, &["cluster: CloudReactor-staging-cluster", "CapacityProviders", "FARGATE_SPOT"])?;
    differs(
        &case,
        &["cloudreactor: Run Environment", "network.subnets", "subnet-0123456789abcdef0", "groundwork apply"],
    )
}

#[test]
fn what_is_known_is_ignored_until_its_last_day() -> Result<()> {
    let case = applied()?;
    open_ssh(&case)?;
    let spec = std::fs::read_to_string(&case.spec)?;
    let ignoring = |at: &str, until: &str| -> Result<()> {
        let entry = format!("[[drift.ignore]]\nat = \"{at}\"\nuntil = {until}\nreason = \"the migration\"\n");
        case.world.write("staging.toml", &format!("{spec}\n{entry}")).map(drop)
    };
    ignoring("network/TaskSecurityGroup", "2099-01-31")?;
    let ignored = case.run("drift", &["--detailed-exitcode"], 0)?;
    has(&ignored.stdout, &["ignored until 2099-01-31", "the migration", "No drift: 1 ignored"]);
    ignoring("network/TaskSecurityGroup", "2020-01-31")?;
    let expired = case.run("drift", &["--detailed-exitcode"], 2)?;
    has(&expired.stdout, &["warning[GW3110]", "its last day was 2020-01-31", "undeclared TaskSecurityGroup"]);
    ignoring("network/InternetGateway", "2099-01-31")?;
    has(&case.run("drift", &["--detailed-exitcode"], 2)?.stdout, &["drift.ignore[0] matches no difference"]);
    Ok(())
}

#[test]
fn machines_and_pull_requests_get_the_same() -> Result<()> {
    let case = applied()?;
    let subnet = id(&case, "SubnetPrivateUsw2Az1")?;
    let public = [("SubnetId", subnet.as_str()), ("MapPublicIpOnLaunch.Value", "true")];
    ec2(case.world.account(), "ModifySubnetAttribute", &public)?;
    let told = case.run("drift", &["--json", "--markdown-into", "d.md"], 0)?;
    let lines: Vec<Value> = told.stdout.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let drift = lines.iter().find(|line| line["type"] == "drift").context("a comparison")?;
    let network = drift["drift"]["components"].as_array().context("components")?.iter();
    let network = network.filter(|component| component["component"] == "network").collect::<Vec<_>>();
    assert_eq!(network[0]["differences"][0]["kind"], "changed");
    assert_eq!(network[0]["differences"][0]["logical_id"], "SubnetPrivateUsw2Az1");
    has(&std::fs::read_to_string(case.world.folder().join("d.md"))?, &["| network |", "MapPublicIpOnLaunch"]);
    Ok(())
}
