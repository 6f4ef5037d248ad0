//! What a plan was made from, as digests, and how two such pictures of the world differ.
//!
//! Values stand in a basis as keyed digests only: a saved plan travels through pipelines and pull
//! requests, and a parameter or a setting may be a secret. What differs is named, never shown.

mod difference;

use std::collections::BTreeMap;

use groundwork_model::Secret;
use groundwork_model::basis::{Basis, CloudReactorBasis, ClusterBasis, Digest, StackBasis};
use groundwork_model::run_environment::Settings;
use groundwork_model::spec::Spec;
use groundwork_model::world::{Cluster, ExistingNetworkState, Observed, ObservedParameter, Stack, World, Zone};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::digest::hex;
use crate::run_environment::merge::cleaned;

pub use difference::differences;

/// Takes a picture of a world. The key is random and new for every plan: see [`Basis::key`].
pub fn basis(spec: &Spec, world: &World, key: &str) -> Basis {
    let digests = Digests { key };
    let stack = |stack: &Observed<Stack>| stack.present().map(|stack| digests.stack(stack));
    Basis {
        account: world.caller.account.clone(),
        region: spec.environment.region.clone(),
        key: key.to_owned(),
        zones: world.zones.iter().map(|zone| (zone.id.clone(), digests.zone(zone))).collect(),
        stacks: world.stacks.iter().map(|(name, observed)| (name.clone(), stack(observed))).collect(),
        network: world.network.as_ref().map(|network| digests.network(network)).unwrap_or_default(),
        cluster: world.cluster.present().map(|cluster| digests.cluster(cluster)),
        cloudreactor: digests.cloudreactor(world),
    }
}

/// The digest of a text that is not shown.
pub(crate) fn keyed(text: &str, key: &str) -> Digest {
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
    Digest(hex(mac.chain_update(text).finalize().into_bytes()))
}

struct Digests<'a> {
    key: &'a str,
}

impl Digests<'_> {
    fn text(&self, text: &str) -> Digest {
        keyed(text, self.key)
    }

    fn json(&self, value: &impl Serialize) -> Digest {
        self.text(&json!(value).to_string())
    }

    fn zone(&self, zone: &Zone) -> Digest {
        self.json(zone)
    }

    fn stack(&self, stack: &Stack) -> StackBasis {
        let texts =
            |texts: &BTreeMap<String, String>| texts.iter().map(|(key, text)| (key.clone(), self.text(text))).collect();
        StackBasis {
            id: stack.id.clone(),
            status: stack.phase.status(),
            updated: stack.updated.clone(),
            last_event: stack.last_event.clone(),
            template: stack.template.as_deref().map(|template| self.text(template)),
            parameters: stack.parameters.iter().map(|(key, value)| (key.clone(), self.parameter(value))).collect(),
            tags: texts(&stack.tags),
            outputs: stack.outputs.iter().map(|(key, text)| (key.clone(), self.text(text))).collect(),
            termination_protection: stack.termination_protection,
        }
    }

    /// The kind is part of it: a value that AWS begins to mask is another one to us.
    fn parameter(&self, value: &ObservedParameter) -> Digest {
        match value {
            ObservedParameter::Plain(text) => self.text(&format!("plain:{text}")),
            ObservedParameter::Secret(secret) => self.secret(secret),
            ObservedParameter::Masked => self.text("masked"),
        }
    }

    fn secret(&self, secret: &Secret) -> Digest {
        self.text(&format!("secret:{}", secret.expose()))
    }

    /// The parts of a network by id. How many addresses a subnet has left changes with every task that
    /// runs in it, and is left out.
    fn network(&self, network: &ExistingNetworkState) -> BTreeMap<String, Digest> {
        let ExistingNetworkState { vpcs, named_vpc, subnets, security_groups, route_tables, nat_gateways, endpoints } =
            network;
        let mut parts = BTreeMap::new();
        parts.extend(self.parts(vpcs));
        parts.extend(self.parts(subnets));
        parts.extend(self.parts(security_groups));
        parts.extend(self.parts(route_tables));
        parts.extend(self.parts(nat_gateways));
        parts.extend(self.parts(endpoints));
        if let Some(vpc) = named_vpc {
            parts.insert("network.vpc".to_owned(), self.text(vpc.as_str()));
        }
        for (key, list) in [("network.subnets", ids(subnets)), ("network.security_groups", ids(security_groups))] {
            parts.insert(key.to_owned(), self.json(&list));
        }
        parts
    }

    fn parts<T: Serialize>(&self, things: &[T]) -> Vec<(String, Digest)> {
        let part = |thing: &T| {
            let mut value = json!(thing);
            if let Value::Object(fields) = &mut value {
                fields.shift_remove("free_addresses");
            }
            (id_of(&value), self.json(&value))
        };
        things.iter().map(part).collect()
    }

    fn cluster(&self, cluster: &Cluster) -> ClusterBasis {
        ClusterBasis {
            arn: cluster.arn.clone(),
            capacity_providers: self.json(&(&cluster.capacity_providers, &cluster.default_strategy)),
            stack: cluster.stack.clone(),
        }
    }

    fn cloudreactor(&self, world: &World) -> CloudReactorBasis {
        let environment = world.cloudreactor.run_environment.present();
        let mut fields = BTreeMap::new();
        if let Some(environment) = environment {
            self.settings("aws", &environment.aws, &mut fields);
            self.settings("ecs", &environment.ecs, &mut fields);
        }
        CloudReactorBasis {
            group: world.cloudreactor.group.id,
            run_environment: environment.map(|environment| environment.uuid.clone()),
            fields,
        }
    }

    /// CloudReactor's own derivations are left out, as they are of every comparison.
    fn settings(&self, block: &str, settings: &Settings, fields: &mut BTreeMap<String, Digest>) {
        self.leaves(block, &cleaned(&settings.0), fields);
    }

    fn leaves(&self, path: &str, object: &Map<String, Value>, fields: &mut BTreeMap<String, Digest>) {
        for (key, value) in object {
            let path = format!("{path}.{key}");
            match value {
                Value::Object(inner) => self.leaves(&path, inner, fields),
                leaf => {
                    fields.insert(path, self.json(leaf));
                }
            }
        }
    }
}

fn ids<T: Serialize>(things: &[T]) -> Vec<String> {
    things.iter().map(|thing| id_of(&json!(thing))).collect()
}

fn id_of(thing: &Value) -> String {
    thing.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
}
