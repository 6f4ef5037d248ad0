//! How a command fails: what to tell the user, and the exit code that follows from it.

use groundwork_model::problem::Problem;
use groundwork_model::{Code, Exit};

/// A command that did not get to its end.
#[derive(Debug)]
pub struct Failure {
    /// What is wrong, all of it.
    pub problems: Vec<Problem>,
}

impl Failure {
    /// The exit code. Of several problems, the one decides that the operator has to solve first:
    /// without access nothing else can be judged, and a broken spec comes before the world's state.
    pub fn exit(&self) -> Exit {
        const FIRST_THINGS_FIRST: [Exit; 10] = [
            Exit::Access,
            Exit::Usage,
            Exit::NeedsRecovery,
            Exit::Refused,
            Exit::StalePlan,
            Exit::VerificationFailed,
            Exit::Interrupted,
            Exit::TimedOut,
            Exit::CloudReactorFailed,
            Exit::RolledBack,
        ];
        let exits: Vec<Exit> = self.problems.iter().map(|problem| problem.code.exit()).collect();
        FIRST_THINGS_FIRST.into_iter().find(|exit| exits.contains(exit)).unwrap_or(Exit::Internal)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Self {
        Self { problems }
    }
}

/// What a command returns.
pub type Outcome = Result<Exit, Failure>;

/// An input or output error that is not the user's pipe being closed.
pub fn broken_output(error: &std::io::Error) -> Problem {
    Problem::new(Code::Unwritable, "cannot write the output").because(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_comes_before_everything_else() {
        let failure =
            |codes: &[Code]| Failure { problems: codes.iter().map(|code| Problem::new(*code, "x")).collect() };
        assert_eq!(failure(&[Code::StackBusy, Code::AccessDenied]).exit(), Exit::Access);
        assert_eq!(failure(&[Code::StackBusy, Code::InvalidCidr]).exit(), Exit::Usage);
        assert_eq!(failure(&[Code::RoleNotAssumable, Code::AccessDenied]).exit(), Exit::Access);
        assert_eq!(failure(&[Code::RoleNotAssumable, Code::Throttled]).exit(), Exit::VerificationFailed);
        assert_eq!(failure(&[Code::ClassNotAllowed]).exit(), Exit::Refused);
        assert_eq!(failure(&[]).exit(), Exit::Internal);
    }
}
