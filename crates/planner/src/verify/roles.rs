//! The links of the roles: who may assume them, and what may be passed on.

use groundwork_model::problem::Problem;
use groundwork_model::role::IamRole;
use groundwork_model::spec::{Role, Spec};
use groundwork_model::verification::{Link, LinkName, Verdict};
use groundwork_model::world::Observed;
use groundwork_model::{Code, Secret};
use serde_json::Value;

use super::{Live, Read};
use crate::permissions::{Asker, Decision, Request, by_policies, by_trust};
use crate::role::RoleFacts;
use crate::stack::Output;
use crate::template::CLOUDREACTOR_PRINCIPAL;

const KEY: &str = "role";
const ECS_TASKS: &str = "ecs-tasks.amazonaws.com";
const ASSUME: &str = "sts:AssumeRole";
const EXTERNAL_ID: &str = "sts:ExternalId";

/// CloudReactor's own API, whose principal is known. Another CloudReactor has another one, which only a spec that
/// makes the role names.
const OWN_API: &str = "https://api.cloudreactor.io";

/// The links from CloudReactor to the task, as far as roles go.
pub(super) fn links(spec: &Spec, live: &Live, facts: &Read<RoleFacts>) -> [Link; 3] {
    let asker = asker(spec);
    let trust = of_role(&live.role, facts, |role, facts| role_trust(role, asker, &registered(live, facts)));
    let pass = of_role(&live.role, facts, |role, facts| pass_role(live, role, facts));
    let execution = of_role(&live.execution_role, facts, |role, _| execution_trust(spec, live, role));
    let name = |role: &Read<Observed<IamRole>>, else_: &str| match role {
        Ok(Observed::Present(role)) => role.arn.last_segment().to_owned(),
        Ok(Observed::Absent) | Err(_) => else_.to_owned(),
    };
    let number = live.policies.as_ref().map_or(0, Vec::len);
    let policies =
        format!("{number} {} of {}", if number == 1 { "policy" } else { "policies" }, name(&live.role, "the role"));
    let link = |name, read, verdict| Link { name, read, verdict };
    [
        link(LinkName::RoleTrust, format!("trust of {}", name(&live.role, "the role")), trust),
        link(LinkName::PassRole, policies, pass),
        link(
            LinkName::ExecutionRoleTrust,
            format!("trust of {}", name(&live.execution_role, "the execution role")),
            execution,
        ),
    ]
}

/// The verdict on a role, if it was read and there is something to judge it by.
fn of_role(
    role: &Read<Observed<IamRole>>,
    facts: &Read<RoleFacts>,
    judge: impl FnOnce(&Observed<IamRole>, &RoleFacts) -> Vec<Problem>,
) -> Verdict {
    match (role, facts) {
        (Ok(role), Ok(facts)) => Verdict::of(judge(role, facts)),
        (_, Err(problems)) | (Err(problems), Ok(_)) => Verdict::of(problems.clone()),
    }
}

/// Who has to be able to assume the role.
fn asker(spec: &Spec) -> Asker<'_> {
    match &spec.role {
        Role::Create(role) => Asker::Aws(role.principal.as_ref().map_or(CLOUDREACTOR_PRINCIPAL, |arn| arn.as_str())),
        Role::Use { .. } if spec.cloudreactor.api_base_url == OWN_API => Asker::Aws(CLOUDREACTOR_PRINCIPAL),
        Role::Use { .. } => Asker::AnyAws,
    }
}

/// The external id that CloudReactor shows: the registered one, or before there is any, the stack's.
fn registered(live: &Live, facts: &RoleFacts) -> Option<Secret> {
    let own = live.run_environment().and_then(|environment| environment.aws.0.get("assumed_role_external_id"));
    own.and_then(Value::as_str).map(|id| Secret::new(id.to_owned())).or_else(|| facts.external_id.value.clone())
}

fn role_trust(role: &Observed<IamRole>, asker: Asker<'_>, external_id: &Option<Secret>) -> Vec<Problem> {
    let role = match present(role, Code::RoleNotAssumable, "CloudReactor's role") {
        Ok(role) => role,
        Err(problem) => return vec![problem],
    };
    let who = match asker {
        Asker::Aws(arn) => arn.to_owned(),
        Asker::AnyAws => "any principal".to_owned(),
        Asker::Holder | Asker::Service(_) => "CloudReactor".to_owned(),
    };
    let context: Vec<(&str, &str)> = external_id.iter().map(|id| (EXTERNAL_ID, id.expose())).collect();
    let request = Request { asker, action: ASSUME, resource: None, context: &context };
    let name = role.arn.last_segment();
    let Some(causes) = refusal(by_trust(&role.trust, &request), &format!("its trust policy names {who}")) else {
        return Vec::new();
    };
    let message = format!("CloudReactor cannot assume role {name} with the registered external id");
    let problem = causes.into_iter().fold(Problem::new(Code::RoleNotAssumable, message).at(KEY), Problem::because);
    vec![problem.help("see the trust that is wanted: groundwork render role -f PATH").help(update_trust(name))]
}

fn execution_trust(spec: &Spec, live: &Live, role: &Observed<IamRole>) -> Vec<Problem> {
    let role = match present(role, Code::ExecutionRoleNotAssumable, "the execution role") {
        Ok(role) => role,
        Err(problem) => return vec![problem],
    };
    let account = live.caller.account.as_str();
    let partition = role.arn.partition();
    // ECS Developer Guide, "Amazon ECS task IAM role": what ECS says of itself when it assumes a role for a task.
    let source = format!("arn:{partition}:ecs:{}:{account}:*", spec.environment.region);
    let context = [("aws:SourceAccount", account), ("aws:SourceArn", source.as_str())];
    let request = Request { asker: Asker::Service(ECS_TASKS), action: ASSUME, resource: None, context: &context };
    let name = role.arn.last_segment();
    let Some(causes) = refusal(by_trust(&role.trust, &request), &format!("its trust policy names {ECS_TASKS}")) else {
        return Vec::new();
    };
    let message = format!("ECS cannot assume execution role {name} for tasks");
    let problem = Problem::new(Code::ExecutionRoleNotAssumable, message).at(KEY);
    vec![causes.into_iter().fold(problem, Problem::because).help(update_trust(name))]
}

fn pass_role(live: &Live, role: &Observed<IamRole>, facts: &RoleFacts) -> Vec<Problem> {
    let role = match present(role, Code::PassRoleNotAllowed, "CloudReactor's role") {
        Ok(role) => role,
        Err(problem) => return vec![problem],
    };
    let (policies, boundary) = match (&live.policies, &live.boundary) {
        (Ok(policies), Ok(boundary)) => (policies, boundary),
        (Err(problems), Ok(_)) | (Ok(_), Err(problems)) => return problems.clone(),
        (Err(problems), Err(more)) => return [problems.clone(), more.clone()].concat(),
    };
    let Output::Known(passed) = &facts.execution_role else { return Vec::new() };
    let context = [("iam:PassedToService", ECS_TASKS)];
    let request = Request { asker: Asker::Holder, action: "iam:PassRole", resource: Some(passed), context: &context };
    let of_policies = refusal(
        by_policies(policies.iter().map(|policy| &policy.document), &request),
        "a policy of it allows iam:PassRole on the execution role",
    );
    let of_boundary = match (&role.boundary, boundary) {
        (None, _) => None,
        (Some(arn), None) => Some(vec![format!("its permissions boundary {arn} is gone, so that it may do nothing")]),
        (Some(arn), Some(boundary)) => refusal(
            by_policies([&boundary.document].into_iter(), &request),
            &format!("its permissions boundary {arn} allows it"),
        ),
    };
    let causes: Vec<String> = of_policies.into_iter().chain(of_boundary).flatten().collect();
    if causes.is_empty() {
        return Vec::new();
    }
    let name = role.arn.last_segment();
    let message = format!("role {name} may not pass execution role {} on to tasks", last_segment(passed));
    let read: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
    let read =
        if read.is_empty() { "it has no policy".to_owned() } else { format!("its policies: {}", read.join(", ")) };
    let problem = Problem::new(Code::PassRoleNotAllowed, message).at(KEY);
    let problem = causes.into_iter().fold(problem, Problem::because).because(read);
    vec![problem.help(format!(
        "allow it: aws iam put-role-policy --role-name {name} --policy-name PassExecutionRole --policy-document \
         '{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":\"iam:PassRole\",\
         \"Resource\":\"{passed}\"}}]}}'"
    ))]
}

fn last_segment(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or_default()
}

fn present<'a>(role: &'a Observed<IamRole>, code: Code, what: &str) -> Result<&'a IamRole, Problem> {
    role.present().ok_or_else(|| {
        Problem::new(code, format!("{what} does not exist"))
            .at(KEY)
            .because("its stack has it as an output, and IAM says that there is no such role")
            .help("remove the role's stack and make it again: groundwork apply -f PATH")
    })
}

/// Why a request is not allowed; `None` if it is. `wanted` says what would allow it.
fn refusal(decision: Decision, wanted: &str) -> Option<Vec<String>> {
    let listed = |conditions: Vec<String>| conditions.join(", ");
    match decision {
        Decision::Allowed => None,
        Decision::Denied(conditions) if conditions.is_empty() => Some(vec!["a statement denies it".to_owned()]),
        Decision::Denied(conditions) => Some(vec![format!("a statement denies it: {}", listed(conditions))]),
        Decision::NotAllowed(conditions) if conditions.is_empty() => {
            Some(vec![format!("no statement says that {wanted}")])
        }
        Decision::NotAllowed(conditions) => Some(vec![format!(
            "{wanted} under a condition that does not hold, or cannot be judged: {}",
            listed(conditions)
        )]),
    }
}

fn update_trust(name: &str) -> String {
    format!("set it again: aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json")
}
