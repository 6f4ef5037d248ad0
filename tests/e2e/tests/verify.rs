//! `groundwork verify`: a chain that is whole, and every link of it broken for real, past groundwork.

use anyhow::{Context, Result};
use groundwork_e2e::{Case, has, secrets};
use groundwork_harness::{Account, ProxyOptions, World};
use serde_json::{Value, json};

const ROLE: &str = "CloudReactor-staging";
const NETWORK: &str = "CloudReactor-staging-network";
const PRINCIPAL: &str = "arn:aws:iam::549277324696:role/customer_invoker";

/// A network without a NAT gateway, from which tasks reach what they need by endpoints.
const ENDPOINTS: &str = "nat = \"none\"\nendpoints = [\"s3\", \"ecr.api\", \"ecr.dkr\", \"logs\"]";

/// An account that was set up.
fn applied() -> Result<Case> {
    let case = Case::new()?;
    case.run("apply", &[], 0)?;
    Ok(case)
}

fn closed() -> Result<Case> {
    let case = Case::new()?;
    case.edit("nat = \"single\"", ENDPOINTS)?;
    case.run("apply", &[], 0)?;
    case.run("verify", &[], 0)?;
    Ok(case)
}

/// Holds that this code and no other is told, with exit code 10 and these words; nothing secret is.
fn broken(case: &Case, code: &str, words: &[&str]) -> Result<()> {
    let verified = case.run("verify", &[], 10)?;
    let codes: Vec<&str> =
        verified.stderr.lines().filter_map(|line| line.strip_prefix("error[")?.split(']').next()).collect();
    assert!(
        !codes.is_empty() && codes.iter().all(|told| *told == code),
        "{code}:\n{}{}",
        verified.stdout,
        verified.stderr
    );
    has(&verified.stderr, words);
    has(&verified.stdout, &["broken", "Not verified:"]);
    for secret in secrets(&case.world)? {
        assert!(!verified.stdout.contains(&secret) && !verified.stderr.contains(&secret), "{code} tells a secret");
    }
    Ok(())
}

fn set_trust(account: &Account, role: &str, statement: &Value) -> Result<()> {
    let policy = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
    account.call("iam", "UpdateAssumeRolePolicy", &[("RoleName", role), ("PolicyDocument", &policy)]).map(drop)
}

fn trust(principal: &str, external_id: &str) -> Value {
    json!({
        "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "sts:AssumeRole",
        "Condition": { "StringEquals": { "sts:ExternalId": external_id } }
    })
}

#[test]
fn a_new_account_is_verified_for_people_and_machines() -> Result<()> {
    let case = applied()?;
    let markdown = case.world.folder().join("summary.md");
    let path = markdown.display().to_string();
    let verified = case.run("verify", &["--markdown-into", &path], 0)?;
    has(&verified.stdout, &["role-trust", "by way of nat-", "FARGATE, FARGATE_SPOT", "Verified: 11 links hold."]);
    assert_eq!(verified.stderr, "");
    has(&std::fs::read_to_string(markdown)?, &["staging is verified — 11 links hold", "| pass-role | ok |"]);
    let stream = case.run("verify", &["--json"], 0)?.stdout;
    let lines: Vec<Value> = stream.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    assert_eq!(lines[1]["type"], "verification");
    let links = lines[1]["verification"]["links"].as_array().context("the links")?;
    assert!(links.iter().all(|link| link["verdict"] == "ok"), "{stream}");
    assert_eq!(lines.last().context("a result")?["exit"], "done");
    Ok(())
}

#[test]
fn a_verification_reads_only() -> Result<()> {
    let world = World::new()?.behind_proxy(&ProxyOptions::default())?;
    let case = Case::in_world(world)?;
    case.run("apply", &[], 0)?;
    case.world.proxy()?.take_calls()?;
    case.run("verify", &[], 0)?;
    let calls = case.world.proxy()?.take_calls()?;
    assert_eq!(calls.mutations(), Vec::<String>::new());
    assert!(calls.count("GetRole") == 2 && calls.count("DescribeRouteTables") == 1, "{:#?}", calls.calls());
    Ok(())
}

#[test]
fn nothing_is_there_before_it_is_made() -> Result<()> {
    let case = Case::new()?;
    let verified = case.run("verify", &[], 10)?;
    has(&verified.stderr, &["GW4115", "there is no stack CloudReactor-staging", "groundwork apply -f PATH", "GW4113"]);
    has(&verified.stdout, &["0 of", "broken"][1..]);
    Ok(())
}

#[test]
fn a_role_that_trusts_somebody_else_or_another_external_id_is_found() -> Result<()> {
    let case = applied()?;
    let account = case.world.account();
    let [external_id, _] = secrets(&case.world)?;
    let role = account.physical_id(ROLE, "executionSchedulingRole")?;
    set_trust(account, &role, &trust("arn:aws:iam::111111111111:role/other", &external_id))?;
    broken(&case, "GW4104", &[PRINCIPAL, "no statement", "aws iam update-assume-role-policy"])?;
    set_trust(account, &role, &trust(PRINCIPAL, "another-external-id"))?;
    broken(&case, "GW4104", &["only with the external id"])?;
    set_trust(account, &role, &trust(PRINCIPAL, &external_id))?;
    case.run("verify", &[], 0).map(drop)
}

#[test]
fn an_execution_role_that_ecs_cannot_assume_is_found() -> Result<()> {
    let case = applied()?;
    let account = case.world.account();
    let role = account.physical_id(ROLE, "taskExecutionRole")?;
    let lambda =
        json!({ "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" });
    set_trust(account, &role, &lambda)?;
    broken(&case, "GW4105", &["ecs-tasks.amazonaws.com"])
}

#[test]
fn a_role_that_may_not_pass_the_execution_role_is_found() -> Result<()> {
    let case = applied()?;
    let account = case.world.account();
    let role = account.physical_id(ROLE, "executionSchedulingRole")?;
    let policy = |name| [("RoleName", role.as_str()), ("PolicyName", name)];
    let deny = json!({ "Version": "2012-10-17", "Statement":
        [{ "Effect": "Deny", "Action": "iam:*", "Resource": "*" }] })
    .to_string();
    account.call("iam", "PutRolePolicy", &[&policy("Stop")[..], &[("PolicyDocument", &deny)]].concat())?;
    broken(&case, "GW4106", &["a statement denies it", "Stop"])?;
    account.call("iam", "DeleteRolePolicy", &policy("Stop"))?;
    case.run("verify", &[], 0)?;
    account.call("iam", "DeleteRolePolicy", &policy("CloudreactorPassRolePolicy-us-west-2-staging"))?;
    case.run("verify", &[], 0)?;
    account.call("iam", "DeleteRolePolicy", &policy("CloudreactorRunTasksPolicy-us-west-2-staging"))?;
    broken(&case, "GW4106", &["no statement", "aws iam put-role-policy"])
}

#[test]
fn a_subnet_without_a_way_out_is_found() -> Result<()> {
    let case = applied()?;
    let account = case.world.account();
    let table = account.physical_id(NETWORK, "RouteTablePrivateUsw2Az1")?;
    let gateway = account.physical_id(NETWORK, "NatGatewayUsw2Az1")?;
    let route = [("RouteTableId", table.as_str()), ("DestinationCidrBlock", "0.0.0.0/0")];
    account.call("ec2", "DeleteRoute", &route)?;
    let repair = format!(
        "aws ec2 create-route --route-table-id {table} --destination-cidr-block 0.0.0.0/0 --nat-gateway-id {gateway}"
    );
    broken(&case, "GW4107", &["has no default route", &repair])?;
    account.call("ec2", "CreateRoute", &[&route[..], &[("NatGatewayId", &gateway)]].concat())?;
    case.run("verify", &[], 0)?;
    account.call("ec2", "DeleteNatGateway", &[("NatGatewayId", &gateway)])?;
    broken(&case, "GW4107", &[&gateway, "which is deleted"])
}

#[test]
fn security_groups_that_let_no_https_out_are_found() -> Result<()> {
    let case = applied()?;
    let account = case.world.account();
    let group = account.physical_id(NETWORK, "TaskSecurityGroup")?;
    let all = [
        ("GroupId", group.as_str()),
        ("IpPermissions.1.IpProtocol", "-1"),
        ("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0"),
    ];
    account.call("ec2", "RevokeSecurityGroupEgress", &all)?;
    broken(&case, "GW4108", &[&format!("aws ec2 authorize-security-group-egress --group-id {group}")])
}

#[test]
fn endpoints_that_serve_no_task_are_found() -> Result<()> {
    let case = closed()?;
    let account = case.world.account();
    let group = account.physical_id(NETWORK, "EndpointSecurityGroup")?;
    let vpc = account.physical_id(NETWORK, "Vpc")?;
    account.call("ec2", "ModifyVpcAttribute", &[("VpcId", vpc.as_str()), ("EnableDnsHostnames.Value", "false")])?;
    broken(&case, "GW4110", &["DNS hostnames are off", "--enable-dns-hostnames"])?;
    account.call("ec2", "ModifyVpcAttribute", &[("VpcId", vpc.as_str()), ("EnableDnsHostnames.Value", "true")])?;
    let https = [
        ("GroupId", group.as_str()),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "443"),
        ("IpPermissions.1.ToPort", "443"),
        ("IpPermissions.1.IpRanges.1.CidrIp", "10.0.0.0/16"),
    ];
    account.call("ec2", "RevokeSecurityGroupIngress", &https)?;
    broken(&case, "GW4109", &["lets no task in on TCP port 443", "aws ec2 authorize-security-group-ingress"])?;
    account.call("ec2", "AuthorizeSecurityGroupIngress", &https)?;
    case.run("verify", &[], 0)?;
    let endpoint = account.physical_id(NETWORK, "EndpointLogs")?;
    account.call("ec2", "DeleteVpcEndpoints", &[("VpcEndpointId.1", endpoint.as_str())])?;
    broken(&case, "GW4109", &["no endpoint serves logs"])
}

#[test]
fn a_vpc_that_resolves_no_names_is_found() -> Result<()> {
    let case = applied()?;
    let vpc = case.world.account().physical_id(NETWORK, "Vpc")?;
    let off = [("VpcId", vpc.as_str()), ("EnableDnsSupport.Value", "false")];
    case.world.account().call("ec2", "ModifyVpcAttribute", &off)?;
    broken(&case, "GW4110", &["DNS support is off", "aws ec2 modify-vpc-attribute", "--enable-dns-support"])
}

#[test]
fn a_cluster_without_fargate_or_gone_is_found() -> Result<()> {
    let case = applied()?;
    let account = case.world.account();
    let none = json!({ "cluster": "staging", "capacityProviders": ["FARGATE"], "defaultCapacityProviderStrategy": [] });
    account.ecs("PutClusterCapacityProviders", &none)?;
    broken(&case, "GW4112", &["FARGATE_SPOT", "aws ecs put-cluster-capacity-providers"])?;
    account.ecs("DeleteCluster", &json!({ "cluster": "staging" }))?;
    broken(&case, "GW4111", &["there is no active cluster staging", "aws ecs create-cluster"])
}

#[test]
fn a_run_environment_that_says_something_else_is_found_and_mended() -> Result<()> {
    let case = applied()?;
    case.world.change_run_environment(|aws| aws["network"]["subnets"] = json!(["subnet-0123456789abcdef0"]))?;
    broken(&case, "GW4113", &["network.subnets", "subnet-0123456789abcdef0"])?;
    case.run("apply", &[], 0)?;
    case.run("verify", &[], 0)?;
    let [external_id, _] = secrets(&case.world)?;
    case.world.change_run_environment(|aws| aws["assumed_role_external_id"] = json!("another-one-entirely"))?;
    let verified = case.run("verify", &[], 10)?;
    has(&verified.stderr, &["GW4104", "GW4113", "assumed_role_external_id is not the one of the role's stack"]);
    for secret in [external_id.as_str(), "another-one-entirely"] {
        assert!(!verified.stderr.contains(secret), "{}", verified.stderr);
    }
    case.run("apply", &[], 0)?;
    case.world.change_run_environment(|aws| aws["network"] = json!({}))?;
    let verified = case.run("verify", &[], 10)?;
    has(&verified.stderr, &["GW4113", "GW4114", "its list of capabilities is empty"]);
    Ok(())
}

#[test]
fn a_part_that_was_deleted_is_found_and_the_rest_is_judged() -> Result<()> {
    let case = applied()?;
    let subnet = case.world.account().physical_id(NETWORK, "SubnetPrivateUsw2Az1")?;
    case.world.account().call("ec2", "DeleteSubnet", &[("SubnetId", &subnet)])?;
    broken(&case, "GW4115", &[&format!("there is no subnet {subnet}")])?;
    let verified = case.run("verify", &[], 10)?;
    has(&verified.stdout, &["role-trust ok", "cluster ok"]);
    Ok(())
}

/// It takes the minute that a broken link has to settle.
#[test]
fn apply_ends_with_a_verification_and_fails_if_a_link_stays_broken() -> Result<()> {
    let case = Case::new()?;
    let applied = case.run("apply", &[], 0)?;
    has(&applied.stdout, &["Done: 3 stacks created", "Verified 11 links hold"]);
    let role = case.world.account().physical_id(ROLE, "executionSchedulingRole")?;
    let deny = json!({ "Version": "2012-10-17", "Statement":
        [{ "Effect": "Deny", "Action": "iam:PassRole", "Resource": "*" }] })
    .to_string();
    let policy = [("RoleName", role.as_str()), ("PolicyName", "Stop"), ("PolicyDocument", &deny)];
    case.world.account().call("iam", "PutRolePolicy", &policy)?;
    case.edit("private_zones = 2", "private_zones = 3")?;
    let report = case.world.folder().join("report.jsonl");
    let applied = case.run("apply", &["--json-into", &report.display().to_string()], 10)?;
    has(&applied.stdout, &["Done, but not verified: 1 stack updated", "Verified 1 link is broken, 10 links hold"]);
    has(&applied.stderr, &["GW4106", "a statement denies it"]);
    let stream = std::fs::read_to_string(report)?;
    let result: Value = serde_json::from_str(stream.lines().last().context("a result")?)?;
    assert_eq!((&result["exit"], &result["exit_code"]), (&json!("verification-failed"), &json!(10)));
    assert_eq!(result["report"]["verification"][0]["code"], "GW4106");
    assert_eq!(result["report"]["links"].as_array().map(Vec::len), Some(11));
    Ok(())
}
