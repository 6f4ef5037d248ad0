//! How many targets are changed at the same time, and how many may fail.

use std::num::NonZeroUsize;

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::MaxFailures;
use schemars::json_schema;

use crate::key;
use crate::read::{Node, Read, leaf_schema};

/// More would be no use: AWS limits calls by account, and one process has to watch them all.
const MOST_CONCURRENT: usize = 1000;

/// How many targets are changed at the same time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Concurrency(pub(crate) NonZeroUsize);

impl Read for Concurrency {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(number) = node.integer() else {
            problems.push(node.wrong_type("an integer"));
            return None;
        };
        let allowed = usize::try_from(number).ok().filter(|number| *number <= MOST_CONCURRENT);
        let allowed = allowed.and_then(NonZeroUsize::new);
        if allowed.is_none() {
            let message = format!("{number} targets cannot be changed at the same time");
            problems.push(node.problem(Code::InvalidValue, message).help(format!("allowed: 1 to {MOST_CONCURRENT}")));
        }
        allowed.map(Self)
    }
}

leaf_schema!([] Concurrency, json_schema!({ "type": "integer", "minimum": 1, "maximum": MOST_CONCURRENT }));

/// How many targets may fail: a number, or a share of the wave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FailureLimit(pub(crate) MaxFailures);

impl Read for FailureLimit {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let (limit, shown) = match (node.integer(), node.text()) {
            (Some(number), _) => (usize::try_from(number).ok().map(MaxFailures::Count), number.to_string()),
            (None, Some(text)) => (percent(text).map(MaxFailures::Percent), key::quoted(text)),
            (None, None) => {
                problems.push(node.wrong_type("a number or a percentage"));
                return None;
            }
        };
        if limit.is_none() {
            let problem = node.problem(Code::InvalidValue, format!("{shown} is no limit for failures"));
            problems.push(problem.help("allowed: a number of targets, or \"0%\" to \"100%\" of the wave"));
        }
        limit.map(Self)
    }
}

fn percent(text: &str) -> Option<u8> {
    let number = text.strip_suffix('%')?;
    let plain = number.bytes().all(|byte| byte.is_ascii_digit()) && (number.len() == 1 || !number.starts_with('0'));
    number.parse().ok().filter(|percent| plain && *percent <= 100)
}

leaf_schema!([] FailureLimit, json_schema!({
    "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": "^(100|[1-9]?[0-9])%$" }]
}));
