//! Problems of many targets: those that are alike are told once, with the targets that have them.

use groundwork_model::TargetName;
use groundwork_model::problem::Problem;

/// How many targets a problem names that many have.
const NAMED: usize = 5;

/// What AWS adds to its words and what differs from call to call.
const REQUEST: &str = " [request ";

/// One problem for all that differ only in their target, in the order in which each came first. Its outermost
/// cause says which target has it, or how many have it and which are the first.
pub fn alike<'a>(problems: impl IntoIterator<Item = (&'a TargetName, Problem)>) -> Vec<Problem> {
    let mut found: Vec<(Problem, Problem, Vec<&TargetName>)> = Vec::new();
    for (target, problem) in problems {
        let essence = essence(&problem);
        match found.iter_mut().find(|(known, ..)| *known == essence) {
            Some((.., targets)) => targets.push(target),
            None => found.push((essence, problem, vec![target])),
        }
    }
    let placed = |(_, mut problem, targets): (Problem, Problem, Vec<&TargetName>)| {
        problem.causes.insert(0, place(&targets));
        problem
    };
    found.into_iter().map(placed).collect()
}

/// The problem without the ids of single requests.
fn essence(problem: &Problem) -> Problem {
    let mut essence = problem.clone();
    for cause in &mut essence.causes {
        if let Some(at) = cause.find(REQUEST) {
            cause.truncate(at);
        }
    }
    essence
}

fn place(targets: &[&TargetName]) -> String {
    let named: Vec<String> = targets.iter().take(NAMED).map(|name| format!("{:?}", name.as_str())).collect();
    match (targets.len(), targets.len().saturating_sub(NAMED)) {
        (1, _) => format!("in target {}", named.join(", ")),
        (all, 0) => format!("in {all} targets: {}", named.join(", ")),
        (all, more) => format!("in {all} targets: {} and {more} more", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use groundwork_model::Code;

    use super::*;

    fn told(problems: &[(&str, &str)]) -> Vec<Vec<String>> {
        let names: Vec<TargetName> = problems.iter().map(|(name, _)| name.parse().expect("a name")).collect();
        let problem = |cause: &str| Problem::new(Code::AccessDenied, "denied").because(cause).help("ask");
        let all = names.iter().zip(problems).map(|(name, (_, cause))| (name, problem(cause)));
        alike(all).into_iter().map(|problem| problem.causes).collect()
    }

    #[test]
    fn what_differs_in_nothing_but_the_target_is_told_once() {
        assert_eq!(told(&[]), Vec::<Vec<String>>::new());
        assert_eq!(told(&[("a", "no")]), [["in target \"a\"", "no"]]);
        assert_eq!(
            told(&[("a", "no"), ("b", "never"), ("c", "no")]),
            [["in 2 targets: \"a\", \"c\"", "no"], ["in target \"b\"", "never"]]
        );
    }

    #[test]
    fn of_many_targets_the_first_are_named() {
        let many = ["a", "b", "c", "d", "e", "f", "g"].map(|name| (name, "no"));
        assert_eq!(told(&many[..5])[0][0], r#"in 5 targets: "a", "b", "c", "d", "e""#);
        assert_eq!(told(&many)[0][0], r#"in 7 targets: "a", "b", "c", "d", "e" and 2 more"#);
    }

    #[test]
    fn the_id_of_a_request_makes_no_difference() {
        let problems = [("a", "no [request 1]"), ("b", "no [request 2]"), ("c", "yes [request 3]")];
        assert_eq!(
            told(&problems),
            [["in 2 targets: \"a\", \"b\"", "no [request 1]"], ["in target \"c\"", "yes [request 3]"]]
        );
    }
}
