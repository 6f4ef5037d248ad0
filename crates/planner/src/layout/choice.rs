//! Zones as the spec names or counts them, and zones as they are.

use std::collections::BTreeSet;

use groundwork_model::problem::Problem;
use groundwork_model::spec::{Tier, ZoneRef};
use groundwork_model::world::Zone;
use groundwork_model::{Code, LogicalId, ZoneId};
use serde_json::Value;

use super::{LAST_ZONE_NUMBER, fargate_runs, names};

/// The zones to choose from, what is deployed in them, and what went wrong so far.
pub(super) struct Choice<'a> {
    zones: Vec<&'a Zone>,
    deployed: Option<&'a Value>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Choice<'a> {
    pub(super) fn new(zones: &'a [Zone], deployed: Option<&'a Value>) -> Self {
        let mut zones: Vec<&Zone> = zones.iter().collect();
        zones.sort_by(|a, b| (a.id.number(), &a.id).cmp(&(b.id.number(), &b.id)));
        Self { zones, deployed, problems: Vec::new() }
    }

    /// Whether the deployed template has a resource of that name.
    pub(super) fn has(&self, id: &LogicalId) -> bool {
        self.deployed.and_then(|template| template.get("Resources")?.get(id.as_str())).is_some()
    }

    /// The zones that have a subnet of that tier.
    pub(super) fn deployed(&self, tier: Tier) -> BTreeSet<ZoneId> {
        self.zones.iter().map(|zone| zone.id.clone()).filter(|id| self.has(&names::subnet(tier, id))).collect()
    }

    /// The zones among these that exist; the others are somebody else's problem.
    pub(super) fn known(&self, refs: &[ZoneRef]) -> BTreeSet<ZoneId> {
        refs.iter().filter_map(|zone| self.find(zone)).map(|zone| zone.id.clone()).collect()
    }

    /// The zone that is meant.
    pub(super) fn find(&self, wanted: &ZoneRef) -> Option<&'a Zone> {
        self.zones.iter().copied().find(|zone| match wanted {
            ZoneRef::Id(id) => *id == zone.id,
            ZoneRef::Name(name) => *name == zone.name,
        })
    }

    /// The zones that the user listed, each of which must be usable.
    pub(super) fn listed(&mut self, key: &str, tier: Tier, refs: &[ZoneRef]) -> Vec<&'a Zone> {
        let zones = self.resolve(key, refs);
        let mut usable = Vec::new();
        for (index, zone) in zones {
            match self.unusable(tier, zone) {
                None => usable.push(zone),
                Some(problem) => self.problems.push(problem.at(format!("{key}[{index}]"))),
            }
        }
        usable
    }

    /// Finds the zones of a list, each with its place in the list, and tells which are not there or
    /// there twice.
    pub(super) fn resolve(&mut self, key: &str, refs: &[ZoneRef]) -> Vec<(usize, &'a Zone)> {
        let mut found: Vec<(usize, &'a Zone)> = Vec::new();
        for (index, wanted) in refs.iter().enumerate() {
            let key = format!("{key}[{index}]");
            match self.find(wanted) {
                None => self.problems.push(self.unknown(wanted).at(key)),
                Some(zone) => match found.iter().find(|(_, other)| other.id == zone.id) {
                    None => found.push((index, zone)),
                    Some((first, _)) => {
                        let message = format!("{wanted} is the same zone as entry {} of the list", first + 1);
                        self.problems.push(Problem::new(Code::Duplicate, message).at(key).help("take one of them out"));
                    }
                },
            }
        }
        found
    }

    /// So many zones: those with a subnet of the tier, then by each preference, then the lowest ids.
    pub(super) fn counted(
        &mut self,
        key: &str,
        tier: Tier,
        count: u8,
        preferences: [&BTreeSet<ZoneId>; 2],
    ) -> Vec<&'a Zone> {
        let standing = self.deployed(tier);
        let rank = |zone: &&Zone| [&standing, preferences[0], preferences[1]].map(|set| !set.contains(&zone.id));
        let mut candidates: Vec<&Zone> = self
            .zones
            .iter()
            .copied()
            .filter(|zone| {
                standing.contains(&zone.id) || (self.unusable(tier, zone).is_none() && fargate_runs(&zone.id))
            })
            .collect();
        candidates.sort_by_key(rank);
        if candidates.len() < usize::from(count) {
            let message = format!("{count} zones are wanted, and {} can be used", candidates.len());
            let usable: Vec<String> = candidates.iter().map(|zone| label(zone)).collect();
            let help = if usable.is_empty() { "no zone can be used".to_owned() } else { list("usable zones", &usable) };
            self.problems.push(Problem::new(Code::ZoneUnavailable, message).at(key).help(help));
        }
        candidates.truncate(usize::from(count));
        candidates
    }

    /// Why a new subnet cannot be in a zone. One that stands is left in peace: AWS may report its zone
    /// as impaired, which is no reason to delete it.
    fn unusable(&self, tier: Tier, zone: &Zone) -> Option<Problem> {
        if zone.id.number() > LAST_ZONE_NUMBER {
            let message = format!("zone {} has no place in the address plan", label(zone));
            let cause = format!("the plan has room for the zones 1 to {LAST_ZONE_NUMBER} of a Region");
            return Some(Problem::new(Code::SubnetsDoNotFit, message).because(cause).help("use another zone"));
        }
        if zone.available || self.has(&names::subnet(tier, &zone.id)) {
            return None;
        }
        let message = format!("zone {} is not available at present", label(zone));
        Some(Problem::new(Code::ZoneUnavailable, message).help(self.available()))
    }

    fn unknown(&self, wanted: &ZoneRef) -> Problem {
        Problem::new(Code::ZoneUnavailable, format!("there is no zone {wanted} in this account and Region"))
            .help(self.available())
    }

    fn available(&self) -> String {
        let zones: Vec<String> = self.zones.iter().filter(|zone| zone.available).map(|zone| label(zone)).collect();
        list("available zones", &zones)
    }
}

/// `us-west-2a (usw2-az1)`.
fn label(zone: &Zone) -> String {
    format!("{} ({})", zone.name, zone.id)
}

fn list(what: &str, items: &[String]) -> String {
    format!("{what}: {}", items.join(", "))
}
