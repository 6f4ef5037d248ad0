//! Differences that are known: what is meant, in which field, and until when.

use groundwork_model::drift::Ignore;
use groundwork_model::plan::Component;
use groundwork_model::problem::Problem;
use groundwork_model::{Code, Day, LogicalId};
use schemars::json_schema;

use crate::read::{Node, Read, leaf_schema};
use crate::text::{refused, text_type};
use crate::word::{Word, find, names, unknown};

/// The longest path of a field, and the longest reason: more is no line of a report.
const LONGEST: usize = 200;

text_type!(
    /// A field of an object, or what its path begins with.
    FieldPath, "a field", "1 to 200 characters that can be printed, as the report writes it: SecurityGroupIngress",
    line
);
text_type!(
    /// Why a difference is ignored.
    Reason, "a reason", "1 to 200 characters that can be printed", line
);

fn line(text: &str) -> bool {
    (1..=LONGEST).contains(&text.chars().count()) && !text.contains(char::is_control) && !text.trim().is_empty()
}

impl Word for Component {
    const WHAT: &'static str = "a component";

    fn words() -> Vec<(&'static str, Self)> {
        Self::ALL.map(|component| (component.as_str(), component)).to_vec()
    }
}

/// Where a difference is: in a component, or in an object of a component's stack.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct At {
    pub(crate) component: Component,
    pub(crate) logical_id: Option<LogicalId>,
}

impl At {
    /// Whether an entry is about the same.
    pub(crate) fn is_of(&self, ignore: &Ignore) -> bool {
        (self.component, &self.logical_id) == (ignore.component, &ignore.logical_id)
    }
}

impl Read for At {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(text) = node.text() else {
            problems.push(node.wrong_type("a string"));
            return None;
        };
        let (component, object) = match text.split_once('/') {
            Some((component, object)) => (component, Some(object)),
            None => (text, None),
        };
        let Some(known) = find::<Component>(component) else {
            problems.push(unknown::<Component>(node, component, None));
            return None;
        };
        if known == Component::CloudReactor && object.is_some() {
            let problem = node.problem(Code::InvalidValue, "there are no objects in cloudreactor, but only fields");
            problems.push(problem.help("at = \"cloudreactor\" with field = \"network.subnets\", say"));
            return None;
        }
        match object.map(str::parse).transpose() {
            Ok(logical_id) => Some(Self { component: known, logical_id }),
            Err(error) => {
                problems.push(refused(node, Code::InvalidName, &error));
                None
            }
        }
    }
}

leaf_schema!([] At, {
    let with_objects: Vec<&str> = names::<Component>().into_iter().filter(|name| *name != "cloudreactor").collect();
    let pattern = format!("^(cloudreactor|({})(/[A-Za-z0-9]{{1,255}})?)$", with_objects.join("|"));
    json_schema!({ "type": "string", "pattern": pattern })
});

/// The last day on which a difference is ignored: a date of TOML, or its text.
#[derive(Debug)]
pub(crate) struct Until(pub(crate) Day);

impl Read for Until {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(text) = node.text_or_date() else {
            problems.push(node.wrong_type("a day").help("for example until = 2027-01-31"));
            return None;
        };
        match text.parse() {
            Ok(day) => Some(Self(day)),
            Err(error) => {
                problems.push(refused(node, Code::InvalidValue, &error));
                None
            }
        }
    }
}

leaf_schema!([] Until, json_schema!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }));
