//! Everything that a template's resources permit, statement by statement.

use groundwork_model::LogicalId;
use groundwork_model::permission::PermissionKind;
use serde_json::{Value, json};

use super::condition::Condition;
use super::pattern::{Pattern, Variables, text};
use super::principal::Principal;
use super::statement::{Audience, Effect, Statement};
use crate::diff::{Resource, Side, get_att};

/// What kind of thing has a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartyKind {
    /// A role.
    Role,
    /// A user.
    User,
    /// A group of users.
    Group,
    /// Whoever a managed policy is attached to, in the template or anywhere else.
    Policy,
    /// A function.
    Function,
}

/// The thing whose policies are taken together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Party {
    pub kind: PartyKind,
    /// Its name, or the reference to it: `{"Ref": ...}` for a resource of the template.
    pub name: Value,
}

impl Party {
    fn of_resource(kind: PartyKind, id: &LogicalId) -> Self {
        Self { kind, name: json!({ "Ref": id }) }
    }

    /// The resource that it is, unless it stands outside of the template.
    pub(super) fn resource(&self) -> Option<&str> {
        self.name.get("Ref")?.as_str()
    }
}

/// A statement, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub party: Party,
    pub kind: PermissionKind,
    pub logical_id: LogicalId,
    pub statement: Statement,
}

/// Everything that the resources of one side permit, in the order of the template.
pub(super) fn collect(side: &Side) -> Vec<Grant> {
    side.resources.iter().flat_map(|(id, resource)| of_resource(side, id, resource)).collect()
}

fn of_resource(side: &Side, id: &LogicalId, resource: &Resource) -> Vec<Grant> {
    let mut grants = match resource.kind.as_str() {
        "AWS::IAM::Role" => of_identity(side, PartyKind::Role, id, resource),
        "AWS::IAM::User" => of_identity(side, PartyKind::User, id, resource),
        "AWS::IAM::Group" => of_identity(side, PartyKind::Group, id, resource),
        "AWS::IAM::Policy" => of_policy(id, resource, parties(resource)),
        "AWS::IAM::RolePolicy" => of_policy(id, resource, named(PartyKind::Role, resource.properties.get("RoleName"))),
        "AWS::IAM::UserPolicy" => of_policy(id, resource, named(PartyKind::User, resource.properties.get("UserName"))),
        "AWS::IAM::GroupPolicy" => {
            of_policy(id, resource, named(PartyKind::Group, resource.properties.get("GroupName")))
        }
        "AWS::IAM::ManagedPolicy" => {
            let anywhere = Party::of_resource(PartyKind::Policy, id);
            of_policy(id, resource, parties(resource).into_iter().chain([anywhere]).collect())
        }
        "AWS::Lambda::Permission" => of_permission(id, resource).into_iter().collect(),
        _ => Vec::new(),
    };
    if let Some(name) = resource.attributes.get("Condition") {
        for grant in &mut grants {
            grant.statement.conditions.push(Condition::of_template(name));
        }
    }
    grants
}

/// What a role, user or group has in itself: its trust, its policies, those attached to it, its boundary.
fn of_identity(side: &Side, kind: PartyKind, id: &LogicalId, resource: &Resource) -> Vec<Grant> {
    let party = Party::of_resource(kind, id);
    let grant = |kind, statement| Grant { party: party.clone(), kind, logical_id: id.clone(), statement };
    let property = |name: &str| resource.properties.get(name);
    let trust = property("AssumeRolePolicyDocument").map(|document| Statement::parse_all(document, Audience::Named));
    let attached = items(property("ManagedPolicyArns")).into_iter().flat_map(|policy| attached(side, policy));
    let inline = items(property("Policies")).into_iter().flat_map(|policy| {
        // A policy that cannot be taken apart is compared as a whole.
        let document = policy.get("PolicyDocument").unwrap_or(policy);
        Statement::parse_all(document, Audience::Holder)
    });
    let own = attached.chain(inline).chain(property("PermissionsBoundary").map(boundary));
    let trust = trust.unwrap_or_default().into_iter().map(|statement| grant(PermissionKind::Assume, statement));
    trust.chain(own.map(|statement| grant(PermissionKind::Act, statement))).collect()
}

/// What an attached managed policy brings.
fn attached(side: &Side, policy: &Value) -> Vec<Statement> {
    let own = policy.get("Ref").and_then(Value::as_str).and_then(|name| name.parse().ok());
    let own = own.and_then(|id: LogicalId| side.resource(&id)).filter(|own| own.kind == "AWS::IAM::ManagedPolicy");
    if let Some(document) = own.and_then(|own| own.properties.get("PolicyDocument")) {
        return Statement::parse_all(document, Audience::Holder);
    }
    let name = text(policy);
    let of_all = |effect, verb: &str| {
        let action = Pattern::opaque(format!("policy {policy}"), format!("everything that policy {name} {verb}"));
        Statement::of_all(effect, Principal::Holder, action)
    };
    let mut statements = vec![of_all(Effect::Allow, "allows")];
    if may_deny(&name) {
        statements.push(of_all(Effect::Deny, "denies"));
    }
    statements
}

/// Whether a managed policy may deny: nobody here knows what is in one. AWS's own allow, unless their
/// names tell otherwise (`AWSDenyAll`, `AWSCompromisedKeyQuarantineV3`).
fn may_deny(arn: &str) -> bool {
    !arn.contains(":iam::aws:policy/") || arn.contains("Deny") || arn.contains("Quarantine")
}

/// A boundary denies what it does not allow.
fn boundary(policy: &Value) -> Statement {
    let words = format!("everything that the permissions boundary {} does not allow", text(policy));
    Statement::of_all(Effect::Deny, Principal::Holder, Pattern::opaque(format!("boundary {policy}"), words))
}

fn of_policy(id: &LogicalId, resource: &Resource, parties: Vec<Party>) -> Vec<Grant> {
    let document = resource.properties.get("PolicyDocument").unwrap_or(&Value::Null);
    let statements = Statement::parse_all(document, Audience::Holder);
    let of_party = |party: Party| {
        let grant = |statement: &Statement| Grant {
            party: party.clone(),
            kind: PermissionKind::Act,
            logical_id: id.clone(),
            statement: statement.clone(),
        };
        statements.iter().map(grant).collect::<Vec<_>>()
    };
    parties.into_iter().flat_map(of_party).collect()
}

/// Everybody whom a policy names.
fn parties(resource: &Resource) -> Vec<Party> {
    let kinds = [("Roles", PartyKind::Role), ("Users", PartyKind::User), ("Groups", PartyKind::Group)];
    kinds.into_iter().flat_map(|(property, kind)| named(kind, resource.properties.get(property))).collect()
}

fn named(kind: PartyKind, names: Option<&Value>) -> Vec<Party> {
    items(names).into_iter().map(|name| Party { kind, name: name.clone() }).collect()
}

/// A function's permission, which says by properties of its own what a statement says by conditions.
fn of_permission(id: &LogicalId, resource: &Resource) -> Option<Grant> {
    let property = |name: &str| resource.properties.get(name);
    let conditions = [
        ("SourceAccount", "StringEquals", "aws:SourceAccount"),
        ("SourceArn", "ArnLike", "aws:SourceArn"),
        ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
        ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
        ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
    ];
    let condition = |(name, operator, key)| Some(Condition::new(operator, key, property(name)?, Variables::Unknown));
    let statement = Statement {
        effect: Effect::Allow,
        principals: vec![Principal::of_permission(property("Principal")?)],
        actions: vec![Pattern::action(property("Action")?)],
        resources: vec![Pattern::anything()],
        conditions: conditions.into_iter().filter_map(condition).collect(),
    };
    let party = Party { kind: PartyKind::Function, name: function(property("FunctionName")?) };
    Some(Grant { party, kind: PermissionKind::Assume, logical_id: id.clone(), statement })
}

/// A function by its name or by its ARN.
fn function(name: &Value) -> Value {
    match name.get("Fn::GetAtt").and_then(get_att) {
        Some((function, "Arn")) => json!({ "Ref": function }),
        _ => name.clone(),
    }
}

/// The items of a list, or a value that should be one and cannot be read.
fn items(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None => Vec::new(),
        Some(Value::Array(items)) => items.iter().collect(),
        Some(alone) => vec![alone],
    }
}
