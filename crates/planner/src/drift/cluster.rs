//! The cluster: one of ours as its stack has it; of one that is only referred to, what groundwork itself wants of it.

use groundwork_model::drift::{ComponentDrift, Object};
use groundwork_model::plan::{Component, Shown, Subject};
use groundwork_model::world::{Cluster, Observed};
use serde_json::{Value, json};

use super::deployed::Deployed;
use super::thing::Thing;
use super::{Live, Read, empty, noted, remedy};
use crate::cluster::FARGATE;
use crate::diff::{self, Resource};

const CLUSTER: &str = "AWS::ECS::Cluster";

/// Looks at the cluster of a stack.
pub(super) fn look<'a>(deployed: &'a Deployed, live: &Read<Observed<Cluster>>) -> Vec<Thing<'a>> {
    let looked = |mut thing: Thing<'a>| {
        match noted(live, &mut thing.problems) {
            None => {}
            Some(Observed::Absent) => thing.gone(None),
            Some(Observed::Present(cluster)) => of_stack(&mut thing, cluster),
        }
        thing
    };
    deployed.things(CLUSTER).map(looked).collect()
}

fn of_stack(thing: &mut Thing<'_>, cluster: &Cluster) {
    let back = Some(providers(thing.declared, cluster));
    thing.set("CapacityProviders", cluster.capacity_providers.clone(), |_| back.clone());
    let declared = strategy(thing.declared.properties.get("DefaultCapacityProviderStrategy").unwrap_or(&Value::Null));
    let actual = cluster
        .default_strategy
        .iter()
        .map(|item| json!({ "CapacityProvider": item.provider, "Weight": item.weight, "Base": item.base }));
    let actual = strategy(&diff::normal("", &actual.collect()));
    thing.value("DefaultCapacityProviderStrategy", &declared, &actual, back);
    let insights = cluster.container_insights.as_deref();
    let actual = insights.map_or(json!([]), |value| json!([{ "Name": "containerInsights", "Value": value }]));
    let declared = thing.declared.properties.get("ClusterSettings").and_then(|settings| settings[0]["Value"].as_str());
    let back = format!(
        "aws ecs update-cluster-settings --cluster {} --settings name=containerInsights,value={}",
        cluster.name,
        declared.unwrap_or("disabled")
    );
    thing.property("ClusterSettings", &actual, Some(back));
}

/// A strategy in its one form: an item without a base has the base 0, and the order means nothing.
fn strategy(items: &Value) -> Value {
    let mut items: Vec<Value> = items.as_array().cloned().unwrap_or_default();
    for item in items.iter_mut().filter_map(Value::as_object_mut) {
        item.retain(|name, value| name != "Base" || value != "0");
    }
    items.sort_by_key(|item| item["CapacityProvider"].to_string());
    items.into()
}

/// The call replaces both lists.
fn providers(declared: &Resource, cluster: &Cluster) -> String {
    let property = |name: &str| declared.properties.get(name).and_then(Value::as_array).into_iter().flatten();
    let providers: Vec<&str> = property("CapacityProviders").filter_map(Value::as_str).collect();
    let word = |item: &Value, name: &str| item[name].as_str().unwrap_or("0").to_owned();
    let strategy: Vec<String> = property("DefaultCapacityProviderStrategy")
        .map(|item| {
            let (provider, weight, base) = (word(item, "CapacityProvider"), word(item, "Weight"), word(item, "Base"));
            format!("capacityProvider={provider},weight={weight},base={base}")
        })
        .collect();
    format!(
        "aws ecs put-cluster-capacity-providers --cluster {} --capacity-providers {} \
         --default-capacity-provider-strategy {}",
        cluster.name,
        providers.join(" "),
        strategy.join(" ")
    )
}

/// A cluster that somebody else keeps: only that it runs Fargate tasks is groundwork's affair, and apply sees to it.
pub(super) fn referred(live: &Live) -> ComponentDrift {
    let mut problems = Vec::new();
    let found = noted(&live.cluster, &mut problems).and_then(Observed::present);
    // That it is not there is told by the plan.
    let Some(cluster) = found else {
        return ComponentDrift { problems, ..empty(Component::Cluster, Subject::None) };
    };
    let nothing = Resource { kind: CLUSTER.to_owned(), properties: Default::default(), attributes: Default::default() };
    let object = Object { physical_id: Some(cluster.name.to_string()), ..Object::WHOLE };
    let mut thing = Thing::new(object, &nothing);
    for provider in FARGATE {
        if !cluster.capacity_providers.iter().any(|own| own == provider) {
            let field = format!("CapacityProviders[{provider}]");
            thing.differs(field, Shown::Json(json!(provider)), Shown::Absent, Some(remedy::APPLY.to_owned()));
        }
    }
    ComponentDrift {
        compared: 1,
        differences: thing.differences,
        ..empty(Component::Cluster, Subject::Cluster(cluster.name.clone()))
    }
}
