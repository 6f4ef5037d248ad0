//! What a plan says of permissions: who may do more or less, and which gates that means.

mod support;

use std::collections::BTreeSet;

use groundwork_model::permission::{Direction, PermissionChange, PermissionKind};
use groundwork_model::plan::{Class, Component, ComponentPlan, Plan};
use groundwork_model::spec::{Adoption, ManagedRole, Spec};
use groundwork_model::world::{Observed, World};
use serde_json::{Value, json};
use support::{ROLE_STACK, converged, id, plan, spec, spec_with_role, stack_mut, wizard, world};

const TRUST_STATEMENT: &str = "/Resources/executionSchedulingRole/Properties/AssumeRolePolicyDocument/Statement/0";
const RUN_TASKS: &str = "/Resources/executionSchedulingRole/Properties/Policies/0/PolicyDocument/Statement/0";
const PASS_ROLES: &str = "/Resources/executionSchedulingRole/Properties/Policies/0/PolicyDocument/Statement/1";
const STATEMENTS: &str = "/Resources/taskExecutionRole/Properties/Policies/0/PolicyDocument/Statement";
const STARTER: &str = "/Resources/workflowStartLambdaInvokePermission/Properties";

fn role(plan: &Plan) -> &ComponentPlan {
    let found = plan.components.iter().find(|found| found.component == Component::Role);
    found.expect("every component is in a plan")
}

/// A permission as a paragraph.
fn paragraph(change: &PermissionChange) -> String {
    let sign = match change.direction {
        Direction::Gained => "+",
        Direction::Lost => "-",
    };
    let kind = match change.kind {
        PermissionKind::Act => "may",
        PermissionKind::Assume => "is trusted:",
    };
    let lists = [("on", &change.resources), ("if", &change.conditions)];
    let more: String =
        lists.iter().flat_map(|(word, list)| list.iter().map(move |item| format!("    {word} {item}\n"))).collect();
    format!("{sign} {}: {} {kind} {}\n{more}", change.logical_id, change.holder, change.actions.join(" "))
}

fn paragraphs(plan: &Plan) -> String {
    role(plan).permissions.iter().map(paragraph).collect()
}

/// The classes that permissions have brought into the plan.
fn meanings(plan: &Plan) -> Vec<Class> {
    plan.classes().into_iter().filter(|class| matches!(class, Class::IamBroaden | Class::Trust)).collect()
}

/// A world in which the role stack was deployed with another template.
fn deployed(edit: impl FnOnce(&mut Value)) -> World {
    let mut world = converged(&spec());
    let stack = stack_mut(&mut world, ROLE_STACK);
    let text = stack.template.as_deref().expect("the stack has a template");
    let mut template: Value = serde_json::from_str(text).expect("a template is JSON");
    edit(&mut template);
    stack.template = Some(template.to_string());
    world
}

fn at<'a>(template: &'a mut Value, pointer: &str) -> &'a mut Value {
    template.pointer_mut(pointer).unwrap_or_else(|| panic!("the template should have {pointer}"))
}

fn remove(template: &mut Value, pointer: &str, field: &str) {
    let fields = at(template, pointer).as_object_mut().expect("an object");
    fields.shift_remove(field).unwrap_or_else(|| panic!("{pointer} should have {field}"));
}

fn push(template: &mut Value, pointer: &str, item: Value) {
    at(template, pointer).as_array_mut().expect("a list").push(item);
}

fn check_gain(edit: impl FnOnce(&mut Value), class: Class, expected: &str) {
    let plan = plan(&spec(), &deployed(edit));
    let text = paragraphs(&plan);
    assert!(text.contains(expected), "{text}");
    assert_eq!(meanings(&plan), [class], "{text}");
    assert!(plan.approvals_needed().contains(&class));
}

fn check_loss(edit: impl FnOnce(&mut Value), expected: &str) {
    let plan = plan(&spec(), &deployed(edit));
    let text = paragraphs(&plan);
    assert!(text.contains(expected), "{text}");
    assert!(role(&plan).permissions.iter().all(|change| change.direction == Direction::Lost), "{text}");
    assert_eq!(meanings(&plan), []);
}

/// Statements that are written otherwise than ours.
fn check_nothing(edit: impl FnOnce(&mut Value)) {
    let plan = plan(&spec(), &deployed(edit));
    assert!(!role(&plan).resources.is_empty(), "the text should differ");
    assert_eq!(paragraphs(&plan), "");
}

#[test]
fn a_converged_world_changes_no_permission() {
    let plan = plan(&spec(), &converged(&spec()));
    assert!(plan.components.iter().all(|component| component.permissions.is_empty()));
}

#[test]
fn a_new_stack_tells_what_it_permits_and_needs_no_permission_for_it() {
    let plan = plan(&spec(), &world());
    insta::assert_snapshot!("first_permissions", paragraphs(&plan));
    assert_eq!(plan.classes(), BTreeSet::from([Class::Create]));
    let others = plan.components.iter().filter(|component| component.component != Component::Role);
    assert_eq!(others.filter(|component| !component.permissions.is_empty()).count(), 0);
}

#[test]
fn the_adoption_of_the_wizards_role_tells_what_it_changes() {
    let spec = spec_with_role(|role| {
        role.adoption = Adoption::Adopt;
        role.lambda_path_prefix = "jobs-".to_owned();
    });
    let mut world = world();
    world.stacks.insert(id(ROLE_STACK), Observed::Present(wizard::role_stack()));
    let plan = plan(&spec, &world);
    insta::assert_snapshot!("adopted_permissions", paragraphs(&plan));
    assert_eq!(meanings(&plan), [Class::IamBroaden, Class::Trust]);
}

#[test]
fn what_broadens_is_found_and_gated() {
    check_gain(
        |template| {
            at(template, RUN_TASKS)["Action"].as_array_mut().expect("a list").retain(|action| action != "ecs:RunTask");
        },
        Class::IamBroaden,
        "+ executionSchedulingRole: CloudReactor may ecs:RunTask\n    on *\n",
    );
    check_gain(
        |template| at(template, RUN_TASKS)["Resource"] = json!("arn:aws:ecs:us-west-2:123456789012:cluster/staging/*"),
        Class::IamBroaden,
        "+ executionSchedulingRole: CloudReactor may ecs:CreateService ecs:DeleteService",
    );
    check_gain(
        |template| {
            at(template, PASS_ROLES)["Condition"]["StringEquals"]["aws:PrincipalTag/team"] = json!("data");
        },
        Class::IamBroaden,
        "may iam:PassRole\n    on arn:aws:iam::123456789012:role/*\n    if only to be passed to ecs-tasks.amazonaws.com\n    \
         if so far aws:PrincipalTag/team = data\n",
    );
    check_gain(
        |template| push(template, STATEMENTS, json!({ "Effect": "Deny", "Action": "logs:*", "Resource": "*" })),
        Class::IamBroaden,
        "+ taskExecutionRole: tasks and the workflow starter (role taskExecutionRole) may logs:*\n    on *\n    if no longer denied\n",
    );
    check_gain(
        |template| remove(template, "/Resources/taskExecutionRole/Properties", "ManagedPolicyArns"),
        Class::IamBroaden,
        "may everything that policy arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy allows\n",
    );
    check_gain(
        |template| {
            at(template, "/Resources/taskExecutionRole/Properties")["PermissionsBoundary"] =
                json!("arn:aws:iam::123456789012:policy/limit");
        },
        Class::IamBroaden,
        "everything that the permissions boundary arn:aws:iam::123456789012:policy/limit does not allow\n",
    );
}

#[test]
fn who_is_trusted_in_addition_is_found_and_gated() {
    check_gain(
        |template| {
            at(template, TRUST_STATEMENT)["Condition"]["StringEquals"]["aws:PrincipalOrgID"] = json!("o-1");
        },
        Class::Trust,
        "+ executionSchedulingRole: CloudReactor (arn:aws:iam::549277324696:role/customer_invoker) is trusted: \
         sts:AssumeRole\n    if only with the external id\n",
    );
    check_gain(
        |template| {
            at(template, TRUST_STATEMENT)["Principal"] = json!({ "AWS": "arn:aws:iam::1:role/somebody" });
        },
        Class::Trust,
        "+ executionSchedulingRole: CloudReactor (arn:aws:iam::549277324696:role/customer_invoker) is trusted",
    );
    check_gain(
        |template| at(template, STARTER)["SourceAccount"] = json!("999999999999"),
        Class::Trust,
        "+ workflowStartLambdaInvokePermission: the service events.amazonaws.com is trusted: \
         lambda:InvokeFunction\n    if only for account 123456789012\n",
    );
}

#[test]
fn what_narrows_is_told_and_needs_no_permission() {
    check_loss(
        |template| push(template, &format!("{RUN_TASKS}/Action"), json!("ecs:DeleteCluster")),
        "- executionSchedulingRole: CloudReactor may ecs:DeleteCluster\n    on *\n",
    );
    check_loss(
        |template| at(template, &format!("{STATEMENTS}/1"))["Resource"] = json!("*"),
        "may secretsmanager:GetSecretValue\n    on *\n",
    );
    check_loss(|template| remove(template, PASS_ROLES, "Condition"), "may iam:PassRole\n    on arn:aws:iam::");
    check_loss(
        |template| remove(template, TRUST_STATEMENT, "Condition"),
        "- executionSchedulingRole: CloudReactor (arn:aws:iam::549277324696:role/customer_invoker) is trusted: \
         sts:AssumeRole\n",
    );
    check_loss(
        |template| {
            let invoker = at(template, TRUST_STATEMENT)["Principal"]["AWS"].take();
            at(template, TRUST_STATEMENT)["Principal"]["AWS"] = json!([invoker, "111122223333"]);
        },
        "- executionSchedulingRole: account 111122223333 is trusted: sts:AssumeRole\n    if only with the external id\n",
    );
    check_loss(
        |template| remove(template, STARTER, "SourceAccount"),
        "the service events.amazonaws.com is trusted: lambda:InvokeFunction\n",
    );
    check_loss(
        |template| {
            push(
                template,
                "/Resources/taskExecutionRole/Properties/ManagedPolicyArns",
                json!("arn:aws:iam::aws:policy/AdministratorAccess"),
            );
        },
        "may everything that policy arn:aws:iam::aws:policy/AdministratorAccess allows\n",
    );
}

#[test]
fn what_only_reads_otherwise_changes_no_permission() {
    check_nothing(|template| at(template, STATEMENTS).as_array_mut().expect("a list").reverse());
    check_nothing(|template| at(template, RUN_TASKS)["Sid"] = json!("Other"));
    check_nothing(|template| {
        for action in at(template, RUN_TASKS)["Action"].as_array_mut().expect("a list") {
            *action = json!(action.as_str().expect("a text").to_lowercase());
        }
    });
    check_nothing(|template| {
        let mut second = at(template, RUN_TASKS).clone();
        let actions = at(template, RUN_TASKS)["Action"].as_array_mut().expect("a list");
        second["Action"] = actions.split_off(4).into();
        push(template, "/Resources/executionSchedulingRole/Properties/Policies/0/PolicyDocument/Statement", second);
    });
    check_nothing(|template| {
        let moved =
            at(template, "/Resources/executionSchedulingRole/Properties/Policies/0/PolicyDocument/Statement/2").take();
        push(template, "/Resources/passRolePolicyUnmanaged/Properties/PolicyDocument/Statement", moved);
        let statements = "/Resources/executionSchedulingRole/Properties/Policies/0/PolicyDocument/Statement";
        at(template, statements).as_array_mut().expect("a list").truncate(2);
    });
}

fn change_of_mind(before: impl FnOnce(&mut ManagedRole), after: impl FnOnce(&mut ManagedRole)) -> (Spec, World) {
    (spec_with_role(after), converged(&spec_with_role(before)))
}

#[test]
fn the_settings_of_the_spec_mean_permissions() {
    let jobs = |role: &mut ManagedRole| role.lambda_path_prefix = "jobs-".to_owned();
    let (spec, world) = change_of_mind(jobs, |_| {});
    let wider = plan(&spec, &world);
    assert_eq!(meanings(&wider), [Class::IamBroaden]);
    insta::assert_snapshot!("wider_prefix", paragraphs(&wider));
    let (spec, world) = change_of_mind(|_| {}, jobs);
    assert_eq!(meanings(&plan(&spec, &world)), []);

    let own = |role: &mut ManagedRole| role.principal = Some(id("arn:aws:iam::111122223333:role/our-invoker"));
    let (spec, world) = change_of_mind(|_| {}, own);
    let other = plan(&spec, &world);
    assert_eq!(meanings(&other), [Class::Trust]);
    insta::assert_snapshot!("own_principal", paragraphs(&other));
}

/// An external id of its own, as somebody may have written it into a template.
#[test]
fn a_secret_in_a_deployed_template_is_not_shown() {
    let world = deployed(|template| {
        at(template, TRUST_STATEMENT)["Condition"]["StringEquals"]["sts:ExternalId"] = json!("recognisable-s3cret");
        at(template, STARTER)["EventSourceToken"] = json!("recognisable-s3cret");
    });
    let plan = plan(&spec(), &world);
    assert_eq!(meanings(&plan), [Class::Trust]);
    assert!(paragraphs(&plan).contains("only with the external id"));
    let text = format!("{plan:?} {}", serde_json::to_string(&plan).expect("a plan can be written"));
    assert!(!text.contains("s3cret") && !text.contains("generated-for-"), "{text}");
}

/// The id changes, the one who is trusted does not.
#[test]
fn an_external_id_that_is_made_anew_trusts_nobody_else() {
    let mut world = converged(&spec());
    stack_mut(&mut world, ROLE_STACK).parameters.remove(&id("ExternalID"));
    let plan = plan(&spec(), &world);
    assert!(!plan.is_empty());
    assert_eq!(paragraphs(&plan), "");
}
