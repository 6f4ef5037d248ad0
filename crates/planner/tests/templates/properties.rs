//! What holds for every network: chosen zones never disturb each other, and the order in which
//! anything is given never matters.

use std::collections::BTreeSet;

use groundwork_model::ZoneId;
use groundwork_model::spec::{Endpoint, ManagedNetwork, Nat, Tier, ZoneRef, Zones};
use groundwork_model::world::Zone;
use groundwork_planner::layout::layout;
use groundwork_planner::template::{self, Template};
use ipnet::Ipv4Net;
use proptest::prelude::*;
use serde_json::Value;

use super::support::{dangling_references, zones};
use super::{env, network};

/// All the zones that the address plan has room for, as bits.
type Bits = u8;

fn zone_numbers(bits: Bits) -> impl Iterator<Item = u8> {
    (1..=8).filter(move |number| bits & (1 << (number - 1)) != 0)
}

fn listed(bits: Bits) -> Zones {
    Zones::Listed(zone_numbers(bits).map(|number| ZoneRef::Id(zone_id(number))).collect())
}

fn zone_id(number: u8) -> ZoneId {
    format!("usw2-az{number}").parse().expect("a zone id")
}

fn deploy(network: &ManagedNetwork, zones: &[Zone], deployed: Option<&Template>) -> Template {
    let (layout, _) = layout(network, zones, deployed.map(Template::json)).expect("a layout");
    template::network(&env(), network, &layout)
}

fn resource<'a>(template: &'a Template, id: &str) -> &'a Value {
    &template.json()["Resources"][id]
}

fn subnets(template: &Template) -> BTreeSet<String> {
    of_type(template, "AWS::EC2::Subnet")
}

fn gateways(template: &Template) -> BTreeSet<String> {
    of_type(template, "AWS::EC2::NatGateway")
}

fn of_type(template: &Template, kind: &str) -> BTreeSet<String> {
    let resources = template.json()["Resources"].as_object().expect("resources");
    resources.iter().filter(|(_, resource)| resource["Type"] == kind).map(|(id, _)| id.clone()).collect()
}

/// Everything that belongs to a zone, gateways included.
fn of_zone(template: &Template, number: u8) -> Vec<(&String, &Value)> {
    let resources = template.json()["Resources"].as_object().expect("resources");
    resources.iter().filter(|(id, _)| id.ends_with(&format!("Usw2Az{number}"))).collect()
}

prop_compose! {
    fn block()(prefix in 16_u8..=24, second: u8, third: u8) -> Ipv4Net {
        Ipv4Net::new([10, second, third, 0].into(), prefix).expect("a prefix").trunc()
    }
}

prop_compose! {
    /// A network of listed zones in which every subnet has a way out.
    fn networks()(
        cidr in block(),
        private in 1_u8..=255,
        more_public: Bits,
        nat in prop_oneof![Just(Nat::None), Just(Nat::Single), Just(Nat::PerZone)],
        endpoints in prop::sample::subsequence(Endpoint::ALL.to_vec(), 0..=Endpoint::ALL.len()),
        tasks_in in prop_oneof![Just(Tier::Public), Just(Tier::Private)],
    ) -> ManagedNetwork {
        let public_zones = listed(private | more_public);
        let endpoints = endpoints.into_iter().chain(Endpoint::FARGATE_NEEDS).collect();
        ManagedNetwork { cidr, public_zones, private_zones: listed(private), nat, endpoints, tasks_in, ..network() }
    }
}

fn shuffled<T: Clone + std::fmt::Debug>(items: Vec<T>) -> impl Strategy<Value = Vec<T>> {
    Just(items).prop_shuffle()
}

fn reversed(zones: &Zones) -> Zones {
    match zones {
        Zones::Listed(refs) => Zones::Listed(refs.iter().rev().cloned().collect()),
        Zones::Count(count) => Zones::Count(*count),
    }
}

proptest! {
    #[test]
    fn a_zone_comes_and_goes_without_touching_the_others(
        cidr in block(),
        public: Bits,
        private in 1_u8..=255,
        number in 1_u8..=8,
        nat in prop_oneof![Just(Nat::None), Just(Nat::PerZone)],
    ) {
        let bit = 1 << (number - 1);
        prop_assume!(private & !bit != 0);
        let with = |public, private| {
            let network = ManagedNetwork {
                cidr,
                public_zones: listed(public),
                private_zones: listed(private),
                nat: nat.clone(),
                endpoints: Endpoint::FARGATE_NEEDS.into(),
                ..network()
            };
            deploy(&network, &zones(8), None)
        };
        let public = public | private;
        let (without, added) = (with(public & !bit, private & !bit), with(public | bit, private | bit));
        for other in (1..=8).filter(|other| *other != number) {
            prop_assert_eq!(of_zone(&without, other), of_zone(&added, other));
        }
        prop_assert!(of_zone(&without, number).is_empty());
        prop_assert!(!of_zone(&added, number).is_empty());
    }

    #[test]
    fn the_order_of_zones_does_not_matter(network in networks(), zones_in_any_order in shuffled(zones(8))) {
        let reversed = ManagedNetwork {
            public_zones: reversed(&network.public_zones),
            private_zones: reversed(&network.private_zones),
            ..network.clone()
        };
        let expected = deploy(&network, &zones(8), None).body();
        prop_assert_eq!(deploy(&network, &zones_in_any_order, None).body(), expected.clone());
        prop_assert_eq!(deploy(&reversed, &zones_in_any_order, None).body(), expected);
    }

    #[test]
    fn subnets_lie_side_by_side_within_the_vpc(network in networks()) {
        let (layout, _) = layout(&network, &zones(8), None).expect("a layout");
        let mut blocks: Vec<Ipv4Net> = layout.public.iter().chain(&layout.private).map(|placed| placed.cidr).collect();
        prop_assert!(blocks.iter().all(|block| network.cidr.contains(block)));
        blocks.sort();
        prop_assert!(blocks.windows(2).all(|pair| pair[0].broadcast() < pair[1].network()), "{blocks:?}");
        prop_assert_eq!(blocks.len(), network.public_zones.len() + network.private_zones.len());
    }

    #[test]
    fn a_template_holds_together(network in networks()) {
        let template = deploy(&network, &zones(8), None);
        prop_assert_eq!(dangling_references(template.json()), BTreeSet::new());
        prop_assert!(template.body().len() <= template::INLINE_LIMIT_BYTES);
    }

    #[test]
    fn what_is_deployed_is_planned_again(
        network in networks(),
        counts in prop::option::of((1_u8..=8, 1_u8..=8)),
        zones_in_any_order in shuffled(zones(8)),
    ) {
        let network = match counts {
            None => network,
            Some((public, private)) => ManagedNetwork {
                public_zones: Zones::Count(public.max(private)),
                private_zones: Zones::Count(private),
                ..network
            },
        };
        let deployed = deploy(&network, &zones(8), None);
        prop_assert_eq!(deploy(&network, &zones_in_any_order, Some(&deployed)).body(), deployed.body());
    }

    #[test]
    fn a_count_keeps_the_zones_in_use(
        standing in 1_u8..=255,
        count in 1_u8..=8,
        nat in prop_oneof![Just(Nat::None), Just(Nat::Single), Just(Nat::PerZone)],
    ) {
        let base = ManagedNetwork { nat, endpoints: Endpoint::FARGATE_NEEDS.into(), ..network() };
        let before = ManagedNetwork { public_zones: listed(standing), private_zones: listed(standing), ..base.clone() };
        let deployed = deploy(&before, &zones(8), None);
        let counted = ManagedNetwork { public_zones: Zones::Count(count), private_zones: Zones::Count(count), ..base };
        let after = deploy(&counted, &zones(8), Some(&deployed));
        let (old, new) = (subnets(&deployed), subnets(&after));
        prop_assert!(old.is_subset(&new) || new.is_subset(&old), "{old:?} {new:?}");
        for id in old.intersection(&new) {
            prop_assert_eq!(resource(&deployed, id), resource(&after, id));
        }
        if old.is_subset(&new) {
            prop_assert!(gateways(&deployed).is_subset(&gateways(&after)), "a gateway never moves to a new zone");
        }
    }
}
