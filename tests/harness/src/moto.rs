//! The second AWS emulator: moto, for AWS Organizations and stack sets.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::cache::{Cache, variable};
use crate::helper::Helper;
use crate::http;
use crate::python::{SOURCES, Tool};

/// The API that is called, as its protocol names it.
const ORGANIZATIONS: &str = "AWSOrganizationsV20161128";

/// A running moto on a loopback port of its own; dropping it stops it.
#[derive(Debug)]
pub struct Moto {
    helper: Helper,
}

impl Moto {
    /// The account that every key belongs to, and which an organization's management account is.
    pub const ACCOUNT: &str = "123456789012";

    /// Installs moto where needed, starts it, and returns when it answers.
    pub fn start(log: Option<PathBuf>) -> Result<Self> {
        let programs = Tool::Moto.install(&Cache::locate()?)?;
        let mut command = Command::new(programs.join("python"));
        command
            .arg(format!("{SOURCES}/moto_server.py"))
            .env_clear()
            .env("PATH", variable("PATH").unwrap_or_default())
            .env("PYTHONDONTWRITEBYTECODE", "1");
        Ok(Self { helper: Helper::start(command, log.as_deref())? })
    }

    /// The endpoint of every service.
    pub fn url(&self) -> &str {
        self.helper.url()
    }

    /// Makes an organization, and returns its root's id.
    pub fn create_organization(&self) -> Result<String> {
        self.organizations("CreateOrganization", &json!({ "FeatureSet": "ALL" }))?;
        text(&self.organizations("ListRoots", &json!({}))?, "/Roots/0/Id")
    }

    /// Makes an organizational unit in a root or unit, and returns its id.
    pub fn create_unit(&self, parent: &str, name: &str) -> Result<String> {
        let made = self.organizations("CreateOrganizationalUnit", &json!({ "ParentId": parent, "Name": name }))?;
        text(&made, "/OrganizationalUnit/Id")
    }

    /// Makes an account in a unit, and returns its id.
    pub fn create_account(&self, root: &str, unit: &str, name: &str) -> Result<String> {
        let email = format!("{}@example.com", name.replace(' ', "-"));
        let made = self.organizations("CreateAccount", &json!({ "AccountName": name, "Email": email }))?;
        let account = text(&made, "/CreateAccountStatus/AccountId")?;
        let moved = json!({ "AccountId": account, "SourceParentId": root, "DestinationParentId": unit });
        self.organizations("MoveAccount", &moved)?;
        Ok(account)
    }

    /// Tags an account.
    pub fn tag_account(&self, account: &str, name: &str, value: &str) -> Result<()> {
        let tags = json!({ "ResourceId": account, "Tags": [{ "Key": name, "Value": value }] });
        self.organizations("TagResource", &tags).map(drop)
    }

    /// Closes an account: it is suspended from then on.
    pub fn close_account(&self, account: &str) -> Result<()> {
        self.organizations("CloseAccount", &json!({ "AccountId": account })).map(drop)
    }

    /// The stacks of a set: account and name.
    pub fn stack_instances(&self, set: &str, region: &str) -> Result<Vec<(String, String)>> {
        let scope = format!("AWS4-HMAC-SHA256 Credential=test/20260101/{region}/cloudformation/aws4_request");
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", scope.as_str())];
        let body = format!("Action=ListStackInstances&Version=2010-05-15&StackSetName={set}");
        let xml = http::post(self.url(), &headers, &body)?;
        let ids = xml.split("<StackId>").skip(1).filter_map(|rest| rest.split('<').next());
        let named = ids.map(|id| {
            let account = id.split(':').nth(4).context("an account")?;
            let name = id.split('/').nth(1).context("a name")?;
            Ok((account.to_owned(), name.to_owned()))
        });
        named.collect()
    }

    fn organizations(&self, operation: &str, request: &Value) -> Result<Value> {
        let target = format!("{ORGANIZATIONS}.{operation}");
        let headers = [
            ("X-Amz-Target", target.as_str()),
            ("Content-Type", "application/x-amz-json-1.1"),
            // It tells services apart by the scope, and checks no signature.
            ("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/organizations/aws4_request"),
        ];
        let answer = http::post(self.url(), &headers, &request.to_string())?;
        // Some operations answer nothing at all.
        if answer.is_empty() {
            Ok(Value::Null)
        } else {
            serde_json::from_str(&answer).context("moto's answer is no JSON")
        }
    }
}

fn text(answer: &Value, pointer: &str) -> Result<String> {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).with_context(|| format!("no {pointer} in {answer}"))
}
