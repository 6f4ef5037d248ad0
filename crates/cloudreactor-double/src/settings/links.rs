//! The links into AWS's console that the server computes at each save.
//!
//! Those of CloudWatch Logs are a guess: their exact form was not observed.

use serde_json::{Map, Value, json};

use crate::settings::validate::{set, text};

/// The page of an IAM role.
pub(crate) fn role(arn: Option<&str>) -> Option<String> {
    let name = arn.filter(|arn| arn.starts_with("arn:"))?.rsplit('/').next()?;
    Some(format!("https://console.aws.amazon.com/iam/home#/roles/{}", quoted(name)))
}

/// The page of a Lambda function.
pub(crate) fn lambda(arn: Option<&str>) -> Option<String> {
    let mut parts = arn?.strip_prefix("arn:aws:lambda:")?.split(':');
    let region = quoted(parts.next()?);
    let name = quoted(parts.nth(2)?);
    Some(format!("https://{region}.console.aws.amazon.com/lambda/home?region={region}#/functions/{name}"))
}

/// The page of a cluster's tasks.
pub(crate) fn cluster(arn: Option<&str>) -> Option<String> {
    let (region, resource) = region_and_resource(arn?)?;
    let name = quoted(resource.strip_prefix("cluster/")?);
    Some(format!("https://{region}.console.aws.amazon.com/ecs/home?region={region}#/clusters/{name}/tasks"))
}

/// The page of a revision of a task definition.
pub(crate) fn task_definition(arn: Option<&str>) -> Option<String> {
    let (region, resource) = region_and_resource(arn?)?;
    let (name, revision) = resource.strip_prefix("task-definition/")?.split_once(':')?;
    let (name, revision) = (quoted(name), quoted(revision));
    Some(format!("https://{region}.console.aws.amazon.com/ecs/home?region={region}#/taskDefinitions/{name}/{revision}"))
}

fn region_and_resource(arn: &str) -> Option<(String, &str)> {
    let mut parts = arn.strip_prefix("arn:")?.splitn(5, ':');
    let region = parts.nth(2).filter(|region| !region.is_empty())?;
    Some((quoted(region), parts.nth(1)?))
}

/// Sets the links of a network.
pub(crate) fn network(network: &mut Map<String, Value>, outer_region: Option<&str>) {
    let region = text(network, "region").or(outer_region).map(quoted);
    let link = |fragment: &str, id: &str| {
        let region = region.as_ref()?;
        let id = quoted(id);
        Some(format!("https://{region}.console.aws.amazon.com/vpc/home?region={region}#{fragment}={id}"))
    };
    let links = |list: Option<&Value>, fragment: &str| -> Value {
        let ids = list.and_then(Value::as_array);
        let all: Option<Vec<String>> =
            ids.and_then(|ids| ids.iter().map(|id| link(fragment, id.as_str().unwrap_or_default())).collect());
        json!(all)
    };
    let subnets = links(network.get("subnets"), SUBNET);
    let groups = links(network.get("security_groups"), SECURITY_GROUP);
    let selected = text(network, "selected_subnet").and_then(|id| link(SUBNET, id));
    network.insert("subnet_infrastructure_website_urls".to_owned(), subnets);
    network.insert("security_group_infrastructure_website_urls".to_owned(), groups);
    set(network, "selected_subnet_infrastructure_website_url", selected);
}

const SUBNET: &str = "SubnetDetails:subnetId";
const SECURITY_GROUP: &str = "SecurityGroup:groupId";

/// Sets the links of a log configuration.
pub(crate) fn logging(logging: &mut Map<String, Value>, outer_region: Option<&str>) {
    let is_awslogs = text(logging, "driver") == Some("awslogs");
    let Some(options) = logging.get_mut("options").and_then(Value::as_object_mut) else { return };
    let region = text(options, "region").or(outer_region).map(quoted);
    let group = text(options, "group").map(quoted);
    let of_group = region.zip(group).filter(|_| is_awslogs).map(|(region, group)| {
        format!("https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#logsV2:log-groups/log-group/{group}")
    });
    let stream = text(options, "stream").map(quoted);
    let of_stream = of_group.clone().zip(stream).map(|(of_group, stream)| format!("{of_group}/log-events/{stream}"));
    set(options, "stream_infrastructure_website_url", of_stream);
    set(logging, "infrastructure_website_url", of_group);
}

/// Quotes a part of a URL as Python's `urllib` does, which leaves slashes alone.
fn quoted(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' | b'/' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_need_whole_arns() {
        let lambda_in = |partition: &str| format!("arn:{partition}:lambda:us-west-2:1:function:f");
        assert!(lambda(Some(&lambda_in("aws"))).is_some_and(|link| link.ends_with("#/functions/f")));
        assert_eq!(lambda(Some(&lambda_in("aws-us-gov"))), None);
        assert_eq!(cluster(Some("staging")), None);
        assert_eq!(role(Some("bare")), None);
        assert_eq!(
            role(Some("arn:aws:iam::1:role/path/na me")).as_deref(),
            Some("https://console.aws.amazon.com/iam/home#/roles/na%20me")
        );
        assert_eq!(
            task_definition(Some("arn:aws:ecs:us-west-2:1:task-definition/web:7")).as_deref(),
            Some("https://us-west-2.console.aws.amazon.com/ecs/home?region=us-west-2#/taskDefinitions/web/7")
        );
    }

    #[test]
    fn lists_of_links_follow_their_lists() {
        let check = |given: Value, outer: Option<&str>, expect: Value| {
            let mut block = given.as_object().cloned().expect("an object");
            network(&mut block, outer);
            assert_eq!(block["subnet_infrastructure_website_urls"], expect, "{given}");
        };
        check(json!({"subnets": null}), Some("us-west-2"), Value::Null);
        check(json!({"subnets": []}), Some("us-west-2"), json!([]));
        check(json!({"subnets": ["subnet-1"]}), None, Value::Null);
        check(
            json!({"subnets": ["subnet-1"], "region": "eu-west-1"}),
            Some("us-west-2"),
            json!([
                "https://eu-west-1.console.aws.amazon.com/vpc/home?region=eu-west-1#SubnetDetails:subnetId=subnet-1"
            ]),
        );
    }
}
