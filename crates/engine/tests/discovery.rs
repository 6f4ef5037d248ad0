//! Discovery: what runs side by side, and what every failure to find something says.

mod support;

use groundwork_engine::ports::ErrorClass;
use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::spec::{Cluster, ClusterRef, GroupRef, Network, OutputRef, Reference, Role};
use groundwork_model::world::{Group, StackPhase};
use groundwork_testkit::Fault;
use groundwork_testkit::build::{NETWORK_STACK, ROLE_STACK, cluster, existing_network, id, put_vpc, stack};
use support::{Target, says};

fn ids(names: &[&str]) -> Vec<Reference> {
    names.iter().map(|name| Reference::Id((*name).to_owned())).collect()
}

fn names(names: &[&str]) -> Vec<Reference> {
    names.iter().map(|name| Reference::Name((*name).to_owned())).collect()
}

fn output(stack: &str, key: &str) -> OutputRef {
    OutputRef { stack: id(stack), key: id(key) }
}

/// A target with two VPCs, vpc-1 and vpc-2, in which this network is used.
fn using(network: Network) -> Target {
    let mut target = Target::new();
    put_vpc(target.cloud(), 1, "main", 2);
    put_vpc(target.cloud(), 2, "other", 1);
    target.spec.network = network;
    target
}

/// The only problem, which has this code and key.
fn only(target: &Target, code: Code, key: &str) -> Problem {
    let problems = target.discover().expect_err("something is wrong");
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!((problems[0].code, problems[0].key.as_deref()), (code, Some(key)), "{problems:#?}");
    problems[0].clone()
}

#[test]
fn discovery_of_what_is_created_is_one_call_deep_and_changes_nothing() {
    for target in [Target::new(), Target::applied()] {
        let calls = target.cloud().calls.all().len();
        let saas_calls = target.saas().calls.all().len();
        let started = groundwork_engine::ports::Clock::now_ms(&target.ports.clock);
        target.discover().expect("a world");
        let made = target.cloud().calls.all().split_off(calls);
        assert!(made.iter().all(|call| call.start_ms == started), "{made:#?}");
        assert!(made.iter().all(|call| !call.mutates()), "{made:#?}");
        // Caller, zones, cluster, and for each of three stacks its status and its template.
        assert_eq!(made.len(), 9);
        assert!(target.saas().calls.all().len() - saas_calls <= 2);
    }
}

#[test]
fn an_existing_network_by_ids_is_one_call_deep_with_its_vpc_and_two_without() {
    for (vpc, depth) in [(Some(Reference::Id("vpc-1".to_owned())), 1), (None, 2)] {
        let target = using(existing_network(vpc, &ids(&["subnet-10", "subnet-11"]), &ids(&["sg-1"])));
        let world = target.discover().expect("a world");
        assert_eq!(target.cloud().calls.depth(), depth);
        let network = world.network.expect("the spec uses a network");
        let found: Vec<&str> = network.subnets.iter().map(|subnet| subnet.id.as_str()).collect();
        assert_eq!(found, ["subnet-10", "subnet-11"]);
        assert_eq!(network.vpcs.len(), 1);
        assert_eq!(network.vpcs[0].dns_hostnames, Some(true));
        assert_eq!(network.route_tables.len(), 1);
    }
}

#[test]
fn outputs_are_followed_as_soon_as_their_stack_is_known() {
    let subnets = Reference::Output(output("ECS-VPC", "SubnetsPublic"));
    let mut target = using(existing_network(None, &[subnets], &ids(&["sg-1"])));
    target.cloud().put_stack(stack("ECS-VPC", &[("SubnetsPublic", "subnet-10, subnet-11"), ("Cluster", "old")]));
    target.cloud().things(|things| things.clusters.push(cluster("old")));
    target.spec.cluster = Cluster::Use { cluster: ClusterRef::Output(output("ECS-VPC", "Cluster")) };
    let world = target.discover().expect("a world");
    assert_eq!(world.network.expect("a network").subnets.len(), 2);
    assert_eq!(world.cluster.present().expect("a cluster").name.as_str(), "old");
    assert_eq!(target.cloud().calls.depth(), 3);
    // The stack is read once, and not for its template.
    assert!(target.cloud().calls.all().iter().filter(|call| call.subject == "ECS-VPC").count() == 1);
}

#[test]
fn a_missing_reference_lists_what_exists() {
    let target = using(existing_network(None, &ids(&["subnet-10", "subnet-99"]), &ids(&["sg-1"])));
    let problem = only(&target, Code::ReferenceNotFound, "network.subnets[1]");
    says(&problem, &["no subnet subnet-99", "subnet-10 (main-0), subnet-11 (main-1), subnet-20 (other-0)"]);
    let target = using(existing_network(Some(Reference::Name("none".to_owned())), &ids(&["subnet-10"]), &[]));
    let problem = only(&target, Code::ReferenceNotFound, "network.vpc");
    says(&problem, &["no VPC with the name \"none\"", "vpc-1 (main), vpc-2 (other)"]);
    let missing_vpc = Some(Reference::Id("vpc-9".to_owned()));
    let target = using(existing_network(missing_vpc, &ids(&["subnet-10"]), &[]));
    only(&target, Code::ReferenceNotFound, "network.vpc");
}

#[test]
fn an_ambiguous_name_lists_its_bearers_unless_the_vpc_decides() {
    let again = |vpc| {
        let target = using(existing_network(vpc, &names(&["main-0"]), &names(&["main-tasks"])));
        target.cloud().things(|things| things.subnets[2].name = Some("main-0".to_owned()));
        target
    };
    let problem = only(&again(None), Code::ReferenceAmbiguous, "network.subnets[0]");
    says(&problem, &["2 subnets have the name \"main-0\"", "subnet-10 (main-0), subnet-20 (main-0)", "by its id"]);
    let world = again(Some(Reference::Name("main".to_owned()))).discover().expect("the VPC decides");
    assert_eq!(world.network.expect("a network").subnets[0].id.as_str(), "subnet-10");
}

#[test]
fn a_missing_output_lists_those_that_exist_and_a_shell_is_no_stack() {
    let subnets = Reference::Output(output("ECS-VPC", "SubnetsPrivate"));
    let target = using(existing_network(None, &[subnets], &[]));
    says(&only(&target, Code::ReferenceNotFound, "network.subnets[0]"), &["there is no stack ECS-VPC"]);
    let mut public = stack("ECS-VPC", &[("VPC", "vpc-1"), ("SubnetsPublic", "subnet-10")]);
    target.cloud().put_stack(public.clone());
    let problem = only(&target, Code::ReferenceNotFound, "network.subnets[0]");
    says(&problem, &["stack ECS-VPC has no output SubnetsPrivate", "its outputs: SubnetsPublic, VPC"]);
    public.phase = StackPhase::Shell;
    target.cloud().change_stack("ECS-VPC", |stack| *stack = public);
    says(&only(&target, Code::ReferenceNotFound, "network.subnets[0]"), &["there is no stack ECS-VPC"]);
}

#[test]
fn a_cluster_by_an_output_that_does_not_exist_names_its_key() {
    let mut target = Target::new();
    target.spec.cluster = Cluster::Use { cluster: ClusterRef::Output(output("Other", "Cluster")) };
    only(&target, Code::ReferenceNotFound, "cluster.cluster");
}

#[test]
fn all_problems_are_told_at_once() {
    let mut target = using(existing_network(None, &ids(&["subnet-98", "subnet-99"]), &ids(&["sg-99"])));
    target.spec.cluster = Cluster::Use { cluster: ClusterRef::Output(output("Other", "Cluster")) };
    target.spec.cloudreactor.group = Some(GroupRef::Name("none".to_owned()));
    target.cloud().calls.fail("DescribeAvailabilityZones", 1, &Fault::Refused(ErrorClass::Denied));
    let problems = target.discover().expect_err("much is wrong");
    let keys: Vec<Option<&str>> = problems.iter().map(|problem| problem.key.as_deref()).collect();
    let expected = [
        None,
        Some("cluster.cluster"),
        Some("network.subnets[0]"),
        Some("network.subnets[1]"),
        Some("network.security_groups[0]"),
        Some("cloudreactor.group"),
    ];
    assert_eq!(keys, expected, "{problems:#?}");
    assert_eq!(problems[0].code, Code::AccessDenied);
}

#[test]
fn the_same_failure_of_many_calls_is_one_problem() {
    let target = Target::new();
    let operations = ["GetCallerIdentity", "DescribeAvailabilityZones", "DescribeStacks", "GetTemplate"];
    for operation in operations.into_iter().chain(["DescribeClusters"]) {
        target.cloud().calls.fail(operation, 3, &Fault::Refused(ErrorClass::NoCredentials));
    }
    let problems = target.discover().expect_err("there are no credentials");
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!(problems[0].code, Code::NoCredentials);
    says(&problems[0], &["GetCallerIdentity", "DescribeAvailabilityZones", "DescribeStacks", "DescribeClusters"]);
}

#[test]
fn another_account_is_refused_before_anything_else_is_said() {
    let mut target = Target::new();
    target.spec.environment.account_id = Some(id("999999999999"));
    target.cloud().calls.fail("DescribeStacks", 3, &Fault::Refused(ErrorClass::Denied));
    let problem = only(&target, Code::WrongAccount, "environment.account_id");
    says(&problem, &["account 123456789012, not 999999999999", "role/deployer"]);
}

#[test]
fn no_failed_read_ever_counts_as_an_absence() {
    let subnets = Reference::Output(output("ECS-VPC", "Subnets"));
    let network = || {
        existing_network(
            Some(Reference::Name("main".to_owned())),
            std::slice::from_ref(&subnets),
            &names(&["main-tasks"]),
        )
    };
    let make = |uses: bool| {
        let mut target = using(network());
        target.cloud().put_stack(stack("ECS-VPC", &[("Subnets", "subnet-10")]));
        if !uses {
            target.spec = Target::new().spec;
            target.cloud().put_stack(stack(NETWORK_STACK, &[]));
        }
        // Where there is no stack, its template is not missed.
        target.cloud().put_stack(stack(ROLE_STACK, &[]));
        target
    };
    for uses in [true, false] {
        let whole = make(uses);
        whole.discover().expect("a world");
        let aws: Vec<String> = whole.cloud().calls.all().into_iter().map(|call| call.operation).collect();
        let saas: Vec<String> = whole.saas().calls.all().into_iter().map(|call| call.operation).collect();
        for class in [ErrorClass::Denied, ErrorClass::Throttled, ErrorClass::Unavailable, ErrorClass::Unexpected] {
            for operation in &aws {
                let target = make(uses);
                target.cloud().calls.fail(operation, 9, &Fault::Refused(class));
                assert!(target.discover().is_err(), "{operation} failed as {class:?}, and a world came out");
            }
            for operation in &saas {
                let target = make(uses);
                target.saas().calls.fail(operation, 9, &Fault::Refused(class));
                assert!(target.discover().is_err(), "{operation} failed as {class:?}, and a world came out");
            }
        }
    }
}

#[test]
fn a_template_is_not_missed_where_there_is_no_stack_or_only_a_shell() {
    let target = Target::new();
    let shell =
        groundwork_model::world::Stack { phase: StackPhase::Shell, template: None, ..stack(NETWORK_STACK, &[]) };
    target.cloud().put_stack(shell);
    target.cloud().calls.fail("GetTemplate", 3, &Fault::Refused(ErrorClass::Invalid));
    target.discover().expect("no template is needed");
}

#[test]
fn of_several_groups_one_has_to_be_named() {
    let mut target = Target::new();
    let second = (Group { id: 7, name: "second".to_owned() }, 1000);
    target.saas().identity_is(|identity| identity.groups.push(second));
    let problem = only(&target, Code::ReferenceAmbiguous, "cloudreactor.group");
    says(&problem, &["\"example\" (2), \"second\" (7)"]);
    target.spec.cloudreactor.group = Some(GroupRef::Id(7));
    let world = target.discover().expect("a world");
    assert_eq!((world.cloudreactor.group.id, world.cloudreactor.access_level), (7, 1000));
}

#[test]
fn a_role_that_is_only_used_is_read_without_its_template() {
    let mut target = Target::new();
    target.spec.role = Role::Use { stack_name: id("Role") };
    target.cloud().put_stack(stack("Role", &[]));
    let world = target.discover().expect("a world");
    assert!(world.stack(&id("Role")).expect("it is there").template.is_none());
    assert_eq!(target.cloud().calls.count("GetTemplate"), 2);
}
