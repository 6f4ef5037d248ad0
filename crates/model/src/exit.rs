//! The exit codes: a public contract, one code for each thing that the operator does next.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exit {
    /// Done, or nothing to do.
    Done,
    /// A defect of groundwork itself.
    Internal,
    /// Changes are pending, or there is drift: where the caller asked to be told by the code, and where a rollout
    /// stopped for an approval.
    ChangesPending,
    /// The command line or the spec is invalid.
    Usage,
    /// Credentials or a permission is missing, or the account is not the one that the spec names.
    Access,
    /// A class of change that was not allowed: nothing was executed.
    Refused,
    /// The saved plan no longer fits the world.
    StalePlan,
    /// A rollout ended with some targets failed.
    SomeTargetsFailed,
    /// A change failed and was rolled back.
    RolledBack,
    /// A change failed and left something that must be recovered.
    NeedsRecovery,
    /// What was built was verified and found wanting.
    VerificationFailed,
    /// The wait ended; AWS may still be working.
    TimedOut,
    /// AWS is done, CloudReactor failed.
    CloudReactorFailed,
    /// Interrupted by a signal; AWS may still be working.
    Interrupted,
}

impl Exit {
    /// Every exit code, in the order of `docs/exit-codes.md`, which is made from it.
    pub const ALL: [Self; 14] = [
        Self::Done,
        Self::Internal,
        Self::ChangesPending,
        Self::Usage,
        Self::Access,
        Self::Refused,
        Self::StalePlan,
        Self::SomeTargetsFailed,
        Self::RolledBack,
        Self::NeedsRecovery,
        Self::VerificationFailed,
        Self::TimedOut,
        Self::CloudReactorFailed,
        Self::Interrupted,
    ];

    /// The process's exit status.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Internal => 1,
            Self::ChangesPending => 2,
            Self::Usage => 3,
            Self::Access => 4,
            Self::Refused => 5,
            Self::StalePlan => 6,
            Self::SomeTargetsFailed => 7,
            Self::RolledBack => 8,
            Self::NeedsRecovery => 9,
            Self::VerificationFailed => 10,
            Self::TimedOut => 11,
            Self::CloudReactorFailed => 12,
            Self::Interrupted => 130,
        }
    }

    /// Whether the command did what it was asked to.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Done | Self::ChangesPending)
    }

    /// What it means, for the documentation.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done, or nothing to do",
            Self::Internal => "internal error",
            Self::ChangesPending => {
                "changes pending, or drift (with `--detailed-exitcode`); a rollout stopped for an approval"
            }
            Self::Usage => "usage or spec invalid",
            Self::Access => "credentials, permission or wrong account",
            Self::Refused => "refused by a gate: a class of change that is not allowed",
            Self::StalePlan => "the saved plan is stale",
            Self::SomeTargetsFailed => "a rollout ended with some targets failed",
            Self::RolledBack => "a change failed and was rolled back",
            Self::NeedsRecovery => "a change failed and needs recovery",
            Self::VerificationFailed => "verification failed",
            Self::TimedOut => "timed out or detached; AWS may still be working",
            Self::CloudReactorFailed => "AWS is done, CloudReactor failed",
            Self::Interrupted => "interrupted; AWS may still be working",
        }
    }

    /// What the operator does next, for the documentation.
    pub fn next(self) -> &'static str {
        match self {
            Self::Done => "-",
            Self::Internal => "report it",
            Self::ChangesPending => "review, apply",
            Self::Usage => "edit",
            Self::Access => "fix access",
            Self::Refused => "allow it, or change the spec",
            Self::StalePlan => "plan again",
            Self::SomeTargetsFailed => "read the report, rerun",
            Self::RolledBack => "fix, rerun",
            Self::NeedsRecovery => "follow the hint of the error",
            Self::VerificationFailed => "read the report",
            Self::TimedOut | Self::CloudReactorFailed | Self::Interrupted => "rerun",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_has_a_code_of_its_own() {
        let mut codes: Vec<u8> = Exit::ALL.iter().map(|exit| exit.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 130]);
    }
}
