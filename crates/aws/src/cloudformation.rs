//! CloudFormation: stacks, change sets, events.

pub(crate) mod change_sets;
pub(crate) mod events;
pub(crate) mod stack_sets;
pub(crate) mod stacks;

/// CloudFormation has seen this client token: the operation is our own, sent again after its answer
/// was lost.
const TOKEN_IS_KNOWN: &str = "TokenAlreadyExistsException";
