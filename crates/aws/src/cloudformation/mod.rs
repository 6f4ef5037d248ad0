//! CloudFormation: stacks, their events, change sets.

pub(crate) mod change_set;
pub(crate) mod deletion;
pub(crate) mod events;
pub(crate) mod stack;

use groundwork_engine::ports::ApiError;

/// Whether CloudFormation says that there is no such stack. It has no code of its own for that.
fn says_missing(error: &ApiError) -> bool {
    error.code.as_deref() == Some("ValidationError") && error.message.contains("does not exist")
}
