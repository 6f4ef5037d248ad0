//! Targets whose stacks are busy: what is under way there is waited for, and then they are planned again.

use std::time::Duration;

use futures_util::future::join_all;
use groundwork_model::basis::Basis;
use groundwork_model::event::Event;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Planned, Rollout, RolloutPlan, RolloutTarget};
use groundwork_model::world::World;
use groundwork_model::{Code, TargetName};

use super::identity::Asked;
use super::{Made, planned};
use crate::discover::Depth;
use crate::execute::{self, execute};
use crate::patience::{self, Follow, Next, Patience};
use crate::ports::{Clock, Cloud, Ports, Random, Saas, Shared, Sink, Stop};
use crate::watching::Moving;

/// Where is told for what is waited.
pub trait WaitSink {
    /// A target waits for a stack.
    fn waits(&self, target: &TargetName, stack: &Moving);

    /// Something happened in a stack that is waited for.
    fn event(&self, target: &TargetName, event: Event);

    /// A target was planned again.
    fn planned(&self, target: &TargetName, planned: &Planned);
}

/// Waits in each target of a plan that was refused because of stacks that are busy, and plans for it again. Targets
/// wait side by side, each as long as its patience lasts; one that is still busy then keeps its refusal. Only a wish to
/// stop makes it fail.
pub async fn wait_for_busy<C: Cloud, S: Saas, K: Clock, R: Random, T: Stop>(
    rollout: &Rollout,
    mut plan: RolloutPlan,
    connect: impl AsyncFn(&RolloutTarget) -> C,
    shared: &Shared<S, K, R, T>,
    (depth, patience): (Depth, Patience),
    make: impl Fn(&RolloutTarget, &World) -> Result<Made, Vec<Problem>>,
    sink: &impl WaitSink,
) -> Result<RolloutPlan, Vec<Problem>> {
    if patience == Patience::NONE {
        return Ok(plan);
    }
    let saas = &Asked::new(&shared.saas);
    let busy = rollout.targets.iter().zip(&mut plan.targets).filter(|(_, of_target)| is_busy(&of_target.planned));
    let waits = busy.map(|(target, of_target)| {
        let (connect, make) = (&connect, &make);
        async move {
            let waiting = Waiting { target, ports: shared.with(connect(target).await), saas, patience, sink };
            if let Some((planned, basis)) = waiting.until_free(depth, make).await {
                sink.planned(&target.name, &planned);
                (of_target.planned, of_target.basis) = (planned, basis);
            }
        }
    });
    join_all(waits).await;
    if shared.stop.requested() {
        let problem = Problem::new(Code::Interrupted, "interrupted while stacks were waited for");
        return Err(vec![problem.help("nothing was changed: run the same command again")]);
    }
    Ok(plan)
}

fn is_busy(planned: &Planned) -> bool {
    matches!(planned, Planned::Blocked(problems) if patience::is_busy(problems))
}

/// A target that waits.
struct Waiting<'a, P, A, X> {
    target: &'a RolloutTarget,
    ports: P,
    /// CloudReactor, for plans.
    saas: A,
    patience: Patience,
    sink: &'a X,
}

impl<C: Cloud, S: Saas, K: Clock, R: Random, T: Stop, A: Saas, X: WaitSink> Waiting<'_, Ports<C, S, K, R, T>, A, X> {
    /// Plans once nothing is under way any more. `None` if that is not worth waiting for, or took too long.
    async fn until_free(
        &self,
        depth: Depth,
        make: impl Fn(&RolloutTarget, &World) -> Result<Made, Vec<Problem>>,
    ) -> Option<(Planned, Option<Basis>)> {
        let Self { target, ports, patience, .. } = self;
        let started_ms = ports.clock.now_ms();
        loop {
            let waited = Duration::from_millis(ports.clock.now_ms().saturating_sub(started_ms));
            let unseen = match patience::next(&ports.cloud, &target.spec, *patience, waited).await {
                Ok(Next::GiveUp) => return None,
                Ok(Next::Plan) => Vec::new(),
                Ok(Next::Follow(follow)) => self.follow(*follow).await,
                Err(problems) => problems,
            };
            if ports.stop.requested() {
                return None;
            }
            if !unseen.is_empty() {
                return Some((Planned::Unreachable(unseen), None));
            }
            let again = planned(&ports.cloud, &self.saas, target, depth, &make).await;
            if !is_busy(&again.0) {
                return Some(again);
            }
        }
    }

    /// Follows what is under way to its end, and tells what kept from seeing it.
    async fn follow(&self, Follow { moving, plan, left }: Follow) -> Vec<Problem> {
        let name = &self.target.name;
        moving.iter().for_each(|stack| self.sink.waits(name, stack));
        let settings = execute::Settings { stack_timeout: left, detach: false };
        let events = Events { target: name, sink: self.sink };
        patience::unseen(&Box::pin(execute(plan, &self.ports, &events, &settings)).await)
    }
}

/// The events of one target.
struct Events<'a, X> {
    target: &'a TargetName,
    sink: &'a X,
}

impl<X: WaitSink> Sink for Events<'_, X> {
    fn event(&self, event: Event) {
        self.sink.event(self.target, event);
    }
}
