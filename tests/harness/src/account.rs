//! An account of the emulator, seen past groundwork: to set a scene, and to see what became of it.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde_json::{Value, json};

use crate::http;

/// How often a stack is asked for before it counts as stuck: about half a minute.
const PATIENCE: usize = 150;

/// How the emulator treats one account.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Settings {
    /// Seconds that each resource takes, instead of the emulator's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<f64>,
    /// The most that there may be of a kind: `vpcs`, `addresses`.
    pub limits: BTreeMap<&'static str, u32>,
    /// What fails, and with which reason: `create ID`, `update ID`, `revert ID` (an update that is rolled back)
    /// or `delete ID`, with a resource's logical id; `plan STACK` has the change sets of a stack fail.
    pub refuse: BTreeMap<String, String>,
}

/// An account in a Region, used as its root.
#[derive(Clone, Debug)]
pub struct Account {
    url: String,
    id: String,
    region: String,
}

impl Account {
    /// An account as it is seen at a URL: the emulator's, or that of a proxy in front of it.
    pub fn at(url: &str, id: &str, region: &str) -> Self {
        Self { url: url.to_owned(), id: id.to_owned(), region: region.to_owned() }
    }

    /// The account's 12 digits, which are also its access key.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Replaces how the emulator treats this account.
    pub fn set(&self, settings: &Settings) -> Result<()> {
        let url = format!("{}/_harness/accounts/{}", self.url, self.id);
        http::post(&url, &[], &serde_json::to_string(settings)?).map(drop)
    }

    /// Calls an operation of a service that speaks AWS's query protocol; the answer's XML.
    pub fn call(&self, service: &str, operation: &str, parameters: &[(&str, &str)]) -> Result<String> {
        let version = match service {
            "cloudformation" => "2010-05-15",
            "ec2" => "2016-11-15",
            "iam" => "2010-05-08",
            "sts" => "2011-06-15",
            other => bail!("the version of {other}'s API is not known here"),
        };
        let fixed = [("Action", operation), ("Version", version)];
        let form: Vec<String> =
            fixed.iter().chain(parameters).map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
        let headers = [
            ("Authorization", self.authorization(service)),
            ("Content-Type", "application/x-www-form-urlencoded".to_owned()),
        ];
        self.post(&headers, &form.join("&"))
    }

    /// Calls an operation of ECS.
    pub fn ecs(&self, operation: &str, input: &Value) -> Result<Value> {
        let headers = [
            ("Authorization", self.authorization("ecs")),
            ("Content-Type", "application/x-amz-json-1.1".to_owned()),
            ("X-Amz-Target", format!("AmazonEC2ContainerServiceV20141113.{operation}")),
        ];
        Ok(serde_json::from_str(&self.post(&headers, &input.to_string())?)?)
    }

    fn post(&self, headers: &[(&str, String)], body: &str) -> Result<String> {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        http::post(&self.url, &headers, body)
    }

    /// The emulator takes a 12-digit key for that account's root, and leaves its signature unchecked.
    fn authorization(&self, service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential={}/20260101/{}/{service}/aws4_request, SignedHeaders=host, Signature=0",
            self.id, self.region,
        )
    }

    /// Creates a role that all of `trusted` may assume, perhaps only with an external id, allowed `policy`; its ARN.
    pub fn create_role(&self, name: &str, trusted: &str, external_id: Option<&str>, policy: &Value) -> Result<String> {
        let mut statement = json!({
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": { "AWS": format!("arn:aws:iam::{trusted}:root") },
        });
        if let Some(id) = external_id {
            statement["Condition"] = json!({ "StringEquals": { "sts:ExternalId": id } });
        }
        let trust = json!({ "Version": "2012-10-17", "Statement": [statement] });
        let role = [("RoleName", name), ("AssumeRolePolicyDocument", &trust.to_string())];
        let created = self.call("iam", "CreateRole", &role)?;
        let allowed = [("RoleName", name), ("PolicyName", "allowed"), ("PolicyDocument", &policy.to_string())];
        self.call("iam", "PutRolePolicy", &allowed)?;
        only(&created, "Arn")
    }

    /// Creates a VPC; its id.
    pub fn create_vpc(&self, cidr: &str) -> Result<String> {
        only(&self.call("ec2", "CreateVpc", &[("CidrBlock", cidr)])?, "vpcId")
    }

    /// Creates a subnet; its id.
    pub fn create_subnet(&self, vpc: &str, cidr: &str, zone: &str) -> Result<String> {
        let subnet = [("VpcId", vpc), ("CidrBlock", cidr), ("AvailabilityZone", zone)];
        only(&self.call("ec2", "CreateSubnet", &subnet)?, "subnetId")
    }

    /// Creates a security group; its id.
    pub fn create_security_group(&self, vpc: &str, name: &str) -> Result<String> {
        let group = [("VpcId", vpc), ("GroupName", name), ("GroupDescription", name)];
        only(&self.call("ec2", "CreateSecurityGroup", &group)?, "groupId")
    }

    /// Creates an ECS cluster; its ARN.
    pub fn create_cluster(&self, name: &str) -> Result<String> {
        let created = self.ecs("CreateCluster", &json!({ "clusterName": name }))?;
        Ok(created["cluster"]["clusterArn"].as_str().context("the cluster has no ARN")?.to_owned())
    }

    /// Creates a stack from a template with the given tags, and returns its ARN at once: it may be in progress.
    pub fn create_stack(&self, name: &str, template: &str, tags: &[(&str, &str)]) -> Result<String> {
        let tags: Vec<[(String, &str); 2]> = (1..)
            .zip(tags)
            .map(|(n, (key, value))| {
                [(format!("Tags.member.{n}.Key"), *key), (format!("Tags.member.{n}.Value"), *value)]
            })
            .collect();
        let fixed =
            [("StackName", name), ("TemplateBody", template), ("Capabilities.member.1", "CAPABILITY_NAMED_IAM")];
        let tags = tags.iter().flatten().map(|(name, value)| (name.as_str(), *value));
        let parameters: Vec<(&str, &str)> = fixed.into_iter().chain(tags).collect();
        only(&self.call("cloudformation", "CreateStack", &parameters)?, "StackId")
    }

    /// The stacks that are there, by name, with their statuses.
    pub fn stacks(&self) -> Result<BTreeMap<String, String>> {
        let xml = self.call("cloudformation", "DescribeStacks", &[])?;
        Ok(all(&xml, "StackName").map(str::to_owned).zip(all(&xml, "StackStatus").map(str::to_owned)).collect())
    }

    /// Waits until nothing is in progress in a stack any more, and returns its status.
    pub fn settled(&self, stack: &str) -> Result<String> {
        let mut pause = Duration::from_millis(10);
        for _ in 0..PATIENCE {
            let xml = self.call("cloudformation", "DescribeStacks", &[("StackName", stack)])?;
            let status = only(&xml, "StackStatus")?;
            // A shell that no change set was executed for stays in review for good.
            if !status.ends_with("_IN_PROGRESS") || status == "REVIEW_IN_PROGRESS" {
                return Ok(status);
            }
            wait(pause);
            pause = (pause * 2).min(Duration::from_millis(200));
        }
        bail!("stack {stack} does not come to rest")
    }

    /// How many change sets a stack has that wait to be executed, or cannot be.
    pub fn change_sets(&self, stack: &str) -> Result<usize> {
        let xml = self.call("cloudformation", "ListChangeSets", &[("StackName", stack)])?;
        Ok(all(&xml, "ExecutionStatus").filter(|status| *status != "EXECUTE_COMPLETE").count())
    }

    /// The reasons in a stack's events, newest first.
    pub fn reasons(&self, stack: &str) -> Result<Vec<String>> {
        let xml = self.call("cloudformation", "DescribeStackEvents", &[("StackName", stack)])?;
        Ok(all(&xml, "ResourceStatusReason").map(str::to_owned).collect())
    }

    /// The physical id of a resource of a stack.
    pub fn physical_id(&self, stack: &str, logical_id: &str) -> Result<String> {
        let resource = [("StackName", stack), ("LogicalResourceId", logical_id)];
        only(&self.call("cloudformation", "DescribeStackResource", &resource)?, "PhysicalResourceId")
    }

    /// The ids of the VPCs, the account's default one left out.
    pub fn vpcs(&self) -> Result<Vec<String>> {
        let xml = self.call("ec2", "DescribeVpcs", &[])?;
        let ids = all(&xml, "vpcId").zip(all(&xml, "isDefault"));
        Ok(ids.filter(|(_, default)| *default == "false").map(|(id, _)| id.to_owned()).collect())
    }
}

#[expect(clippy::disallowed_methods, reason = "the emulator has no other way to tell that a stack is done")]
fn wait(pause: Duration) {
    std::thread::sleep(pause);
}

/// The texts of all elements of a name.
fn all<'a>(xml: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let mut rest = xml;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once(&open)?;
        let (text, after) = after.split_once(&close)?;
        rest = after;
        Some(text)
    })
}

/// The text of the first element of a name.
fn only(xml: &str, name: &str) -> Result<String> {
    all(xml, name).next().map(str::to_owned).with_context(|| format!("no {name} in {xml}"))
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
