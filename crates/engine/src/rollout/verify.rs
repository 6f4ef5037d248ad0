//! A target that was changed, read once more: does anything differ from its spec?

use groundwork_model::Code;
use groundwork_model::plan::{Action, Plan};
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Planned, RolloutTarget};

use super::waves::Verified;
use crate::discover::Depth;
use crate::ports::{Cloud, Saas, Shared};
use crate::survey::{fresh, planned};

/// Reads a target with credentials and caches of its own, and plans for it: a plan with something in it is a
/// problem, and so is none.
pub(super) async fn one<C: Cloud, S: Saas, K, R, T>(
    at: usize,
    target: &RolloutTarget,
    connect: &impl AsyncFn(&RolloutTarget) -> C,
    shared: &Shared<S, K, R, T>,
    tool_version: &str,
) -> Verified {
    let (planned, _) = planned(&connect(target).await, &shared.saas, target, Depth::Plan, fresh(tool_version)).await;
    let problems = match planned {
        Planned::Plan(plan) if plan.is_empty() => Vec::new(),
        Planned::Plan(plan) => vec![differs(&plan)],
        Planned::Blocked(problems) | Planned::Unreachable(problems) => problems,
    };
    Verified { at, problems }
}

fn differs(plan: &Plan) -> Problem {
    let problem = Problem::new(Code::NotAsPlanned, "it was changed, and is not as the spec wants it");
    let changing = plan.components.iter().filter(|part| part.action != Action::NoOp);
    let causes = changing.map(|part| format!("{} would change", part.component));
    causes.fold(problem, Problem::because).help("plan this target again to see what differs")
}
