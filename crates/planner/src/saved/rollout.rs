//! The saved plans of a rollout: a saved plan for each target, and what they share once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use groundwork_model::basis::Digest;
use groundwork_model::plan::Plan;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Access, AssumeRole, Planned, PlannedTarget, Rollout, RolloutPlan, RolloutTarget};
use groundwork_model::saved::{
    PLAN_FORMAT, SavedAccess, SavedAssumeRole, SavedOutcome, SavedPlan, SavedRollout, SavedTarget,
};
use groundwork_model::step::Op;
use groundwork_model::world::World;
use groundwork_model::{Code, Secret, TargetName, WaveName};

use super::file::{sealed, tampered};
use super::{seal, verify};
use crate::basis::keyed;
use crate::{digest, planning};

/// What a template begins with that stands somewhere else in the file. No template begins so.
const ELSEWHERE: &str = "sha256:";

/// Seals the plans of a rollout: `created` is the present time (RFC 3339). Each plan needs its basis.
pub fn seal_rollout(
    rollout: &Rollout,
    plan: &RolloutPlan,
    tool_version: &str,
    created: &str,
) -> Result<SavedRollout, Problem> {
    let mut templates = BTreeMap::new();
    let mut target = |(target, planned): (&RolloutTarget, &PlannedTarget)| {
        let outcome = match &planned.planned {
            Planned::Plan(plan) => {
                let basis = planned.basis.clone().ok_or_else(|| {
                    Problem::new(Code::Internal, format!("target {} was planned without a basis", target.name))
                })?;
                let access = without_secrets(&target.access, &basis.key);
                let mut saved = seal(&target.spec, (**plan).clone(), basis, tool_version, created.to_owned());
                fold(&mut saved, &mut templates);
                SavedOutcome::Planned { access, saved: Box::new(saved) }
            }
            Planned::Blocked(problems) => SavedOutcome::Blocked { problems: problems.clone() },
            Planned::Unreachable(problems) => SavedOutcome::Unreachable { problems: problems.clone() },
        };
        Ok(SavedTarget { target: planned.target.clone(), labels: target.labels.clone(), planned: outcome })
    };
    let targets = rollout.targets.iter().zip(&plan.targets).map(&mut target).collect::<Result<Vec<_>, Problem>>()?;
    let saved = SavedRollout {
        format_version: PLAN_FORMAT.to_owned(),
        digest: String::new(),
        groundwork_version: tool_version.to_owned(),
        created: created.to_owned(),
        waves: plan.waves.clone(),
        on_unreachable: rollout.on_unreachable,
        targets,
        notices: plan.notices.clone(),
        templates,
    };
    Ok(SavedRollout { digest: sealed(&saved), ..saved })
}

/// The part of a saved rollout that is about some targets only.
pub fn rest(saved: SavedRollout, targets: &BTreeSet<TargetName>) -> SavedRollout {
    let mut rest = saved;
    rest.targets.retain(|target| targets.contains(&target.target.name));
    let waves: BTreeSet<&WaveName> = rest.targets.iter().map(|target| &target.target.wave).collect();
    rest.waves.retain(|wave| waves.contains(&wave.name));
    let used: BTreeSet<String> = plans(&rest.targets).flat_map(references).map(str::to_owned).collect();
    rest.templates.retain(|digest, _| used.contains(digest));
    rest.digest = sealed(&rest);
    rest
}

fn plans(targets: &[SavedTarget]) -> impl Iterator<Item = &SavedPlan> {
    targets.iter().filter_map(|target| match &target.planned {
        SavedOutcome::Planned { saved, .. } => Some(&**saved),
        SavedOutcome::Blocked { .. } | SavedOutcome::Unreachable { .. } => None,
    })
}

/// The digests of a plan's templates.
fn references(saved: &SavedPlan) -> impl Iterator<Item = &str> {
    saved.plan.steps.iter().filter_map(|step| match &step.op {
        Op::DeployStack(deploy) => deploy.template.strip_prefix(ELSEWHERE),
        // No rollout with a stack set is saved.
        Op::DeployStackSet(_) => None,
        Op::DeleteStack(_)
        | Op::ContinueRollback(_)
        | Op::RollBack(_)
        | Op::FollowStack(_)
        | Op::PutCapacityProviders(_)
        | Op::PutRunEnvironment(_)
        | Op::DeleteRunEnvironment { .. } => None,
    })
}

/// Changes each template of a plan.
fn exchange(saved: &mut SavedPlan, mut change: impl FnMut(&mut Arc<str>)) {
    for step in &mut saved.plan.steps {
        if let Op::DeployStack(deploy) = &mut step.op {
            change(&mut deploy.template);
        }
    }
}

/// Puts a plan's templates where all plans' are.
fn fold(saved: &mut SavedPlan, templates: &mut BTreeMap<String, Arc<str>>) {
    exchange(saved, |template| {
        let digest = digest::whole(template);
        let reference = format!("{ELSEWHERE}{digest}");
        templates.insert(digest, std::mem::replace(template, reference.into()));
    });
}

/// A plan with its templates, ready to be held against the world.
fn whole(saved: &SavedPlan, templates: &BTreeMap<String, Arc<str>>) -> SavedPlan {
    let mut whole = saved.clone();
    exchange(&mut whole, |template| {
        if let Some(text) = template.strip_prefix(ELSEWHERE).and_then(|digest| templates.get(digest)) {
            template.clone_from(text);
        }
    });
    whole
}

/// Makes sure that the parts of a document belong together.
pub(super) fn checked(saved: SavedRollout) -> Result<SavedRollout, Problem> {
    for plan in plans(&saved.targets) {
        if plan.groundwork_version != saved.groundwork_version || plan.created != saved.created {
            return Err(tampered("its parts were not made together"));
        }
        if !references(plan).all(|digest| saved.templates.contains_key(digest)) {
            return Err(tampered("it lacks a template"));
        }
    }
    Ok(saved)
}

fn without_secrets(access: &Access, key: &str) -> SavedAccess {
    let assume_role = access.assume_role.as_ref().map(|assume| SavedAssumeRole {
        role: assume.role.clone(),
        external_id: assume.external_id.as_ref().map(|id| external_id(id, key)),
        session_name: assume.session_name.clone(),
        tags: assume.tags.clone(),
    });
    SavedAccess { profile: access.profile.clone(), assume_role }
}

fn external_id(id: &Secret, key: &str) -> Digest {
    keyed(&format!("external-id:{}", id.expose()), key)
}

/// The plans as they were shown when they were saved.
pub fn shown_plan(saved: &SavedRollout) -> RolloutPlan {
    RolloutPlan {
        waves: saved.waves.clone(),
        targets: saved.targets.iter().map(shown_target).collect(),
        notices: saved.notices.clone(),
    }
}

/// What was shown of a target.
pub fn shown_target(SavedTarget { target, planned, .. }: &SavedTarget) -> PlannedTarget {
    let planned = match planned {
        SavedOutcome::Planned { saved, .. } => Planned::Plan(Box::new(saved.plan.clone())),
        SavedOutcome::Blocked { problems } => Planned::Blocked(problems.clone()),
        SavedOutcome::Unreachable { problems } => Planned::Unreachable(problems.clone()),
    };
    PlannedTarget { target: target.clone(), planned, basis: None }
}

/// Holds the plan of a target against the world as it is now. One that was carried out meanwhile has nothing left
/// to do: a rollout that ended half way can be taken up again with the same file.
pub fn verify_target(saved: &SavedRollout, name: &TargetName, world: &World) -> Result<Plan, Vec<Problem>> {
    let of_target = saved.targets.iter().find(|target| target.target.name == *name);
    let Some(SavedOutcome::Planned { saved: plan, .. }) = of_target.map(|target| &target.planned) else {
        return Err(vec![tampered("it lacks a target")]);
    };
    let refused = match verify(&whole(plan, &saved.templates), world) {
        Err(problems) if problems.iter().all(|problem| problem.code == Code::PlanStale) => problems,
        outcome => return outcome,
    };
    match planning::plan(&plan.spec, world, &saved.groundwork_version) {
        Ok(now) if now.is_empty() => Ok(now),
        Ok(_) | Err(_) => Err(refused),
    }
}

/// The rollout that the plans were made for: of the targets that have one. The external ids are those to choose
/// from, `None` if nobody has said where they are.
pub fn rollout(saved: &SavedRollout, external_ids: Option<&[Secret]>) -> Result<Rollout, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut targets = Vec::new();
    for SavedTarget { target, labels, planned } in &saved.targets {
        let SavedOutcome::Planned { access, saved: plan } = planned else { continue };
        let wave = saved.waves.iter().position(|wave| wave.name == target.wave);
        let spec = &plan.spec.environment;
        let is_one = spec.account_id.as_ref() == Some(&target.account) && spec.region == target.region;
        let Some(wave) = wave.filter(|_| is_one) else {
            problems.push(tampered(&format!("target {} does not fit the rest of it", target.name)));
            continue;
        };
        match with_secrets(access, &plan.basis.key, external_ids) {
            Ok(access) => targets.push(RolloutTarget {
                name: target.name.clone(),
                account: target.account.clone(),
                access,
                wave,
                labels: labels.clone(),
                spec: plan.spec.clone(),
            }),
            Err(problem) => problems.push(problem),
        }
    }
    // Most targets lack the same.
    problems.dedup();
    if !problems.is_empty() {
        return Err(problems);
    }
    let (waves, on_unreachable) = (saved.waves.clone(), saved.on_unreachable);
    Ok(Rollout { targets, waves, on_unreachable, role_stack_set: None })
}

fn with_secrets(access: &SavedAccess, key: &str, external_ids: Option<&[Secret]>) -> Result<Access, Problem> {
    let find = |digest: &Digest| {
        let ids = external_ids.ok_or_else(no_external_ids)?;
        ids.iter().find(|id| external_id(id, key) == *digest).cloned().ok_or_else(other_external_id)
    };
    let assume = |assume: &SavedAssumeRole| {
        Ok(AssumeRole {
            role: assume.role.clone(),
            external_id: assume.external_id.as_ref().map(find).transpose()?,
            session_name: assume.session_name.clone(),
            tags: assume.tags.clone(),
        })
    };
    let assume_role = access.assume_role.as_ref().map(assume).transpose()?;
    Ok(Access { profile: access.profile.clone(), assume_role })
}

fn no_external_ids() -> Problem {
    Problem::new(Code::InvalidArguments, "external ids are needed, and a saved plan holds none")
        .because("roles are assumed in the targets' accounts with external ids")
        .help("name the spec that has them: groundwork apply PLAN --external-ids-from SPEC")
}

fn other_external_id() -> Problem {
    Problem::new(Code::PlanStale, "an external id is not the one that the plan was made with")
        .because("roles are assumed with external ids that stand nowhere in the spec")
        .help("name the spec that the plan was made from, or plan again")
}
