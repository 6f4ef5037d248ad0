//! What leads a stack out of a state in which it is stuck.

use groundwork_model::Region;
use groundwork_model::world::{Stack, StackPhase, Stuck};

/// What to do, one line each.
pub(crate) fn commands(stack: &Stack, region: &Region) -> Vec<String> {
    let aws = |command: &str| format!("aws cloudformation {command} --stack-name {} --region {region}", stack.name);
    let again = "then run the same command again".to_owned();
    match &stack.phase {
        StackPhase::Stuck(Stuck::UpdateRollbackFailed) => vec![
            format!("remove the cause, then go on: {}", aws("continue-update-rollback")),
            "a resource that cannot be rolled back is left out by --resources-to-skip LOGICAL_ID".to_owned(),
            again,
        ],
        StackPhase::Stuck(Stuck::DeleteFailed) => vec![
            format!("remove the cause, then delete what is left: {}", aws("delete-stack")),
            "a resource that cannot be deleted is left over by --retain-resources LOGICAL_ID".to_owned(),
            again,
        ],
        StackPhase::Stuck(Stuck::UpdateFailed) => {
            vec![format!("undo the failed update: {}", aws("rollback-stack")), again]
        }
        StackPhase::Stuck(Stuck::CreateFailed | Stuck::RollbackFailed | Stuck::RollbackComplete) => {
            vec![format!("delete what is left: {}", aws("delete-stack")), again]
        }
        StackPhase::Stuck(Stuck::DeleteComplete | Stuck::ImportRollbackFailed)
        | StackPhase::Shell
        | StackPhase::Settled(_)
        | StackPhase::Moving(_)
        | StackPhase::Unrecognized(_) => vec![format!("see what happened: {}", aws("describe-stack-events"))],
    }
}
