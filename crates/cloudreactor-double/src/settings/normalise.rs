//! What happens to the stored blocks at each save: names become ARNs, links are computed, unset fields
//! become null. A block that is not valid stays as it is, and with it those that come after it.

use serde_json::{Map, Value};

use crate::settings::links;
use crate::settings::schema::{AWS, ECS, LAMBDA};
use crate::settings::validate::{self, set, text};
use crate::state::Blocks;

/// Works over the stored blocks. Nothing in here can fail a request.
pub(crate) fn save(blocks: &mut Blocks) {
    if let Some(stored) = &blocks.aws {
        let Some(valid) = validate::block(AWS, stored) else { return };
        blocks.aws = Some(Value::Object(aws(valid)));
    }
    if let Some(stored) = &blocks.ecs {
        let Some(valid) = validate::block(ECS, stored) else { return };
        blocks.ecs = Some(Value::Object(ecs(valid, &Place::of(blocks.aws.as_ref()))));
    }
    if let Some(valid) = blocks.lambda.as_ref().and_then(|stored| validate::block(LAMBDA, stored)) {
        blocks.lambda = Some(Value::Object(valid));
    }
}

/// The account and Region that names are completed with. The partition always is `aws`.
struct Place {
    account: Option<String>,
    region: Option<String>,
}

impl Place {
    fn of(aws: Option<&Value>) -> Self {
        let field = |name| aws.and_then(Value::as_object).and_then(|block| text(block, name)).map(ToOwned::to_owned);
        Self { account: field("account_id"), region: field("region") }
    }

    fn both(&self) -> Option<(&str, &str)> {
        self.account.as_deref().zip(self.region.as_deref())
    }

    fn role(&self, name: &str) -> Option<String> {
        self.account.as_ref().map(|account| format!("arn:aws:iam::{account}:role/{name}"))
    }
}

fn aws(mut block: Map<String, Value>) -> Map<String, Value> {
    let place = Place::of(Some(&Value::Object(block.clone())));
    expand(&mut block, "events_role_arn", |name| place.role(name));
    expand(&mut block, "execution_role_arn", |name| place.role(name));
    expand(&mut block, "workflow_starter_lambda_arn", |name| {
        place.both().map(|(account, region)| format!("arn:aws:lambda:{region}:{account}:function:{name}"))
    });
    link(&mut block, "events_role_arn", "events_role_infrastructure_website_url", links::role);
    link(&mut block, "execution_role_arn", "execution_role_infrastructure_website_url", links::role);
    let starter_link = "workflow_starter_lambda_infrastructure_website_url";
    link(&mut block, "workflow_starter_lambda_arn", starter_link, links::lambda);
    let region = place.region.as_deref();
    if let Some(network) = block.get_mut("network").and_then(Value::as_object_mut) {
        links::network(network, region);
    }
    if let Some(logging) = block.get_mut("logging").and_then(Value::as_object_mut) {
        links::logging(logging, region);
    }
    block
}

fn ecs(mut block: Map<String, Value>, place: &Place) -> Map<String, Value> {
    if let Some((account, region)) = place.both() {
        expand(&mut block, "cluster_arn", |name| Some(format!("arn:aws:ecs:{region}:{account}:cluster/{name}")));
        expand(&mut block, "execution_role_arn", |name| place.role(name));
        expand(&mut block, "task_role_arn", |name| place.role(name));
    }
    link(&mut block, "cluster_arn", "cluster_infrastructure_website_url", links::cluster);
    link(&mut block, "execution_role_arn", "execution_role_infrastructure_website_url", links::role);
    link(&mut block, "task_role_arn", "task_role_infrastructure_website_url", links::role);
    let definition = links::task_definition;
    link(&mut block, "task_definition_arn", "task_definition_infrastructure_website_url", definition);
    link(&mut block, "task_definition_arn", "infrastructure_website_url", definition);
    block
}

/// Makes an ARN of a name, unless it is one already or something for it is missing.
fn expand(block: &mut Map<String, Value>, field: &str, arn: impl Fn(&str) -> Option<String>) {
    let expanded = text(block, field).filter(|value| !value.starts_with("arn:")).and_then(arn);
    if expanded.is_some() {
        set(block, field, expanded);
    }
}

fn link(block: &mut Map<String, Value>, of: &str, field: &str, page: fn(Option<&str>) -> Option<String>) {
    let link = page(text(block, of));
    set(block, field, link);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn saved(aws: Value, ecs: Value) -> (Value, Value) {
        let mut blocks = Blocks { aws: Some(aws), ecs: Some(ecs), lambda: None };
        save(&mut blocks);
        (blocks.aws.expect("kept"), blocks.ecs.expect("kept"))
    }

    #[test]
    fn names_become_arns() {
        let (aws, ecs) = saved(
            json!({"account_id": "1", "region": "us-west-2", "events_role_arn": "r",
                   "workflow_starter_lambda_arn": "f", "execution_role_arn": "arn:aws-us-gov:iam::1:role/x"}),
            json!({"cluster_arn": "c", "task_role_arn": "t"}),
        );
        assert_eq!(aws["events_role_arn"], "arn:aws:iam::1:role/r");
        assert_eq!(aws["workflow_starter_lambda_arn"], "arn:aws:lambda:us-west-2:1:function:f");
        assert_eq!(aws["execution_role_arn"], "arn:aws-us-gov:iam::1:role/x");
        assert_eq!(ecs["cluster_arn"], "arn:aws:ecs:us-west-2:1:cluster/c");
        assert_eq!(ecs["task_role_arn"], "arn:aws:iam::1:role/t");
    }

    #[test]
    fn without_a_region_of_its_own_the_aws_block_completes_no_ecs_name() {
        let (aws, ecs) = saved(
            json!({"account_id": "1", "events_role_arn": "r", "network": {"region": "us-west-2"}}),
            json!({"cluster_arn": "c", "execution_role_arn": "x"}),
        );
        assert_eq!(aws["events_role_arn"], "arn:aws:iam::1:role/r");
        assert_eq!((&ecs["cluster_arn"], &ecs["execution_role_arn"]), (&json!("c"), &json!("x")));
        assert_eq!(ecs["cluster_infrastructure_website_url"], Value::Null);
    }

    #[test]
    fn a_bad_block_stays_raw_and_stops_the_next() {
        let bad = json!({"account_id": 1, "unknown": "kept"});
        let good = json!({"cluster_arn": "c"});
        assert_eq!(saved(bad.clone(), good.clone()), (bad, good));
        let (aws, ecs) = saved(json!({"region": "us-west-2", "unknown": 1}), json!({"launch_type": "SPOT"}));
        assert_eq!((aws.get("unknown"), &aws["account_id"]), (None, &Value::Null));
        assert_eq!(ecs, json!({"launch_type": "SPOT"}));
    }
}
