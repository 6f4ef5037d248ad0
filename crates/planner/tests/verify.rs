//! The chain that tasks need: each link breaks for its own reasons and with its own code, and what was not read
//! is neither broken nor whole.

mod support;

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::role::{IamPolicy, IamRole};
use groundwork_model::run_environment::{EXTERNAL_ID, Settings};
use groundwork_model::spec::{Network, Spec};
use groundwork_model::verification::{LinkName, Verdict, Verification};
use groundwork_model::world::{ExistingNetworkState, Observed, ObservedParameter, Stack};
use groundwork_planner::template::outputs;
use groundwork_planner::verify::{Live, verify};
use serde_json::{Value, json};
use support::networks::{endpoint, group, isolated, main_table, private, rule, table_without_way_out, wish};
use support::{ROLE_STACK, converged_with_network, id, set, spec};

const PRINCIPAL: &str = "arn:aws:iam::549277324696:role/customer_invoker";
const ROLE: &str = "arn:aws:iam::123456789012:role/scheduling";
const EXECUTION_ROLE: &str = "arn:aws:iam::123456789012:role/execution";

fn used() -> Spec {
    Spec { network: Network::Use(wish()), ..spec() }
}

/// An account in which everything holds.
fn whole() -> Live {
    let world = converged_with_network(&used(), private());
    let mut stack = world.stack(&id(ROLE_STACK)).expect("the role's stack").clone();
    let secret = external_id(&stack);
    stack.outputs.insert(outputs::key(outputs::CLOUDREACTOR_ROLE_ARN), ROLE.to_owned());
    stack.outputs.insert(outputs::key(outputs::TASK_EXECUTION_ROLE_ARN), EXECUTION_ROLE.to_owned());
    let mut cloudreactor = world.cloudreactor;
    if let Observed::Present(environment) = &mut cloudreactor.run_environment {
        set(&mut environment.aws, "events_role_arn", json!(ROLE));
        set(&mut environment.aws, "execution_role_arn", json!(EXECUTION_ROLE));
        set(&mut environment.ecs, "execution_role_arn", json!(EXECUTION_ROLE));
        environment.capabilities = vec!["SCHEDULING".to_owned()];
    }
    Live {
        caller: world.caller,
        role_stack: Ok(Observed::Present(stack)),
        role: role(ROLE, trust(PRINCIPAL, &secret)),
        policies: Ok(vec![policy(pass(EXECUTION_ROLE))]),
        boundary: Ok(None),
        execution_role: role(EXECUTION_ROLE, service("ecs-tasks.amazonaws.com")),
        network: Ok(Some((wish(), private()))),
        endpoint_groups: Ok(Vec::new()),
        cluster: Ok(world.cluster),
        cloudreactor: Ok(cloudreactor),
    }
}

fn external_id(stack: &Stack) -> String {
    match &stack.parameters[&id(EXTERNAL_ID)] {
        ObservedParameter::Secret(secret) => secret.expose().to_owned(),
        ObservedParameter::Plain(text) => text.clone(),
        ObservedParameter::Masked => panic!("it should be readable"),
    }
}

fn role(arn: &str, trust: Value) -> Result<Observed<IamRole>, Vec<Problem>> {
    Ok(Observed::Present(IamRole { arn: id(arn), trust, boundary: None }))
}

fn policy(statement: Value) -> IamPolicy {
    IamPolicy { name: "allowed".to_owned(), document: document(statement) }
}

fn document(statement: Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

fn trust(principal: &str, external_id: &str) -> Value {
    document(json!({
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": principal },
        "Condition": { "StringEquals": { "sts:ExternalId": external_id } }
    }))
}

fn service(name: &str) -> Value {
    document(json!({
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": [name] },
        "Condition": { "StringEquals": { "aws:SourceAccount": "123456789012" } }
    }))
}

fn pass(resource: &str) -> Value {
    json!({ "Effect": "Allow", "Action": "iam:PassRole", "Resource": resource })
}

fn codes(found: &Verification, name: LinkName) -> Vec<Code> {
    let link = found.links.iter().find(|link| link.name == name).expect("every link is judged");
    link.verdict.problems().iter().map(|problem| problem.code).collect()
}

/// Breaks one thing: this link is broken with this code and these words, and no other link is.
fn breaks(name: LinkName, code: Code, words: &str, change: impl FnOnce(&mut Live)) {
    let mut live = whole();
    change(&mut live);
    let found = verify(&used(), &live);
    let link = found.links.iter().find(|link| link.name == name).expect("every link is judged");
    assert!(matches!(link.verdict, Verdict::Broken { .. }), "{name}, {words}: {link:?}");
    for problem in found.problems() {
        assert_eq!(problem.code, code, "{words}: {problem:#?}");
        assert_eq!(problem.code.exit(), groundwork_model::Exit::VerificationFailed);
        assert!(!problem.help.is_empty() && problem.key.is_some(), "{words}: {problem:?}");
    }
    let told = format!("{:?}", found.problems());
    assert!(told.contains(words), "{words:?} is not in {told}");
}

fn network(live: &mut Live, change: impl FnOnce(&mut ExistingNetworkState)) {
    if let Ok(Some((_, state))) = &mut live.network {
        change(state);
    }
}

fn aws(live: &mut Live, change: impl FnOnce(&mut Settings)) {
    if let Ok(state) = &mut live.cloudreactor
        && let Observed::Present(environment) = &mut state.run_environment
    {
        change(&mut environment.aws);
    }
}

#[test]
fn a_chain_that_holds_is_whole() {
    let found = verify(&used(), &whole());
    assert!(found.is_whole(), "{:#?}", found.problems());
    assert_eq!(found.links.iter().map(|link| link.name).collect::<Vec<_>>(), LinkName::ALL);
}

#[test]
fn a_role_that_cloudreactor_cannot_assume() {
    let check =
        |words: &str, change: &dyn Fn(&mut Live)| breaks(LinkName::RoleTrust, Code::RoleNotAssumable, words, change);
    check("no statement", &|live| live.role = role(ROLE, trust("arn:aws:iam::111111111111:role/x", "12345678")));
    check("only with the external id", &|live| live.role = role(ROLE, trust(PRINCIPAL, "another-one")));
    check("no statement", &|live| live.role = role(ROLE, json!({ "Version": "2012-10-17", "Statement": [] })));
    check("a statement denies it", &|live| {
        let Ok(Observed::Present(role)) = &mut live.role else { panic!("a role") };
        let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "sts:*",
            "Condition": { "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } } });
        role.trust["Statement"].as_array_mut().expect("statements").push(deny);
    });
}

#[test]
fn a_trust_that_is_written_otherwise_is_as_good() {
    let stack = whole().role_stack.expect("read").present().expect("there").clone();
    let secret = external_id(&stack);
    for change in [
        json!({ "Principal": { "AWS": "arn:aws:iam::549277324696:root" } }),
        json!({ "Principal": { "AWS": ["arn:aws:iam::111111111111:role/x", PRINCIPAL] } }),
        json!({ "Action": ["sts:TagSession", "STS:assume*"] }),
        json!({ "Condition": { "StringEquals": { "STS:ExternalID": ["first-one", secret] } } }),
        json!({ "Condition": { "StringLike": { "sts:ExternalId": "*" } } }),
        json!({ "Condition": { "StringNotEquals": { "sts:ExternalId": "another" } } }),
        json!({ "Condition": {} }),
    ] {
        let mut live = whole();
        let Ok(Observed::Present(role)) = &mut live.role else { panic!("a role") };
        for (key, value) in change.as_object().expect("an object") {
            role.trust["Statement"][0][key] = value.clone();
        }
        let found = verify(&used(), &live);
        assert!(found.is_whole(), "{change}: {:#?}", found.problems());
    }
}

#[test]
fn an_execution_role_that_ecs_cannot_assume() {
    let check = |trust: Value, words: &str| {
        let change = |live: &mut Live| live.execution_role = role(EXECUTION_ROLE, trust);
        breaks(LinkName::ExecutionRoleTrust, Code::ExecutionRoleNotAssumable, words, change);
    };
    check(service("lambda.amazonaws.com"), "no statement");
    let mut other = service("ecs-tasks.amazonaws.com");
    other["Statement"][0]["Condition"]["StringEquals"]["aws:SourceAccount"] = json!("999999999999");
    check(other, "only for account 999999999999");
    breaks(LinkName::ExecutionRoleTrust, Code::ExecutionRoleNotAssumable, "does not exist", |live| {
        live.execution_role = Ok(Observed::Absent);
    });
}

#[test]
fn a_role_that_may_not_pass_the_execution_role() {
    let check = |policies: Vec<Value>, words: &str| {
        let change = |live: &mut Live| live.policies = Ok(policies.into_iter().map(policy).collect());
        breaks(LinkName::PassRole, Code::PassRoleNotAllowed, words, change);
    };
    check(Vec::new(), "it has no policy");
    check(vec![pass("arn:aws:iam::123456789012:role/other")], "no statement");
    let mut to_lambda = pass("*");
    to_lambda["Condition"] = json!({ "StringEquals": { "iam:PassedToService": "lambda.amazonaws.com" } });
    check(vec![to_lambda], "only to be passed to lambda.amazonaws.com");
    let deny = json!({ "Effect": "Deny", "Action": "iam:Pass*", "Resource": "arn:aws:iam::*:role/exec*" });
    check(vec![pass("*"), deny], "a statement denies it");
    breaks(LinkName::PassRole, Code::PassRoleNotAllowed, "permissions boundary", |live| {
        let Ok(Observed::Present(role)) = &mut live.role else { panic!("a role") };
        role.boundary = Some(id("arn:aws:iam::123456789012:policy/limit"));
        live.boundary = Ok(Some(policy(json!({ "Effect": "Allow", "Action": "ecs:*", "Resource": "*" }))));
    });
}

#[test]
fn a_subnet_that_nothing_leads_out_of() {
    let check = |words: &str, change: &dyn Fn(&mut ExistingNetworkState)| {
        breaks(LinkName::Subnets, Code::SubnetUnusable, words, |live| network(live, change));
    };
    check("create-route --route-table-id rtb-1", &|state| state.route_tables = vec![table_without_way_out()]);
    check("blackhole", &|state| state.route_tables[0].routes[1].active = false);
    check("which is failed", &|state| state.nat_gateways[0].state = "failed".to_owned());
    check("nat-9", &|state| state.route_tables = vec![main_table("nat-9")]);
    check("no free address", &|state| state.subnets[0].free_addresses = 0);
    breaks(LinkName::Subnets, Code::SubnetUnusable, "no public address", |live| {
        if let Ok(Some((wish, state))) = &mut live.network {
            wish.assign_public_ip = Some(false);
            state.route_tables = vec![main_table("igw-1")];
        }
    });
}

#[test]
fn security_groups_that_keep_tasks_in() {
    breaks(LinkName::SecurityGroups, Code::EgressClosed, "authorize-security-group-egress --group-id sg-1", |live| {
        network(live, |state| state.security_groups = vec![group(vec![rule("tcp", Some(80), &["0.0.0.0/0"])])]);
    });
}

#[test]
fn endpoints_in_the_way_of_tasks() {
    let isolated = || isolated();
    let closed = |words: &str, change: &dyn Fn(&mut ExistingNetworkState)| {
        breaks(LinkName::Endpoints, Code::EndpointUnusable, words, |live| {
            open_endpoints(live);
            network(live, |state| {
                let groups = state.security_groups.clone();
                *state = isolated();
                state.security_groups = groups;
                for endpoint in state.endpoints.iter_mut().filter(|endpoint| !endpoint.gateway) {
                    endpoint.security_groups = vec![id("sg-2")];
                }
                change(state);
            });
        });
    };
    closed("no endpoint serves logs", &|state| state.endpoints.retain(|endpoint| !endpoint.service.ends_with("logs")));
    closed("--private-dns-enabled", &|state| state.endpoints[0].private_dns = false);
    closed("no endpoint serves ecr.dkr", &|state| state.endpoints[1].state = "pending".to_owned());
    breaks(LinkName::Endpoints, Code::EndpointUnusable, "lets no task in on TCP port 443", |live| {
        let shut = groundwork_model::world::SecurityGroup { id: id("sg-2"), ..group(Vec::new()) };
        live.endpoint_groups = Ok(vec![shut]);
        network(live, |state| {
            state.endpoints =
                vec![groundwork_model::world::VpcEndpoint { security_groups: vec![id("sg-2")], ..endpoint("logs") }];
        });
    });
}

fn open_endpoints(live: &mut Live) {
    let mut open = groundwork_model::world::SecurityGroup { id: id("sg-2"), ..group(Vec::new()) };
    open.ingress =
        vec![groundwork_model::world::Rule { groups: vec!["sg-1".to_owned()], ..rule("tcp", Some(443), &[]) }];
    live.endpoint_groups = Ok(vec![open]);
}

#[test]
fn a_vpc_that_resolves_no_names() {
    breaks(LinkName::Dns, Code::VpcDnsOff, "--enable-dns-support", |live| {
        network(live, |state| state.vpcs[0].dns_support = Some(false));
    });
    let mut live = whole();
    network(&mut live, |state| state.vpcs[0].dns_hostnames = Some(false));
    assert!(verify(&used(), &live).is_whole(), "without endpoints nothing needs DNS hostnames");
}

#[test]
fn a_cluster_that_runs_no_fargate_task() {
    breaks(LinkName::Cluster, Code::ClusterInactive, "create-cluster", |live| live.cluster = Ok(Observed::Absent));
    breaks(LinkName::CapacityProviders, Code::FargateMissing, "FARGATE_SPOT", |live| {
        let Ok(Observed::Present(cluster)) = &mut live.cluster else { panic!("a cluster") };
        cluster.capacity_providers = vec!["FARGATE".to_owned(), "own".to_owned()];
    });
}

#[test]
fn a_run_environment_that_says_something_else() {
    for key in ["account_id", "region", "events_role_arn", "execution_role_arn", "workflow_starter_lambda_arn"] {
        breaks(LinkName::RunEnvironment, Code::RunEnvironmentDiffers, key, |live| {
            aws(live, |aws| set(aws, key, json!("another")));
        });
    }
    for key in ["subnets", "security_groups"] {
        breaks(LinkName::RunEnvironment, Code::RunEnvironmentDiffers, &format!("network.{key}"), |live| {
            aws(live, |aws| aws.0["network"][key] = json!(["another"]));
        });
    }
    breaks(LinkName::RunEnvironment, Code::RunEnvironmentDiffers, "cluster_arn", |live| {
        let Ok(state) = &mut live.cloudreactor else { panic!("CloudReactor") };
        let Observed::Present(environment) = &mut state.run_environment else { panic!("a Run Environment") };
        set(&mut environment.ecs, "cluster_arn", json!("another"));
    });
    breaks(LinkName::RunEnvironment, Code::RunEnvironmentDiffers, "there is no Run Environment", |live| {
        let Ok(state) = &mut live.cloudreactor else { panic!("CloudReactor") };
        state.run_environment = Observed::Absent;
    });
    breaks(LinkName::Capabilities, Code::RunEnvironmentIncapable, "no reason", |live| {
        let Ok(state) = &mut live.cloudreactor else { panic!("CloudReactor") };
        let Observed::Present(environment) = &mut state.run_environment else { panic!("a Run Environment") };
        environment.capabilities.clear();
    });
}

#[test]
fn another_external_id_breaks_two_links_and_shows_nowhere() {
    let mut live = whole();
    aws(&mut live, |aws| set(aws, "assumed_role_external_id", json!("s3cret-and-wrong")));
    let found = verify(&used(), &live);
    assert_eq!(codes(&found, LinkName::RoleTrust), [Code::RoleNotAssumable]);
    assert_eq!(codes(&found, LinkName::RunEnvironment), [Code::RunEnvironmentDiffers]);
    let secret = external_id(live.role_stack.as_ref().expect("read").present().expect("there"));
    let told = format!("{found:?}");
    assert!(!told.contains("s3cret") && !told.contains(&secret), "{told}");
}

#[test]
fn what_was_not_read_is_neither_broken_nor_whole() {
    let denied = || vec![Problem::new(Code::AccessDenied, "AWS did not permit GetRole")];
    let check = |change: &dyn Fn(&mut Live), links: &[LinkName]| {
        let mut live = whole();
        change(&mut live);
        let found = verify(&used(), &live);
        for link in &found.links {
            let is_unknown = matches!(link.verdict, Verdict::Unknown { .. });
            assert_eq!(is_unknown, links.contains(&link.name), "{link:?}");
            assert!(is_unknown || link.verdict == Verdict::Ok, "{link:?}");
        }
        assert_eq!(found.problems(), denied(), "it is told once");
    };
    use LinkName as L;
    check(&|live| live.role = Err(denied()), &[L::RoleTrust, L::PassRole]);
    check(&|live| live.policies = Err(denied()), &[L::PassRole]);
    check(&|live| live.boundary = Err(denied()), &[L::PassRole]);
    check(&|live| live.execution_role = Err(denied()), &[L::ExecutionRoleTrust]);
    check(&|live| live.role_stack = Err(denied()), &[L::RoleTrust, L::PassRole, L::ExecutionRoleTrust]);
    check(&|live| live.network = Err(denied()), &[L::Subnets, L::SecurityGroups, L::Endpoints, L::Dns]);
    check(&|live| live.endpoint_groups = Err(denied()), &[L::Endpoints]);
    check(&|live| live.cluster = Err(denied()), &[L::Cluster, L::CapacityProviders]);
    check(&|live| live.cloudreactor = Err(denied()), &[L::RunEnvironment, L::Capabilities]);
}

#[test]
fn a_network_that_the_spec_leaves_out_is_judged_if_there_is_one() {
    let skipped = Spec { network: Network::Skip, ..spec() };
    let mut live = whole();
    assert!(verify(&skipped, &live).is_whole());
    network(&mut live, |state| state.route_tables = vec![table_without_way_out()]);
    assert_eq!(codes(&verify(&skipped, &live), LinkName::Subnets), [Code::SubnetUnusable]);
    live.network = Ok(None);
    let found = verify(&skipped, &live);
    assert!(found.is_whole(), "{:#?}", found.problems());
    let subnets = found.links.iter().find(|link| link.name == LinkName::Subnets).expect("a link");
    assert_eq!(subnets.verdict, Verdict::Skipped);
}
