//! What may be done with a stack: one row for each status, whose it is, and whether something is in it.
//!
//! The statuses are those of AWS's guide, page "Stack status codes"; what AWS takes in each is the page's, too.

use groundwork_model::world::{Contents, Stack};

/// Whose a stack is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It carries our mark, or the spec claims it.
    Ours,
    /// It is somebody else's.
    Theirs,
}

/// Whether deleting a stack would delete a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    /// It would not.
    Nothing,
    /// It would, or nobody has looked.
    Something,
    /// It makes no difference.
    Either,
}

/// What plan says of a stack that is to be deployed, and apply may therefore do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deployment {
    /// It counts as absent, and is created.
    Create,
    /// It is compared with what is wanted, and updated.
    Compare,
    /// It is deleted and created anew, if deleting is allowed.
    Recreate,
    /// It has to come to rest first.
    Wait,
    /// It is stuck: recover leads out, or somebody who knows it.
    Stuck,
    /// It is not touched.
    Refuse,
}

/// What recover may do with a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recovery {
    /// Nothing: it is not stuck.
    Nothing,
    /// It has to come to rest first.
    Wait,
    /// Go on with its rollback.
    ContinueRollback,
    /// Roll it back.
    RollBack,
    /// Delete it, with what is still in it, if deleting is allowed.
    Delete,
    /// Nothing that a program should do: somebody has to look at it.
    ByHand,
    /// It is not touched.
    Refuse,
}

/// What may be done with a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Permitted {
    /// What plan says, and apply may do.
    pub deployment: Deployment,
    /// What recover may do.
    pub recovery: Recovery,
}

/// A row of the table.
struct Row {
    status: &'static str,
    held: Held,
    ours: Permitted,
    theirs: Permitted,
}

const fn row(status: &'static str, held: Held, ours: (Deployment, Recovery), theirs: (Deployment, Recovery)) -> Row {
    Row { status, held, ours: permitted(ours), theirs: permitted(theirs) }
}

const fn permitted((deployment, recovery): (Deployment, Recovery)) -> Permitted {
    Permitted { deployment, recovery }
}

use Deployment::{Compare, Create, Recreate, Stuck};
use Held::{Either, Nothing, Something};
use Recovery::{ByHand, ContinueRollback, Delete, RollBack};

const WELL: (Deployment, Recovery) = (Compare, Recovery::Nothing);
const MOVING: (Deployment, Recovery) = (Deployment::Wait, Recovery::Wait);
const HANDS_OFF: (Deployment, Recovery) = (Deployment::Refuse, Recovery::Refuse);

/// Status, whether something is in it, what may be done if it is ours, and what if it is not. A change set's shell
/// and a deleted stack count as absent, whosever they are: neither has anything that could be lost.
#[rustfmt::skip]
const TABLE: [Row; 27] = [
    row("REVIEW_IN_PROGRESS",       Either,    (Create, Delete),            (Create, Recovery::Refuse)),
    row("DELETE_COMPLETE",          Either,    (Create, Recovery::Nothing), (Create, Recovery::Nothing)),
    row("CREATE_COMPLETE",          Either,    WELL,                        HANDS_OFF),
    row("UPDATE_COMPLETE",          Either,    WELL,                        HANDS_OFF),
    row("UPDATE_ROLLBACK_COMPLETE", Either,    WELL,                        HANDS_OFF),
    row("IMPORT_COMPLETE",          Either,    WELL,                        HANDS_OFF),
    row("IMPORT_ROLLBACK_COMPLETE", Either,    WELL,                        HANDS_OFF),
    row("CREATE_IN_PROGRESS",       Either,    MOVING,                      HANDS_OFF),
    row("ROLLBACK_IN_PROGRESS",     Either,    MOVING,                      HANDS_OFF),
    row("UPDATE_IN_PROGRESS",       Either,    MOVING,                      HANDS_OFF),
    row("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Either, MOVING,              HANDS_OFF),
    row("UPDATE_ROLLBACK_IN_PROGRESS", Either, MOVING,                      HANDS_OFF),
    row("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", Either, MOVING,     HANDS_OFF),
    row("DELETE_IN_PROGRESS",       Either,    MOVING,                      HANDS_OFF),
    row("IMPORT_IN_PROGRESS",       Either,    MOVING,                      HANDS_OFF),
    row("IMPORT_ROLLBACK_IN_PROGRESS", Either, MOVING,                      HANDS_OFF),
    row("CREATE_FAILED",            Nothing,   (Recreate, Delete),          HANDS_OFF),
    row("CREATE_FAILED",            Something, (Stuck, Delete),             HANDS_OFF),
    row("ROLLBACK_COMPLETE",        Nothing,   (Recreate, Delete),          HANDS_OFF),
    row("ROLLBACK_COMPLETE",        Something, (Stuck, Delete),             HANDS_OFF),
    row("ROLLBACK_FAILED",          Nothing,   (Recreate, Delete),          HANDS_OFF),
    row("ROLLBACK_FAILED",          Something, (Stuck, Delete),             HANDS_OFF),
    row("DELETE_FAILED",            Nothing,   (Recreate, Delete),          HANDS_OFF),
    row("DELETE_FAILED",            Something, (Stuck, Delete),             HANDS_OFF),
    row("UPDATE_FAILED",            Either,    (Stuck, RollBack),           HANDS_OFF),
    row("UPDATE_ROLLBACK_FAILED",   Either,    (Stuck, ContinueRollback),   HANDS_OFF),
    row("IMPORT_ROLLBACK_FAILED",   Either,    (Stuck, ByHand),             HANDS_OFF),
];

/// For a status that this version does not know.
const UNKNOWN: Row = row("", Either, (Stuck, ByHand), HANDS_OFF);

/// What may be done with a stack.
pub(crate) fn permits(stack: &Stack, claim: Claim) -> Permitted {
    let status = stack.phase.status();
    let held = held(stack.contents.as_ref());
    let fits = |row: &&Row| row.status == status && (row.held == Either || row.held == held);
    let row = TABLE.iter().find(fits).unwrap_or(&UNKNOWN);
    match claim {
        Claim::Ours => row.ours,
        Claim::Theirs => row.theirs,
    }
}

fn held(contents: Option<&Contents>) -> Held {
    match contents {
        Some(contents) if !contents.resources.iter().any(|resource| resource.is_held()) => Held::Nothing,
        // What nobody has looked at counts as full.
        Some(_) | None => Held::Something,
    }
}
