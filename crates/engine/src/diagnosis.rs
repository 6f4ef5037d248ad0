//! Why operations on stacks failed, what helps, and what leads out of the state that they left.

mod catalogue;
mod cause;
mod findings;
mod history;
mod look;

use groundwork_model::world::{Stack, StackPhase, Stuck};

pub(crate) use cause::{explained, root_cause, undoing_failure, what_failed};
pub(crate) use findings::of_change_set;
pub(crate) use history::before_newest;
pub use look::{diagnose, diagnose_these};

/// What to do about a stack that is stuck, one line each.
pub(crate) fn ways_out(stack: &Stack) -> Vec<String> {
    let again = "then run the same command again".to_owned();
    match &stack.phase {
        StackPhase::Stuck(Stuck::UpdateRollbackFailed | Stuck::UpdateFailed) => {
            vec!["remove the cause, then roll it back: groundwork recover, with the same spec".to_owned(), again]
        }
        StackPhase::Stuck(
            Stuck::DeleteFailed | Stuck::CreateFailed | Stuck::RollbackFailed | Stuck::RollbackComplete,
        ) => {
            vec![
                "remove the cause, then delete what is left: groundwork recover --allow delete, with the same spec"
                    .to_owned(),
                again,
            ]
        }
        StackPhase::Stuck(Stuck::DeleteComplete | Stuck::ImportRollbackFailed)
        | StackPhase::Shell
        | StackPhase::Settled(_)
        | StackPhase::Moving(_)
        | StackPhase::Unrecognized(_) => vec!["see what happened: groundwork diagnose, with the same spec".to_owned()],
    }
}
