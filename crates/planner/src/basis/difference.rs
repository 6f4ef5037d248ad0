//! What has changed between two pictures of the world, in words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use groundwork_model::basis::{Basis, CloudReactorBasis, ClusterBasis, Digest, StackBasis};

/// Every difference, in words that name the thing and the field and show no value that may be secret.
/// Both have to be made with the same key.
pub fn differences(then: &Basis, now: &Basis) -> Vec<String> {
    let Basis { account, region, key: _, zones, stacks, network, cluster, cloudreactor } = then;
    let mut found = Vec::new();
    moved(&mut found, "the account", account, &now.account);
    moved(&mut found, "the Region", region, &now.region);
    found.extend(changed("zone", zones, &now.zones));
    let names: BTreeSet<_> = stacks.keys().chain(now.stacks.keys()).collect();
    for name in names {
        let (then, now) = (stacks.get(name).and_then(Option::as_ref), now.stacks.get(name).and_then(Option::as_ref));
        found.extend(stack(then, now).into_iter().map(|what| format!("stack {name}: {what}")));
    }
    found.extend(changed("network:", network, &now.network));
    found.extend(self::cluster(cluster.as_ref(), now.cluster.as_ref()));
    found.extend(self::cloudreactor(cloudreactor, &now.cloudreactor));
    found
}

fn moved(found: &mut Vec<String>, what: &str, then: &(impl Display + PartialEq), now: &(impl Display + PartialEq)) {
    let (then, now) = (then.to_string(), now.to_string());
    if then != now {
        found.push(format!("{what} was {then}, and is {now}"));
    }
}

/// The entries that came, went or changed.
fn changed<K: Ord + Display>(what: &str, then: &BTreeMap<K, Digest>, now: &BTreeMap<K, Digest>) -> Vec<String> {
    let keys: BTreeSet<&K> = then.keys().chain(now.keys()).collect();
    let fate = |key: &K| match (then.get(key), now.get(key)) {
        (Some(then), Some(now)) if then == now => None,
        (Some(_), Some(_)) => Some("has changed"),
        (Some(_), None) => Some("is gone"),
        (None, _) => Some("is new"),
    };
    keys.into_iter().filter_map(|key| Some(format!("{what} {key} {}", fate(key)?))).collect()
}

fn stack(then: Option<&StackBasis>, now: Option<&StackBasis>) -> Vec<String> {
    let (then, now) = match (then, now) {
        (Some(then), Some(now)) => (then, now),
        (None, None) => return Vec::new(),
        (None, Some(now)) => return vec![format!("it did not exist, and is in {}", now.status)],
        (Some(_), None) => return vec!["it is gone".to_owned()],
    };
    if then.id != now.id {
        return vec!["it is another one of the same name: it was deleted and made again".to_owned()];
    }
    let StackBasis { id: _, status, updated, last_event, template, parameters, tags, outputs, termination_protection } =
        then;
    let mut found = Vec::new();
    moved(&mut found, "status", status, &now.status);
    let time = |time: &Option<String>| time.clone().unwrap_or_else(|| "unknown".to_owned());
    moved(&mut found, "last update", &time(updated), &time(&now.updated));
    if *last_event != now.last_event {
        found.push("it has newer events".to_owned());
    }
    if *template != now.template {
        found.push("template has changed".to_owned());
    }
    found.extend(changed("parameter", parameters, &now.parameters));
    found.extend(changed("tag", tags, &now.tags));
    found.extend(changed("output", outputs, &now.outputs));
    if *termination_protection != now.termination_protection {
        let switched = if now.termination_protection { "on" } else { "off" };
        found.push(format!("termination protection was switched {switched}"));
    }
    found
}

fn cluster(then: Option<&ClusterBasis>, now: Option<&ClusterBasis>) -> Vec<String> {
    let mut found = Vec::new();
    match (then, now) {
        (None, None) => {}
        (None, Some(now)) => found.push(format!("cluster {} did not exist, and exists", now.arn.last_segment())),
        (Some(then), None) => found.push(format!("cluster {} is gone", then.arn.last_segment())),
        (Some(then), Some(now)) => {
            moved(&mut found, "the cluster", &then.arn, &now.arn);
            if then.capacity_providers != now.capacity_providers {
                found.push(format!("cluster {}: capacity providers have changed", now.arn.last_segment()));
            }
            if then.stack != now.stack {
                found.push(format!("cluster {} belongs to another stack", now.arn.last_segment()));
            }
        }
    }
    found
}

fn cloudreactor(then: &CloudReactorBasis, now: &CloudReactorBasis) -> Vec<String> {
    let mut found = Vec::new();
    moved(&mut found, "the CloudReactor group", &then.group, &now.group);
    match (&then.run_environment, &now.run_environment) {
        (None, None) => {}
        (None, Some(_)) => found.push("the Run Environment did not exist, and exists".to_owned()),
        (Some(_), None) => found.push("the Run Environment is gone".to_owned()),
        (Some(then), Some(now)) if then != now => {
            found.push("the Run Environment is another one of the same name".to_owned());
        }
        (Some(_), Some(_)) => found.extend(changed("Run Environment: field", &then.fields, &now.fields)),
    }
    found
}
