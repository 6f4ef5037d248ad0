//! A target that was changed, verified once more when its wave is done: do its links hold, and is nothing left to do?

use futures_util::future::join;
use groundwork_model::Code;
use groundwork_model::plan::{Action, Plan};
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Planned, RolloutTarget};

use super::waves::Verified;
use crate::discover::Depth;
use crate::ports::{Clock, Cloud, Saas, Shared, Stop};
use crate::survey::{fresh, planned};
use crate::verify::verify_changed;

/// Verifies a target with credentials and caches of its own, and plans for it: a plan with something in it is a
/// problem, and so is none.
pub(super) async fn again<C: Cloud, S: Saas, K: Clock, R, T: Stop>(
    at: usize,
    target: &RolloutTarget,
    connect: &impl AsyncFn(&RolloutTarget) -> C,
    shared: &Shared<S, K, R, T>,
    tool_version: &str,
) -> Verified {
    let (cloud, saas) = (&connect(target).await, &shared.saas);
    let plan = planned(cloud, saas, target, Depth::Plan, fresh(tool_version));
    let links = verify_changed((cloud, saas), (&shared.clock, &shared.stop), &target.spec);
    let ((planned, _), found) = Box::pin(join(plan, links)).await;
    let mut problems = match planned {
        Planned::Plan(plan) if plan.is_empty() => Vec::new(),
        Planned::Plan(plan) => vec![differs(&plan)],
        Planned::Blocked(problems) | Planned::Unreachable(problems) => problems,
    };
    let (links, broken) = match found {
        Ok(found) => {
            let broken = found.problems();
            (found.links, broken)
        }
        Err(problems) => (Vec::new(), problems),
    };
    for problem in broken {
        // Both ask whose account it is, and what one cannot read the other cannot either.
        if !problems.iter().any(|known| (known.code, &known.message) == (problem.code, &problem.message)) {
            problems.push(problem);
        }
    }
    Verified { at, links, problems }
}

fn differs(plan: &Plan) -> Problem {
    let problem = Problem::new(Code::NotAsPlanned, "it was changed, and is not as the spec wants it");
    let changing = plan.components.iter().filter(|part| part.action != Action::NoOp);
    let causes = changing.map(|part| format!("{} would change", part.component));
    causes.fold(problem, Problem::because).help("plan this target again to see what differs")
}
