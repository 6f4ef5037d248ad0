//! What prevents a discovery, collected from reads that run side by side.

use groundwork_model::problem::Problem;

use crate::ports::ApiError;

/// Failed calls, which are told together where they fail alike, and problems with what was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trouble {
    errors: Vec<ApiError>,
    problems: Vec<Problem>,
}

impl Trouble {
    /// Takes a failed call's error, or passes on its value.
    pub(crate) fn note<T>(&mut self, outcome: Result<T, ApiError>) -> Option<T> {
        outcome.map_err(|error| self.errors.push(error)).ok()
    }

    /// Takes what another part could not do, or passes on its value.
    pub(crate) fn absorb<T>(&mut self, outcome: Result<T, Self>) -> Option<T> {
        outcome
            .map_err(|other| {
                self.errors.extend(other.errors);
                self.problems.extend(other.problems);
            })
            .ok()
    }

    /// Takes a problem.
    pub(crate) fn add(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The value, if there is no trouble.
    pub(crate) fn or<T>(self, value: Option<T>) -> Result<T, Self> {
        match value {
            Some(value) if self.errors.is_empty() && self.problems.is_empty() => Ok(value),
            Some(_) | None => Err(self),
        }
    }

    /// One problem for all calls that failed for the same reason: eight calls without credentials are
    /// one problem, not eight.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let mut alike: Vec<(ApiError, Vec<String>)> = Vec::new();
        for error in self.errors {
            let reason = |other: &ApiError| {
                (other.service, other.class, &other.message) == (error.service, error.class, &error.message)
            };
            match alike.iter_mut().find(|(first, _)| reason(first)) {
                Some((first, others)) => {
                    if first.operation != error.operation && !others.contains(&error.operation) {
                        others.push(error.operation);
                    }
                }
                None => alike.push((error, Vec::new())),
            }
        }
        let told = alike.into_iter().map(|(error, others)| match others[..] {
            [] => Problem::from(error),
            _ => Problem::from(error).because(format!("the same for {}", others.join(", "))),
        });
        let mut problems: Vec<Problem> = told.collect();
        for problem in self.problems {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        problems
    }
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self { errors: Vec::new(), problems: vec![problem] }
    }
}

impl From<ApiError> for Trouble {
    fn from(error: ApiError) -> Self {
        Self { errors: vec![error], problems: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{ErrorClass, Service};

    fn error(operation: &str, message: &str) -> ApiError {
        ApiError {
            service: Service::Aws,
            operation: operation.to_owned(),
            class: ErrorClass::NoCredentials,
            code: None,
            message: message.to_owned(),
            request_id: None,
        }
    }

    #[test]
    fn calls_that_fail_alike_are_one_problem() {
        let mut trouble = Trouble::default();
        for (operation, message) in [("A", "none"), ("B", "none"), ("B", "none"), ("A", "none"), ("A", "other")] {
            assert_eq!(trouble.note::<()>(Err(error(operation, message))), None);
        }
        let problems = trouble.into_problems();
        assert_eq!(problems.len(), 2, "{problems:#?}");
        assert_eq!(problems[0].causes, ["none", "the same for B"]);
    }

    #[test]
    fn the_same_problem_is_told_once() {
        let problem = Problem::new(groundwork_model::Code::ReferenceNotFound, "there is no stack x");
        let mut trouble = Trouble::from(problem.clone());
        trouble.add(problem.clone());
        assert_eq!(trouble.into_problems(), [problem]);
    }

    #[test]
    fn no_value_comes_out_of_trouble() {
        assert!(Trouble::default().or(Some(1)).is_ok());
        assert!(Trouble::from(error("A", "none")).or(Some(1)).is_err());
    }
}
