//! Saved plans: sealed on one machine, opened and held against the world on another.
//!
//! A saved plan is applied only if nothing that it was made from has changed, and if the plan in the file
//! is the very plan that its spec and the world give again. So neither an accident nor a forger can slip
//! in a step that the planner would not have planned.

mod file;
mod rollout;

use groundwork_model::Code;
use groundwork_model::basis::Basis;
use groundwork_model::plan::{Plan, Target};
use groundwork_model::problem::Problem;
use groundwork_model::saved::{PLAN_FORMAT, SavedPlan};
use groundwork_model::spec::Spec;
use groundwork_model::world::World;
use serde_json::json;

use crate::basis::{basis, differences};
use crate::digest;
use crate::planning::plan;
use file::{sealed, shown, tampered};

pub use file::{open, text};
pub use rollout::{rest, rollout, seal_rollout, shown_plan, shown_target, verify_target};

/// How many differences of the world an error lists.
const LISTED: usize = 20;

/// Seals a plan: `created` is the present time (RFC 3339), the basis the world that it was made from.
pub fn seal(spec: &Spec, plan: Plan, basis: Basis, tool_version: &str, created: String) -> SavedPlan {
    let saved = SavedPlan {
        format_version: PLAN_FORMAT.to_owned(),
        digest: String::new(),
        groundwork_version: tool_version.to_owned(),
        created,
        spec_digest: spec_digest(spec),
        summary: plan.summary(),
        basis,
        spec: spec.clone(),
        plan,
    };
    SavedPlan { digest: sealed(&saved), ..saved }
}

fn spec_digest(spec: &Spec) -> String {
    digest::whole(&json!(spec).to_string())
}

/// Holds a saved plan against the world as it is now, and hands out the plan to carry out.
pub fn verify(saved: &SavedPlan, world: &World) -> Result<Plan, Vec<Problem>> {
    let now = basis(&saved.spec, world, &saved.basis.key);
    let moved = differences(&saved.basis, &now);
    if !moved.is_empty() {
        return Err(vec![stale(&saved.created, moved)]);
    }
    let fresh = plan(&saved.spec, world, &saved.groundwork_version)?;
    let forged = forgeries(saved, &fresh);
    if forged.is_empty() { Ok(fresh) } else { Err(vec![forgery(forged)]) }
}

fn stale(created: &str, moved: Vec<String>) -> Problem {
    let more = moved.len().saturating_sub(LISTED);
    let mut moved: Vec<String> = moved.iter().map(|difference| shown(difference)).collect();
    moved.truncate(LISTED);
    if more > 0 {
        moved.push(format!("and {more} more differences"));
    }
    let mut problem =
        Problem::new(Code::PlanStale, format!("the world has changed since the plan was made at {}", shown(created)));
    problem.causes = moved;
    problem.help("nothing was changed: plan again, and have the new plan approved")
}

/// The parts of the document that do not follow from its spec and the world. Who plans and who applies
/// may be two; warnings tell of passing things, such as how many addresses a subnet has left.
fn forgeries(saved: &SavedPlan, fresh: &Plan) -> Vec<&'static str> {
    let Plan { purpose, target, components, egress, cost, policy, warnings: _, steps } = &saved.plan;
    let same_target = |one: &Target, other: &Target| Target { caller: other.caller.clone(), ..one.clone() } == *other;
    let parts = [
        ("purpose", *purpose == fresh.purpose),
        ("target", same_target(target, &fresh.target)),
        ("components", *components == fresh.components),
        ("egress", *egress == fresh.egress),
        ("cost", *cost == fresh.cost),
        ("policy", *policy == fresh.policy),
        ("steps", *steps == fresh.steps),
        ("summary", saved.summary == fresh.summary()),
        ("spec_digest", saved.spec_digest == spec_digest(&saved.spec)),
    ];
    parts.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
}

fn forgery(parts: Vec<&str>) -> Problem {
    tampered("what it says does not follow from its spec and the world")
        .because(format!("different: {}", parts.join(", ")))
}
