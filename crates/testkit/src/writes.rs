//! What was written, as the service saw it: what stood there at that moment, and what was put in its place.

use std::collections::BTreeMap;

use groundwork_engine::ports::{ChangeSetKind, ChangeSetRequest, ObservedChange};
use groundwork_model::run_environment::RunEnvironment;
use groundwork_model::world::{Cluster, Stack, StackPhase};
use groundwork_model::{LogicalId, StackId, StackName};

/// Something that was written in AWS.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// A change set was executed.
    Execution {
        /// The stack.
        stack: StackName,
        /// Its id.
        id: StackId,
        /// How it stood.
        was: StackPhase,
        /// The tags that it had.
        tags: BTreeMap<String, String>,
        /// Whether it was made or changed.
        kind: ChangeSetKind,
        /// The template that it got.
        template: String,
        /// What that did to its resources.
        changes: Vec<ObservedChange>,
    },
    /// A stack's deletion began.
    Deletion {
        /// The stack.
        stack: StackName,
        /// Its id.
        id: StackId,
        /// How it stood.
        was: StackPhase,
    },
    /// A rollback began, or went on.
    Undoing {
        /// The stack.
        stack: StackName,
        /// Its id.
        id: StackId,
        /// How it stood.
        was: StackPhase,
        /// How much is undone.
        what: Undoing,
    },
    /// A cluster's capacity providers were set.
    CapacityProviders {
        /// The cluster as it was.
        before: Cluster,
        /// The cluster as it is.
        after: Cluster,
    },
}

/// How much a rollback undoes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undoing {
    /// Everything.
    Everything,
    /// Everything but these.
    AllBut(Vec<LogicalId>),
}

impl Write {
    pub(crate) fn execution(stack: &Stack, request: &ChangeSetRequest, changes: &[ObservedChange]) -> Self {
        Self::Execution {
            stack: stack.name.clone(),
            id: stack.id.clone(),
            was: stack.phase.clone(),
            tags: stack.tags.clone(),
            kind: request.kind,
            template: request.template.clone(),
            changes: changes.to_vec(),
        }
    }
}

/// A Run Environment that was written in CloudReactor.
#[derive(Clone, Debug, PartialEq)]
pub struct Saving {
    /// What was there; `None` if it was made.
    pub before: Option<RunEnvironment>,
    /// What is there; `None` if it was deleted.
    pub after: Option<RunEnvironment>,
}
