//! Preflight: what a plan adds of what AWS limits, and what each finding means. What is not known is never fine.

mod support;

use groundwork_model::least_privilege::{Refused, RefusedBy, Rehearsal, Rehearsed, Verb};
use groundwork_model::preflight::{CheckName, CheckVerdict, Preflight};
use groundwork_model::problem::Problem;
use groundwork_model::quota::Quota;
use groundwork_model::spec::{Nat, Network, Spec};
use groundwork_model::world::{Vpc, World};
use groundwork_model::{Code, VpcId};
use groundwork_planner::preflight::{Demand, Found, Measured, Planned, Rights, demands, judge, rehearsals};
use support::networks::{self, subnet};
use support::{converged, id, plan, problems, spec, spec_with_network, world};

/// What is found in a world in which nothing stands in the way.
fn found(spec: &Spec, world: &World) -> Found {
    let plan = plan(spec, world);
    let measured = demands(&plan).into_iter().map(|demand| measured(demand, Ok(0), Ok(5))).collect();
    Found {
        caller: world.caller.clone(),
        zones: Ok(world.zones.clone()),
        cloudreactor: Ok(world.cloudreactor.clone()),
        subnets: Vec::new(),
        plan: Planned::Made(Box::new(plan)),
        rights: Rights::Simulated { principal: world.caller.arn.clone(), actions: 80, refused: Vec::new() },
        measured,
        vpcs: Some(Ok(Vec::new())),
        own_vpc: None,
    }
}

fn measured(demand: Demand, used: Result<usize, Vec<Problem>>, limit: Result<usize, Vec<Problem>>) -> Measured {
    Measured { demand, used, limit }
}

fn denied(operation: &str) -> Vec<Problem> {
    vec![Problem::new(Code::AccessDenied, format!("AWS does not permit {operation}")).because("no policy allows it")]
}

fn verdict(preflight: &Preflight, name: CheckName) -> &CheckVerdict {
    &preflight.checks.iter().find(|check| check.name == name).expect("every check is there").verdict
}

/// The codes that a check has come to.
fn codes(preflight: &Preflight, name: CheckName) -> Vec<Code> {
    verdict(preflight, name).problems().iter().map(|problem| problem.code).collect()
}

fn told(demands: &[Demand]) -> Vec<String> {
    let zone = |demand: &Demand| demand.zone.as_ref().map(|zone| format!(" in {zone}")).unwrap_or_default();
    demands.iter().map(|demand| format!("{} {}{}", demand.adds, demand.quota.things(), zone(demand))).collect()
}

fn vpc(number: u8, cidrs: &[&str]) -> Vpc {
    Vpc {
        id: id(&format!("vpc-{number}")),
        name: Some("other".to_owned()),
        cidrs: cidrs.iter().map(|cidr| id(cidr)).collect(),
        dns_support: None,
        dns_hostnames: None,
        tags: Default::default(),
    }
}

#[test]
fn where_nothing_stands_in_the_way_every_check_is_passed() {
    let preflight = judge(&spec(), Verb::Apply, &found(&spec(), &world()));
    assert!(preflight.is_ready());
    assert_eq!(preflight.checks.iter().map(|check| check.name).collect::<Vec<_>>(), CheckName::ALL);
    for check in &preflight.checks {
        assert_eq!(check.verdict, CheckVerdict::Ok, "{}: {}", check.name, check.found);
    }
    let told: Vec<String> = preflight.checks.iter().map(|check| format!("{}: {}", check.name, check.found)).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_plan_adds_what_its_templates_make() {
    let all = ["1 VPCs", "1 internet gateways", "1 Elastic IP addresses", "1 NAT gateways in us-west-2a"];
    let endpoints = ["1 interface endpoints", "2 gateway endpoints"];
    assert_eq!(told(&demands(&plan(&spec(), &world()))), [&all[..], &endpoints].concat());

    let spec = spec_with_network(|network| {
        network.nat = Nat::PerZone;
        network.endpoints.clear();
    });
    let per_zone = ["1 VPCs", "1 internet gateways", "2 Elastic IP addresses"];
    let gateways = ["1 NAT gateways in us-west-2a", "1 NAT gateways in us-west-2b"];
    assert_eq!(told(&demands(&plan(&spec, &world()))), [&per_zone[..], &gateways].concat());
}

#[test]
fn what_stays_adds_nothing_and_a_replacement_stands_beside_the_old_one() {
    let there = converged(&spec());
    assert_eq!(demands(&plan(&spec(), &there)), []);
    assert!(rehearsals(&plan(&spec(), &there)).is_empty());

    let elsewhere = spec_with_network(|network| network.cidr = id("10.7.0.0/16"));
    let replaced = told(&demands(&plan(&elsewhere, &there)));
    assert!(replaced.contains(&"1 VPCs".to_owned()), "{replaced:?}");
    assert!(rehearsals(&plan(&elsewhere, &there)).contains(&Rehearsed::CreateVpc));

    let more = spec_with_network(|network| network.nat = Nat::PerZone);
    assert_eq!(
        told(&demands(&plan(&more, &there))),
        ["1 Elastic IP addresses", "1 NAT gateways in us-west-2b"],
        "one is there"
    );
}

#[test]
fn a_quota_is_enough_up_to_its_last_piece() {
    let of = |used, limit| {
        let demand = Demand { quota: Quota::Addresses, zone: None, adds: 2 };
        let found = Found { measured: vec![measured(demand, Ok(used), Ok(limit))], ..found(&spec(), &world()) };
        judge(&spec(), Verb::Apply, &found)
    };
    assert_eq!(*verdict(&of(3, 5), CheckName::Quotas), CheckVerdict::Ok);
    let short = of(4, 5);
    assert_eq!(codes(&short, CheckName::Quotas), [Code::QuotaTooSmall]);
    assert!(!short.is_ready());
    insta::assert_snapshot!(text(&short.failures()));
}

#[test]
fn a_zone_has_a_quota_of_its_own() {
    let gateways = |zone: &str, used| {
        let demand = Demand { quota: Quota::NatGateways, zone: Some(zone.to_owned()), adds: 1 };
        measured(demand, Ok(used), Ok(5))
    };
    let measured = vec![gateways("us-west-2a", 5), gateways("us-west-2b", 4)];
    let preflight = judge(&spec(), Verb::Apply, &Found { measured, ..found(&spec(), &world()) });
    let [problem] = &preflight.failures()[..] else { panic!("{:#?}", preflight.failures()) };
    assert!(problem.message.contains("1 more NAT gateway in us-west-2a"), "{}", problem.message);
}

/// What AWS usually permits is no answer: it is told, and nothing more.
#[test]
fn a_quota_that_was_not_read_is_unknown() {
    let of = |used: Result<usize, Vec<Problem>>, limit: Result<usize, Vec<Problem>>| {
        let demand = Demand { quota: Quota::Vpcs, zone: None, adds: 1 };
        judge(
            &spec(),
            Verb::Apply,
            &Found { measured: vec![measured(demand, used, limit)], ..found(&spec(), &world()) },
        )
    };
    let unread = [
        of(Ok(0), Err(denied("GetServiceQuota"))),
        of(Ok(9), Err(denied("GetServiceQuota"))),
        of(Err(denied("DescribeVpcs")), Ok(5)),
        of(Err(denied("DescribeVpcs")), Err(denied("GetServiceQuota"))),
    ];
    for preflight in &unread {
        assert_eq!(codes(preflight, CheckName::Quotas), [Code::NotChecked]);
        assert!(preflight.is_ready(), "what is not known stops nothing");
    }
    let told: Vec<String> = unread.iter().map(|preflight| text(&preflight.warnings())).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_the_caller_lacks_is_named_with_what_it_is_about_and_what_forbids_it() {
    let refused =
        |action: &str, resource: &str, by| Refused { action: action.to_owned(), resource: resource.to_owned(), by };
    let stack = "arn:aws:cloudformation:us-west-2:123456789012:stack/CloudReactor-staging/*";
    let rights = Rights::Simulated {
        principal: id("arn:aws:iam::123456789012:role/ci/deployer"),
        actions: 80,
        refused: vec![
            refused("cloudformation:CreateChangeSet", stack, RefusedBy::Nobody),
            refused("cloudformation:ExecuteChangeSet", stack, RefusedBy::Nobody),
            refused("ec2:CreateVpc", "*", RefusedBy::Organization),
            refused("iam:CreateRole", "arn:aws:iam::123456789012:role/x", RefusedBy::Boundary),
            refused("iam:CreateRole", "arn:aws:iam::123456789012:role/y", RefusedBy::Boundary),
            refused("ec2:DescribeVpcs", "*", RefusedBy::Statement),
        ],
    };
    let preflight = judge(&spec(), Verb::Apply, &Found { rights, ..found(&spec(), &world()) });
    assert_eq!(codes(&preflight, CheckName::Permissions), [Code::PermissionsMissing]);
    insta::assert_snapshot!(text(&preflight.failures()));
}

#[test]
fn where_iam_does_not_say_it_a_rehearsal_proves_no_more_than_it_can() {
    let of = |rehearsed: Vec<(Rehearsed, Result<Rehearsal, Problem>)>| {
        let why = vec!["AWS does not permit SimulatePrincipalPolicy".to_owned()];
        let rights = Rights::NotSimulated { why, rehearsed };
        judge(&spec(), Verb::Apply, &Found { rights, ..found(&spec(), &world()) })
    };
    let allowed = of(vec![
        (Rehearsed::CreateVpc, Ok(Rehearsal::Allowed)),
        (Rehearsed::AllocateAddress, Ok(Rehearsal::NotAllowed)),
        (Rehearsed::CreateInternetGateway, Err(Problem::new(Code::Throttled, "AWS was called too often"))),
    ]);
    assert_eq!(codes(&allowed, CheckName::Permissions), [Code::NotChecked], "unknown, and not fine");
    assert!(allowed.is_ready());
    insta::assert_snapshot!(text(&allowed.warnings()));

    let denied = of(vec![(Rehearsed::CreateVpc, Ok(Rehearsal::Denied("with an explicit deny in an SCP".to_owned())))]);
    assert_eq!(codes(&denied, CheckName::Permissions), [Code::PermissionsMissing, Code::NotChecked]);
    assert!(!denied.is_ready(), "whoever calls for the caller is denied, too");
    assert_eq!(denied.failures().len(), 1);
}

#[test]
fn the_partition_of_the_credentials_has_to_be_the_regions() {
    for (region, arn, fits) in [
        ("us-west-2", "arn:aws:iam::123456789012:user/me", true),
        ("us-gov-west-1", "arn:aws-us-gov:iam::123456789012:user/me", true),
        ("us-iso-east-1", "arn:aws-iso:iam::123456789012:user/me", true),
        ("us-isob-east-1", "arn:aws-iso-b:iam::123456789012:user/me", true),
        ("us-west-2", "arn:aws-cn:iam::123456789012:user/me", false),
        ("cn-north-1", "arn:aws:iam::123456789012:user/me", false),
        ("us-west-2", "arn:aws-us-gov:iam::123456789012:user/me", false),
    ] {
        let mut found = found(&spec(), &world());
        found.caller.arn = id(arn);
        let mut spec = spec();
        spec.environment.region = id(region);
        let preflight = judge(&spec, Verb::Apply, &found);
        assert_eq!(codes(&preflight, CheckName::Identity).is_empty(), fits, "{arn} in {region}");
    }
}

#[test]
fn addresses_of_another_vpc_are_told_and_our_own_vpc_is_none() {
    let of = |vpcs: Vec<Vpc>, own_vpc: Option<VpcId>| {
        judge(&spec(), Verb::Apply, &Found { vpcs: Some(Ok(vpcs)), own_vpc, ..found(&spec(), &world()) })
    };
    for (blocks, overlaps) in [
        (&["10.0.0.0/16"][..], true),
        (&["10.0.255.0/24"], true),
        (&["10.0.0.0/8"], true),
        (&["10.1.0.0/16"], false),
        (&["172.16.0.0/16", "10.0.4.0/22"], true),
    ] {
        let preflight = of(vec![vpc(1, blocks)], None);
        let expected: &[Code] = if overlaps { &[Code::AddressesOverlap] } else { &[] };
        assert_eq!(codes(&preflight, CheckName::AddressBlock), expected, "{blocks:?}");
        assert!(preflight.is_ready(), "it is for the owner to know");
    }
    assert_eq!(codes(&of(vec![vpc(1, &["10.0.0.0/16"])], Some(id("vpc-1"))), CheckName::AddressBlock), []);
    insta::assert_snapshot!(text(&of(vec![vpc(1, &["10.0.0.0/20"]), vpc(2, &["10.0.0.0/8"])], None).warnings()));

    let unread = Found { vpcs: Some(Err(denied("DescribeVpcs"))), ..found(&spec(), &world()) };
    let unread = judge(&spec(), Verb::Apply, &unread);
    assert_eq!(codes(&unread, CheckName::AddressBlock), [Code::NotChecked]);
}

#[test]
fn subnets_where_fargate_is_not_known_to_run_are_told() {
    let spec = Spec { network: Network::Use(networks::wish()), ..spec() };
    let world = World { network: Some(networks::private()), ..world() };
    let of = |zone_ids: &[&str]| {
        let subnets = zone_ids.iter().map(|zone_id| {
            let mut subnet = subnet("subnet-0a", "us-west-2a");
            subnet.zone_id = (*zone_id).to_owned();
            subnet
        });
        let found = Found { subnets: subnets.collect(), ..found(&spec, &world) };
        judge(&spec, Verb::Apply, &found)
    };
    assert_eq!(*verdict(&of(&["usw2-az1", "usw2-az2"]), CheckName::FargateZones), CheckVerdict::Ok);
    let outside = of(&["usw2-az1", "use1-az3"]);
    assert_eq!(codes(&outside, CheckName::FargateZones), [Code::ZoneWithoutFargate]);
    assert_eq!(*verdict(&of(&[]), CheckName::FargateZones), CheckVerdict::Skipped, "nothing was found to judge");
}

#[test]
fn a_plan_that_is_refused_stands_in_the_way_and_nothing_is_counted_by_it() {
    let mut world = world();
    world.zones.clear();
    let refused = problems(&spec(), &world);
    let found =
        Found { plan: Planned::Refused(refused.clone()), measured: Vec::new(), ..found(&spec(), &support::world()) };
    let preflight = judge(&spec(), Verb::Apply, &found);
    assert_eq!(preflight.failures(), refused);
    for name in [CheckName::Quotas, CheckName::FargateZones, CheckName::AddressBlock] {
        assert_eq!(*verdict(&preflight, name), CheckVerdict::Skipped, "{name}");
    }
}

#[test]
fn a_verb_is_judged_by_what_it_does() {
    for verb in Verb::ALL {
        let preflight = judge(&spec(), verb, &found(&spec(), &world()));
        let adds = matches!(verb, Verb::Apply | Verb::Plan);
        for name in [CheckName::Quotas, CheckName::FargateZones, CheckName::AddressBlock] {
            assert_eq!(*verdict(&preflight, name) == CheckVerdict::Ok, adds, "{verb}: {name}");
        }
        let asks = *verdict(&preflight, CheckName::Cloudreactor) == CheckVerdict::Ok;
        assert_eq!(asks, verb.asks_cloudreactor(), "{verb}");
    }
    let unread = Found { cloudreactor: Err(denied("GET /groups/")), ..found(&spec(), &world()) };
    assert!(judge(&spec(), Verb::Recover, &unread).is_ready(), "it works on AWS alone");
    assert!(!judge(&spec(), Verb::Apply, &unread).is_ready());
}

fn text(problems: &[Problem]) -> String {
    let one = |problem: &Problem| {
        let lines = |word: &str, lines: &[String]| -> String {
            lines.iter().map(|line| format!("  {word}: {line}\n")).collect()
        };
        format!(
            "{}: {}\n{}{}",
            problem.code,
            problem.message,
            lines("because", &problem.causes),
            lines("help", &problem.help)
        )
    };
    problems.iter().map(one).collect()
}
