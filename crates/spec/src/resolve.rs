//! From keys as they were written to a spec: defaults, and the rules that hold between keys.
//!
//! A rule is checked only where the keys that it is about are sound, so that one mistake makes one
//! problem.

mod cloudreactor;
mod cluster;
mod drift;
mod network;
mod policy;
mod role;
mod stacks;
mod ways_out;

use groundwork_model::problem::Problem;
use groundwork_model::spec::{Adoption, Environment, Spec};
use groundwork_model::{AccountId, Code, EnvironmentName, Region, RunEnvironmentName, StackName};

use crate::raw::{EnvironmentSection, SpecSection};
use crate::read::{Field, Flag, Section};
use crate::text::Text;
use crate::word::{OneOf, Word};

pub(crate) use role::arn_is_in;

/// The environment as far as it is known.
struct Known {
    /// Its name; where it is missing, a stand-in that lets the other rules be checked.
    name: EnvironmentName,
    region: Option<Region>,
    account_id: Option<AccountId>,
    /// The Run Environment's default name.
    run_environment: RunEnvironmentName,
}

impl Known {
    /// The default name of a stack.
    fn stack_name(&self, ending: &str) -> StackName {
        format!("CloudReactor-{}{ending}", self.name)
            .parse()
            .expect("an environment's name and a word make a stack name")
    }
}

/// Makes a spec. `None` or added problems mean that there is none. `run_environment` is the Run
/// Environment's default name, if that is not the environment's.
pub(crate) fn resolve(
    raw: SpecSection,
    run_environment: Option<RunEnvironmentName>,
    problems: &mut Vec<Problem>,
) -> Option<Spec> {
    if matches!(raw.version, Field::Broken) && keep_version_problem(problems) {
        return None;
    }
    if raw.version.is_absent() {
        problems.push(missing("version", "the spec's format has a version: begin with version = 1"));
    }
    without_targets("rollout", raw.rollout.is_absent(), problems);
    without_targets("wave", raw.wave.is_absent(), problems);
    let known = environment(raw.environment.given().unwrap_or_default(), run_environment, problems);
    let role = raw.role.given().unwrap_or_default();
    let network = raw.network.given().unwrap_or_default();
    let cluster = raw.cluster.given().unwrap_or_default();
    stacks::check(&stacks::Named::all(&role, &network, &cluster, &known), problems);
    let site = cloudreactor::resolve(raw.cloudreactor.given().unwrap_or_default(), &known, problems);
    let role = role::resolve(role, &known, site.domain_suffix, problems);
    let network = network::resolve(network, &known, problems);
    let cluster = cluster::resolve(cluster, &known, problems);
    let policy = policy::resolve(raw.policy.given().unwrap_or_default(), problems);
    let drift = drift::resolve(raw.drift.given().unwrap_or_default(), problems);
    Some(Spec {
        environment: Environment { name: known.name, region: known.region?, account_id: known.account_id },
        tags: raw.tags.given().unwrap_or_default().0,
        role: role?,
        network: network?,
        cluster: cluster?,
        cloudreactor: site.cloudreactor,
        policy,
        drift,
    })
}

/// Whether a problem is that the spec has a version that is not ours.
pub(crate) fn is_version(problem: &Problem) -> bool {
    problem.key.as_deref() == Some("version") && problem.code == Code::InvalidValue
}

/// In another version other keys may be right: if the version is not ours, nothing else counts.
fn keep_version_problem(problems: &mut Vec<Problem>) -> bool {
    let other_version = problems.iter().any(is_version);
    if other_version {
        problems.retain(is_version);
    }
    other_version
}

/// A table that says something of targets, in a spec that has none.
fn without_targets(table: &str, absent: bool, problems: &mut Vec<Problem>) {
    if !absent {
        let problem =
            Problem::new(Code::KeyOutOfPlace, format!("{table} is for specs with targets, and there are none"));
        problems.push(problem.at(table).help("add a [[target]], or take it out"));
    }
}

fn environment(
    section: EnvironmentSection,
    run_environment: Option<RunEnvironmentName>,
    problems: &mut Vec<Problem>,
) -> Known {
    if section.name.is_absent() {
        problems.push(missing("environment.name", "for example name = \"staging\""));
    }
    if section.region.is_absent() {
        problems.push(missing("environment.region", "for example region = \"us-west-2\""));
    }
    let stand_in = || "Nameless".parse().expect("letters are an environment's name");
    let name = section.name.given().map_or_else(stand_in, |Text(name)| name);
    let same_name = || name.as_str().parse().expect("an environment's name is a Run Environment's name");
    Known {
        run_environment: run_environment.unwrap_or_else(same_name),
        name,
        region: section.region.given().map(|Text(region)| region),
        account_id: section.account_id.given().map(|Text(account)| account),
    }
}

/// A key that is needed.
pub(crate) fn missing(key: &str, help: &str) -> Problem {
    Problem::new(Code::MissingKey, format!("{key} is missing")).at(key).help(help)
}

/// The mode of a section, `fallback` where it is not set; `None` where it is broken.
fn mode<T: Word>(field: &Field<OneOf<T>>, fallback: T) -> Option<T> {
    match field {
        Field::Absent => Some(fallback),
        Field::Broken => None,
        Field::Given(OneOf(mode)) => Some(*mode),
    }
}

/// Tells which keys of a section do not go with its mode.
fn check_mode<S: Section, T: Word>(name: &str, section: &S, mode: T, problems: &mut Vec<Problem>) {
    let word = OneOf::word(mode);
    let chosen = if section.given().contains(&"mode") { "" } else { ", the default" };
    for key in S::KEYS.iter().filter(|key| section.given().contains(&key.name)) {
        if let Some(wanted) = key.mode.filter(|wanted| *wanted != word) {
            let message = format!("{name}.{} does not go with mode = {word:?}{chosen}", key.name);
            problems.push(
                Problem::new(Code::KeyOutOfPlace, message)
                    .at(format!("{name}.{}", key.name))
                    .help(format!("set mode = {wanted:?} in [{name}], or take the key out")),
            );
        }
    }
}

/// A name of a stack, or its default.
fn stack_name(field: &Field<Text<StackName>>, default: StackName) -> StackName {
    match field {
        Field::Given(Text(name)) => name.clone(),
        Field::Absent | Field::Broken => default,
    }
}

fn adoption(field: Field<Flag>) -> Adoption {
    match field {
        Field::Given(Flag(true)) => Adoption::Adopt,
        Field::Given(Flag(false)) | Field::Absent | Field::Broken => Adoption::Refuse,
    }
}
