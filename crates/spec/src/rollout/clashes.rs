//! Targets that would overwrite what another one makes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use groundwork_model::problem::Problem;
use groundwork_model::spec::{Cluster, Network, Role, Spec};
use groundwork_model::{AccountId, Code, Region};

use super::Complete;
use super::told::{Told, list};

/// Something that only one target can manage.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Thing<'a> {
    Stack { account: &'a AccountId, region: &'a Region, name: &'a str },
    Cluster { account: &'a AccountId, region: &'a Region, name: &'a str },
    RunEnvironment { api: &'a str, group: Option<String>, name: &'a str },
}

impl fmt::Display for Thing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stack { name, .. } => write!(f, "manage the same stack, {name}"),
            Self::Cluster { name, .. } => write!(f, "manage the same cluster, {name}"),
            Self::RunEnvironment { name, .. } => write!(f, "save the same Run Environment, {name:?}"),
        }
    }
}

/// What names derive from by default.
const ENVIRONMENT_NAME: &str = "environment.name";

const RUN_ENVIRONMENT: &str = "cloudreactor.run_environment";

/// Tells which targets clash. Names that derive from the same one make one problem.
pub(super) fn check(targets: &[Complete], told: &mut Told) {
    let mut things: BTreeMap<Thing<'_>, Vec<(usize, &'static str)>> = BTreeMap::new();
    let mut names = BTreeSet::new();
    for (index, complete) in targets.iter().enumerate() {
        if !names.insert(&complete.target.name) {
            // That it has the name of another one is told, and says enough.
            continue;
        }
        for (thing, key) in things_of(&complete.target.account, &complete.target.spec) {
            things.entry(thing).or_default().push((index, key));
        }
    }
    let mut seen = BTreeSet::new();
    for (thing, several) in &things {
        let [_, (later, key), ..] = several[..] else { continue };
        let later = &targets[later];
        let given_by = given_by(key, later);
        let several: Vec<usize> = several.iter().map(|(index, _)| *index).collect();
        if seen.insert((several.clone(), given_by.clone())) {
            let names: Vec<String> =
                several.iter().map(|index| format!("\"{}\"", targets[*index].target.name)).collect();
            // Another name of the environment mends all that derives from it. A Run Environment has a key of its own.
            let to_set = if given_by == ENVIRONMENT_NAME && key != RUN_ENVIRONMENT { ENVIRONMENT_NAME } else { key };
            told.add(&later.places, None, vec![problem(thing, &names, to_set).at(given_by)]);
        }
    }
}

/// The key that a name comes from.
fn given_by(key: &str, complete: &Complete) -> String {
    let name = complete.target.name.as_str();
    if complete.places.has(key) {
        key.to_owned()
    } else if key == RUN_ENVIRONMENT && complete.target.spec.cloudreactor.run_environment.as_str() == name {
        complete.places.merged().own().map_or_else(String::new, |own| format!("{}.name", own.at))
    } else {
        ENVIRONMENT_NAME.to_owned()
    }
}

fn problem(thing: &Thing<'_>, names: &[String], key: &str) -> Problem {
    let problem = Problem::new(Code::Duplicate, format!("targets {} would {thing}", list(names)));
    let problem = match thing {
        Thing::Stack { account, region, .. } | Thing::Cluster { account, region, .. } => {
            problem.because(format!("they are in the same account and Region, {account} and {region}"))
        }
        Thing::RunEnvironment { .. } => problem,
    };
    let others = if names.len() == 2 { "one" } else { "all but one" };
    problem.help(format!("set {key} in {others} of them"))
}

/// What a target would manage, each with the key that names it.
fn things_of<'a>(account: &'a AccountId, spec: &'a Spec) -> Vec<(Thing<'a>, &'static str)> {
    let region = &spec.environment.region;
    let stack = |name: &'a str| Thing::Stack { account, region, name };
    let site = &spec.cloudreactor;
    let mut things = Vec::new();
    if let Role::Create(role) = &spec.role {
        things.push((stack(role.stack_name.as_str()), "role.stack_name"));
    }
    if let Network::Create(network) = &spec.network {
        things.push((stack(network.stack_name.as_str()), "network.stack_name"));
    }
    if let Cluster::Create(cluster) = &spec.cluster {
        things.push((stack(cluster.stack_name.as_str()), "cluster.stack_name"));
        things.push((Thing::Cluster { account, region, name: cluster.name.as_str() }, "cluster.name"));
    }
    let group = site.group.as_ref().map(ToString::to_string);
    let (api, name) = (site.api_base_url.as_str(), site.run_environment.as_str());
    things.push((Thing::RunEnvironment { api, group, name }, RUN_ENVIRONMENT));
    things
}
