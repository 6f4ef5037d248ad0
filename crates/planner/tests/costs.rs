//! What a plan costs, against sums made by hand; what a cheaper setting saves, against its own plan.

mod support;

use groundwork_model::cost::{Billable, Cost};
use groundwork_model::money::Usd;
use groundwork_model::spec::{Endpoint, ManagedNetwork, Nat, Network, Spec, Tier, ZoneRef, Zones};
use groundwork_model::world::{World, Zone};
use groundwork_planner::{RunEnvironmentFate, destroy, plan};
use proptest::prelude::*;
use support::{
    NETWORK_STACK, VERSION, applied, converged, id, networks, set_status, spec, spec_with_network, stack_mut,
};

/// A Region, and what its zone ids start with.
type Place = (&'static str, &'static str);

const VIRGINIA: Place = ("us-east-1", "use1");
const OREGON: Place = ("us-west-2", "usw2");
const IRELAND: Place = ("eu-west-1", "euw1");
const LONDON: Place = ("eu-west-2", "euw2");
const FRANKFURT: Place = ("eu-central-1", "euc1");
const TOKYO: Place = ("ap-northeast-1", "apne1");
const SEOUL: Place = ("ap-northeast-2", "apne2");
const SINGAPORE: Place = ("ap-southeast-1", "apse1");
const MALAYSIA: Place = ("ap-southeast-5", "apse5");
const MUMBAI: Place = ("ap-south-1", "aps1");
const CAPE_TOWN: Place = ("af-south-1", "afs1");
const BEIJING: Place = ("cn-north-1", "cnn1");
const GOVERNMENT: Place = ("us-gov-west-1", "usgw1");

/// Endpoints that are gateways.
const FREE: &[Endpoint] = &[Endpoint::S3, Endpoint::DynamoDb];
/// Three interfaces and a gateway.
const NEEDED: &[Endpoint] = &Endpoint::FARGATE_NEEDS;
const LOGS: &[Endpoint] = &[Endpoint::S3, Endpoint::Logs];

/// Whether every price is the Region's own.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Prices {
    Known,
    Estimated,
}
use Prices::{Estimated, Known};

/// An account in which nothing is, with four zones of the Region.
fn world_in((region, prefix): Place) -> World {
    let zone = |(letter, number)| Zone {
        name: id(&format!("{region}{letter}")),
        id: id(&format!("{prefix}-az{number}")),
        available: true,
    };
    World { zones: [('a', 1), ('b', 2), ('c', 4), ('d', 5)].map(zone).into(), ..support::world() }
}

/// A spec for a Region, with as many public as private zones.
fn spec_in((region, _): Place, zones: u8, nat: &Nat, endpoints: &[Endpoint], tasks_in: Tier) -> Spec {
    let mut spec = spec_with_network(|network| {
        network.public_zones = Zones::Count(zones);
        network.private_zones = Zones::Count(zones);
        network.nat = nat.clone();
        network.endpoints = endpoints.iter().copied().collect();
        network.tasks_in = tasks_in;
    });
    spec.environment.region = id(region);
    spec
}

fn cost(spec: &Spec, world: &World) -> Cost {
    plan(spec, world, VERSION).expect("the plan should be possible").cost
}

fn usd(text: &str) -> Usd {
    text.parse().expect("an amount")
}

/// The network of a spec.
fn network(spec: &Spec) -> &ManagedNetwork {
    match &spec.network {
        Network::Create(network) => network,
        other => panic!("the network should be made, and is {other:?}"),
    }
}

#[test]
fn a_month_of_every_layout() {
    let in_a_and_b =
        |(region, _): Place| Nat::Listed(["a", "b"].map(|z| ZoneRef::Name(id(&format!("{region}{z}")))).into());
    let in_virginia = in_a_and_b(VIRGINIA);
    let (private, public) = (Tier::Private, Tier::Public);
    for (place, zones, nat, endpoints, tasks_in, month, prices) in [
        (VIRGINIA, 2, &Nat::None, &[][..], public, "0", Known),
        (VIRGINIA, 3, &Nat::None, FREE, public, "0", Known),
        (VIRGINIA, 1, &Nat::Single, &[], private, "36.50", Known),
        (VIRGINIA, 3, &Nat::Single, &[], private, "36.50", Known),
        (VIRGINIA, 3, &Nat::Single, FREE, private, "36.50", Known),
        (VIRGINIA, 2, &Nat::PerZone, &[], private, "73.00", Known),
        (VIRGINIA, 2, &in_virginia, &[], private, "73.00", Known),
        (VIRGINIA, 3, &Nat::PerZone, FREE, private, "109.50", Known),
        (VIRGINIA, 2, &Nat::Single, LOGS, private, "51.10", Known),
        (VIRGINIA, 2, &Nat::PerZone, NEEDED, private, "116.80", Known),
        (VIRGINIA, 2, &Nat::None, NEEDED, private, "43.80", Known),
        (VIRGINIA, 3, &Nat::None, NEEDED, private, "65.70", Known),
        (VIRGINIA, 1, &Nat::None, &Endpoint::ALL, private, "109.50", Known),
        (VIRGINIA, 2, &Nat::None, LOGS, public, "14.60", Known),
        (OREGON, 2, &Nat::Single, LOGS, private, "51.10", Known),
        (OREGON, 3, &Nat::PerZone, NEEDED, private, "175.20", Known),
        (IRELAND, 2, &Nat::Single, &[], private, "38.69", Known),
        (IRELAND, 2, &Nat::PerZone, FREE, private, "77.38", Known),
        (IRELAND, 2, &Nat::Single, NEEDED, private, "86.87", Known),
        (LONDON, 3, &Nat::PerZone, &[], private, "120.45", Known),
        (LONDON, 2, &Nat::None, NEEDED, private, "48.18", Known),
        (FRANKFURT, 2, &Nat::None, NEEDED, private, "52.56", Known),
        (FRANKFURT, 2, &Nat::Single, &[], private, "36.50", Estimated),
        (TOKYO, 1, &Nat::Single, FREE, private, "48.91", Known),
        (TOKYO, 2, &Nat::PerZone, LOGS, private, "118.26", Known),
        (SEOUL, 2, &Nat::PerZone, &[], private, "93.44", Known),
        (SEOUL, 3, &Nat::None, NEEDED, private, "85.41", Known),
        (SINGAPORE, 2, &Nat::Single, LOGS, private, "65.70", Known),
        (MALAYSIA, 2, &Nat::None, NEEDED, private, "51.246", Known),
        (MUMBAI, 1, &Nat::Single, &[], private, "44.53", Estimated),
        (CAPE_TOWN, 2, &Nat::Single, &[], private, "36.50", Estimated),
        (CAPE_TOWN, 2, &Nat::None, FREE, public, "0", Known),
        (BEIJING, 2, &Nat::PerZone, &[], private, "73.00", Estimated),
        (GOVERNMENT, 2, &Nat::Single, LOGS, private, "51.10", Estimated),
    ] {
        let spec = spec_in(place, zones, nat, endpoints, tasks_in);
        check_from_nothing_to_nothing(&spec, &world_in(place), month, prices);
    }
}

/// It costs nothing before, this afterwards, the same when nothing is left to do, and nothing when it is
/// removed.
fn check_from_nothing_to_nothing(spec: &Spec, empty: &World, month: &str, prices: Prices) {
    let case = format!("{} {:?}", spec.environment.region, network(spec));
    let first = plan(spec, empty, VERSION).unwrap_or_else(|problems| panic!("{case}: {problems:?}"));
    let made = applied::apply(&first, empty);
    let again = cost(spec, &made);
    let removal = destroy(spec, &made, RunEnvironmentFate::Keep).expect("nothing is in the way").cost;
    let month = usd(month);
    let sums = |cost: &Cost| (cost.monthly_before(), cost.monthly_after(), cost.monthly_change());
    assert_eq!(sums(&first.cost), (Usd::ZERO, month, month), "{case}");
    assert_eq!(sums(&again), (month, month, Usd::ZERO), "{case}");
    assert_eq!(sums(&removal), (month, Usd::ZERO, -month), "{case}");
    for cost in [&first.cost, &again, &removal] {
        assert_eq!(cost.is_estimate(), prices == Estimated, "{case}");
    }
    assert_eq!(again.alternatives, first.cost.alternatives, "{case}");
    assert_eq!(removal.alternatives, [], "{case}");
}

/// What an item is, how many there are and will be, and what one costs an hour.
fn items(cost: &Cost) -> Vec<(Billable, u32, u32, String)> {
    cost.items.iter().map(|item| (item.what, item.before, item.after, item.price.amount.to_string())).collect()
}

fn usage(cost: &Cost) -> Vec<(Billable, String)> {
    cost.usage.iter().map(|usage| (usage.what, usage.price.amount.to_string())).collect()
}

#[test]
fn what_is_there_before_or_after_is_named() {
    use Billable::{EndpointTraffic, InterfaceEndpoint, NatGateway, NatTraffic, PublicAddress};
    let price = str::to_owned;
    let endpoints = spec_in(IRELAND, 2, &Nat::None, NEEDED, Tier::Private);
    let gateways = spec_in(IRELAND, 2, &Nat::PerZone, &[], Tier::Private);
    let world = world_in(IRELAND);
    let first = cost(&endpoints, &world);
    assert_eq!(items(&first), [(InterfaceEndpoint, 0, 6, price("0.011"))]);
    assert_eq!(usage(&first), [(EndpointTraffic, price("0.01"))]);
    let made = applied::apply(&plan(&endpoints, &world, VERSION).expect("possible"), &world);
    let second = cost(&gateways, &made);
    assert_eq!(
        items(&second),
        [
            (NatGateway, 0, 2, price("0.048")),
            (PublicAddress, 0, 2, price("0.005")),
            (InterfaceEndpoint, 6, 0, price("0.011")),
        ]
    );
    assert_eq!(usage(&second), [(NatTraffic, price("0.048")), (EndpointTraffic, price("0.01"))]);
    assert_eq!((second.monthly_before(), second.monthly_after()), (usd("48.18"), usd("77.38")));
}

#[test]
fn a_network_that_is_only_referred_to_costs_nothing_of_ours() {
    let mut world = converged(&spec());
    world.network = Some(networks::private());
    for network in [Network::Use(networks::wish()), Network::Skip] {
        let spec = Spec { network, ..spec() };
        assert_eq!(cost(&spec, &world), Cost::default());
        let removal = destroy(&spec, &world, RunEnvironmentFate::Keep).expect("nothing is in the way");
        assert_eq!(removal.cost, Cost::default());
    }
}

#[test]
fn what_has_no_resources_or_is_not_ours_is_not_counted() {
    for status in ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "REVIEW_IN_PROGRESS"] {
        let mut world = converged(&spec());
        set_status(&mut world, NETWORK_STACK, status);
        stack_mut(&mut world, NETWORK_STACK).contents = Some(Default::default());
        assert_eq!(cost(&spec(), &world).monthly_before(), Usd::ZERO, "{status}");
    }
    let mut world = converged(&spec());
    stack_mut(&mut world, NETWORK_STACK).tags.clear();
    let removal = destroy(&spec(), &world, RunEnvironmentFate::Keep).expect("nothing is in the way");
    assert_eq!(removal.cost, Cost::default());
    let adopting = spec_with_network(|network| network.adoption = groundwork_model::spec::Adoption::Adopt);
    let adopted = cost(&adopting, &world);
    assert_eq!((adopted.monthly_before(), adopted.monthly_change()), (usd("51.10"), Usd::ZERO));
}

#[test]
fn a_deletion_that_failed_still_costs() {
    let mut world = converged(&spec());
    set_status(&mut world, NETWORK_STACK, "DELETE_FAILED");
    let removal = destroy(&spec(), &world, RunEnvironmentFate::Keep).expect("it can be tried again");
    assert_eq!(removal.cost.monthly_change(), -usd("51.10"));
}

/// Each alternative as `saves: setting; drawback`.
fn check_alternatives(zones: u8, nat: &Nat, endpoints: &[Endpoint], tasks_in: Tier, expected: &[&str]) {
    let cost = cost(&spec_in(VIRGINIA, zones, nat, endpoints, tasks_in), &world_in(VIRGINIA));
    let lines = cost.alternatives.iter().map(|other| format!("{}: {}; {}", other.saves, other.setting, other.drawback));
    assert_eq!(lines.collect::<Vec<_>>(), expected, "{zones} {nat:?} {endpoints:?} {tasks_in:?}");
}

#[test]
fn what_would_cost_less_is_named_with_what_is_lost() {
    let public = "tasks_in = \"public\", nat = \"none\"; \
                  tasks have public addresses that change, and each costs $3.65 a month while its task runs";
    let isolated = "tasks reach only AWS services that have an endpoint: not CloudReactor's API, \
                    to which they report their progress";
    let single = "nat = \"single\"; \
                  the loss of the gateway's zone cuts off all tasks, and traffic between zones is billed";
    let through_nat = "traffic to these services goes through a NAT gateway, at $0.045 a GB instead of $0.01";
    check_alternatives(
        2,
        &Nat::PerZone,
        NEEDED,
        Tier::Private,
        &[
            &format!("73.00: {public}"),
            &format!("73.00: nat = \"none\"; {isolated}"),
            &format!("43.80: endpoints = [\"s3\"]; {through_nat}"),
            &format!("36.50: {single}"),
        ],
    );
    check_alternatives(
        3,
        &Nat::PerZone,
        &[],
        Tier::Private,
        &[
            &format!("109.50: {public}"),
            &format!("73.00: {single}"),
            &format!("43.80: nat = \"none\", endpoints = [\"s3\", \"ecr.api\", \"ecr.dkr\", \"logs\"]; {isolated}"),
        ],
    );
    check_alternatives(2, &Nat::Single, &[], Tier::Private, &[&format!("36.50: {public}")]);
    check_alternatives(2, &Nat::None, NEEDED, Tier::Private, &[]);
    check_alternatives(2, &Nat::None, FREE, Tier::Public, &[]);
    check_alternatives(
        2,
        &Nat::PerZone,
        LOGS,
        Tier::Public,
        &[
            "73.00: nat = \"none\"; private subnets have no way to the internet",
            "36.50: nat = \"single\"; \
             the loss of the gateway's zone cuts off all private subnets, and traffic between zones is billed",
            "14.60: endpoints = [\"s3\"]; traffic to these services goes to their public addresses",
        ],
    );
}

/// The spec with a setting as an alternative writes it.
fn with_setting(spec: &Spec, setting: &str) -> Spec {
    let mut network = network(spec).clone();
    let value = |key: &str| setting.split_once(&format!("{key} = ")).map(|(_, rest)| rest);
    if let Some(rest) = value("nat") {
        network.nat = match rest.split('"').nth(1) {
            Some("none") => Nat::None,
            Some("single") => Nat::Single,
            other => panic!("{other:?} is no cheaper way out: {setting}"),
        };
    }
    if let Some(rest) = value("tasks_in") {
        assert!(rest.starts_with("\"public\""), "{setting}");
        network.tasks_in = Tier::Public;
    }
    if let Some(rest) = value("endpoints") {
        let named = rest.split('"').skip(1).step_by(2);
        network.endpoints = named.map(|name| name.to_owned().try_into().expect("an endpoint")).collect();
    }
    Spec { network: Network::Create(network), ..spec.clone() }
}

/// A spec as the reader lets it pass: tasks have subnets, and NAT gateways somebody to serve.
fn some_spec() -> impl Strategy<Value = Spec> {
    let nat = prop_oneof![Just(Nat::None), Just(Nat::Single), Just(Nat::PerZone)];
    let endpoints = proptest::sample::subsequence(Endpoint::ALL.to_vec(), 0..=8);
    let tier = prop_oneof![Just(Tier::Public), Just(Tier::Private)];
    (0_u8..=4, 0_u8..=4, nat, endpoints, tier)
        .prop_filter("nobody is there", |(public, private, nat, _, tasks_in)| match tasks_in {
            Tier::Public => *public > 0 && (*private > 0 || *nat == Nat::None),
            Tier::Private => *private > 0,
        })
        .prop_map(|(public, private, nat, endpoints, tasks_in)| {
            spec_with_network(|network| {
                network.public_zones = Zones::Count(public);
                network.private_zones = Zones::Count(private);
                network.nat = nat;
                network.endpoints = endpoints.into_iter().collect();
                network.tasks_in = tasks_in;
            })
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_plans_after_is_the_next_plans_before(one in some_spec(), other in some_spec()) {
        let empty = support::world();
        let Ok(first) = plan(&one, &empty, VERSION) else { return Err(TestCaseError::reject("cannot be laid out")) };
        let between = applied::apply(&first, &empty);
        let Ok(second) = plan(&other, &between, VERSION) else { return Err(TestCaseError::reject("cannot be changed")) };
        prop_assert_eq!(first.cost.monthly_before(), Usd::ZERO);
        prop_assert_eq!(first.cost.monthly_after(), second.cost.monthly_before());
        prop_assert!(second.cost.monthly_after() >= Usd::ZERO);
        prop_assert_eq!(
            second.cost.monthly_change(), second.cost.monthly_after() - second.cost.monthly_before()
        );
        prop_assert!(second.cost.items.iter().all(|item| item.before + item.after > 0));
    }

    #[test]
    fn an_alternative_saves_what_its_own_plan_costs_less(one in some_spec(), other in some_spec()) {
        let empty = support::world();
        let Ok(first) = plan(&one, &empty, VERSION) else { return Err(TestCaseError::reject("cannot be laid out")) };
        let between = applied::apply(&first, &empty);
        for (spec, world) in [(&one, &empty), (&one, &between), (&other, &between)] {
            let Ok(planned) = plan(spec, world, VERSION) else { continue };
            let saved: Vec<Usd> = planned.cost.alternatives.iter().map(|alternative| alternative.saves).collect();
            prop_assert!(saved.is_sorted_by(|a, b| a >= b) && saved.iter().all(|saves| *saves > Usd::ZERO));
            for alternative in &planned.cost.alternatives {
                let cheaper = cost(&with_setting(spec, &alternative.setting), world);
                let saves = planned.cost.monthly_after() - cheaper.monthly_after();
                prop_assert_eq!(saves, alternative.saves, "{}", alternative.setting);
            }
        }
    }
}
