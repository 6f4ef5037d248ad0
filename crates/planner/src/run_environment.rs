//! The plan of the Run Environment: our fields merged into whatever stands there.

mod draft;
pub mod merge;

use std::collections::BTreeSet;

use groundwork_model::Code;
use groundwork_model::plan::{Action, Component, ComponentPlan, FieldChange, Reason, Shown, Subject};
use groundwork_model::problem::Problem;
use groundwork_model::run_environment::{RunEnvironment, Settings};
use groundwork_model::spec::Adoption;
use groundwork_model::step::{Op, RunEnvironmentDraft, Step, StepId};
use groundwork_model::world::Group;
use serde_json::Value;

use crate::context::Context;
use crate::network::NetworkFacts;
use crate::part::Part;
use crate::role::RoleFacts;
use crate::stack::Output;
use draft::Fields;

pub(crate) const STEP: StepId = StepId::RunEnvironment;

/// The level that CloudReactor asks of whoever reads settings or writes: Developer.
pub(crate) const DEVELOPER: u32 = 500;

const KEY: &str = "cloudreactor.run_environment";

/// What the Run Environment is made from.
pub(crate) struct Sources<'a> {
    pub role: &'a RoleFacts,
    pub network: &'a NetworkFacts,
    /// The cluster's ARN.
    pub cluster: &'a Output,
    /// The steps that have to succeed first.
    pub needs: BTreeSet<StepId>,
}

/// Checks everything about the Run Environment that does not depend on the other components.
pub(crate) fn check(context: &Context<'_>) -> Vec<Problem> {
    let level = access_problem_of(context);
    let elsewhere = context.world.cloudreactor.run_environment.present().and_then(|e| elsewhere_problem(context, e));
    level.into_iter().chain(elsewhere).collect()
}

/// Plans the Run Environment.
pub(crate) fn plan(context: &Context<'_>, sources: Sources<'_>) -> Result<Part<()>, Problem> {
    let existing = context.world.cloudreactor.run_environment.present();
    let aws = draft::aws(context, sources.role, sources.network);
    let ecs = draft::ecs(sources.role, sources.cluster, existing);
    let aws_changes = existing.map_or_else(|| all(&aws), |environment| draft::changes(&environment.aws, &aws));
    let ecs_changes = existing.map_or_else(|| all(&ecs), |environment| draft::changes(&environment.ecs, &ecs));
    if let Some(environment) = existing.filter(|e| !aws_changes.is_empty() && merge::hides_secret_key(&e.aws)) {
        return Err(hidden_key(environment));
    }
    let paths = |changes: &[FieldChange]| changes.iter().map(|change| change.path.clone()).collect();
    let announced = (paths(&aws_changes), paths(&ecs_changes));
    let fields: Vec<FieldChange> = aws_changes.into_iter().chain(ecs_changes).collect();
    let (action, reason) = match existing {
        None => (Action::Create, Reason::Missing),
        Some(_) if fields.is_empty() => (Action::NoOp, Reason::Converged),
        Some(_) => (Action::Update, Reason::Differs),
    };
    let step = (action != Action::NoOp).then(|| step(context, existing, (&aws, &ecs), announced, sources.needs));
    let component = ComponentPlan {
        component: Component::CloudReactor,
        subject: subject(context),
        action,
        reason,
        resources: Vec::new(),
        fields,
        kept: existing.map(|environment| kept(environment, &aws, &ecs)).unwrap_or_default(),
        permissions: Vec::new(),
    };
    Ok(Part { component, steps: step.into_iter().collect(), warnings: Vec::new(), facts: () })
}

/// The Run Environment and its group.
pub(crate) fn subject(context: &Context<'_>) -> Subject {
    Subject::RunEnvironment {
        name: context.spec.cloudreactor.run_environment.clone(),
        group: context.world.cloudreactor.group.name.clone(),
    }
}

/// The fields of a Run Environment that are other than they should be, as far as that is known.
pub(crate) fn differences(
    context: &Context<'_>,
    existing: &RunEnvironment,
    (role, network): (&RoleFacts, &NetworkFacts),
    cluster: &Output,
) -> Vec<FieldChange> {
    let aws = draft::changes(&existing.aws, &draft::aws(context, role, network));
    let ecs = draft::changes(&existing.ecs, &draft::ecs(role, cluster, Some(existing)));
    let is_known = |change: &FieldChange| !matches!(change.after, Shown::Unknown(_));
    aws.into_iter().chain(ecs).filter(is_known).collect()
}

fn all(fields: &Fields) -> Vec<FieldChange> {
    draft::changes(&Settings::default(), fields)
}

fn kept(environment: &RunEnvironment, aws: &Fields, ecs: &Fields) -> Vec<String> {
    let mut kept = draft::kept(&environment.aws, aws);
    kept.extend(draft::kept(&environment.ecs, ecs));
    kept
}

fn step(
    context: &Context<'_>,
    existing: Option<&RunEnvironment>,
    (aws, ecs): (&Fields, &Fields),
    (announced_aws, announced_ecs): (BTreeSet<String>, BTreeSet<String>),
    needs: BTreeSet<StepId>,
) -> Step {
    Step {
        id: STEP,
        component: Component::CloudReactor,
        needs,
        op: Op::PutRunEnvironment(RunEnvironmentDraft {
            name: context.spec.cloudreactor.run_environment.clone(),
            group: context.world.cloudreactor.group.clone(),
            existing: existing.map(|environment| environment.uuid.clone()),
            announced_aws,
            announced_ecs,
            aws: draft::drafts(aws),
            ecs: draft::drafts(ecs),
        }),
    }
}

/// Below Developer, CloudReactor neither takes a change nor shows the settings, so that whether one is
/// needed cannot be told: what is not shown is not absent. A key below it is not told its level, which
/// then reads as 0.
pub fn access_problem(user: &str, group: &Group, level: u32) -> Option<Problem> {
    if level >= DEVELOPER {
        return None;
    }
    let has = if level == 0 { "the level is below it".to_owned() } else { format!("the level is {level}") };
    Some(
        Problem::new(Code::AccessLevelTooLow, format!("access to CloudReactor group {:?} is too low", group.name))
            .at("cloudreactor.group")
            .because(format!("Run Environments need Developer ({DEVELOPER}); {has}"))
            .help(format!("have {user} made Developer of the group, or use a key of that level")),
    )
}

/// The same of a world that was read.
pub(crate) fn access_problem_of(context: &Context<'_>) -> Option<Problem> {
    let state = &context.world.cloudreactor;
    access_problem(&state.user, &state.group, state.access_level)
}

/// The Run Environment stands for another AWS account, and nobody said that it may be turned over.
pub(crate) fn elsewhere_problem(context: &Context<'_>, environment: &RunEnvironment) -> Option<Problem> {
    let account = match environment.aws.0.get("account_id")? {
        Value::String(text) if !text.is_empty() => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    if account == context.target.account.as_str() || context.spec.cloudreactor.adoption == Adoption::Adopt {
        return None;
    }
    let message = format!("Run Environment {:?} stands for another AWS account", environment.name.as_str());
    Some(
        Problem::new(Code::RunEnvironmentElsewhere, message)
            .at(KEY)
            .because(format!("it has account {account}, and this is account {}", context.target.account))
            .help("if it may be turned over to this account, set adopt = true in [cloudreactor]")
            .help("or set another cloudreactor.run_environment"),
    )
}

fn hidden_key(environment: &RunEnvironment) -> Problem {
    let message = format!("saving Run Environment {:?} would erase its AWS secret key", environment.name.as_str());
    Problem::new(Code::RunEnvironmentHidesKey, message)
        .at(KEY)
        .because("CloudReactor replaces the AWS settings whole, and does not show the secret key to send it back")
        .help("remove the access key and the secret key in the dashboard: the role takes their place")
        .help("or set another cloudreactor.run_environment")
}
