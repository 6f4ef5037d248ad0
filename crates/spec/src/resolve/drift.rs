//! The rules for differences between what is declared and what is live.

use groundwork_model::Code;
use groundwork_model::drift::{DriftRules, Ignore};
use groundwork_model::problem::Problem;

use super::missing;
use crate::ignore::{FieldPath, Reason, Until};
use crate::key;
use crate::raw::{DriftSection, IGNORE, IgnoreSection};
use crate::read::Field;
use crate::text::Text;

pub(super) fn resolve(section: DriftSection, problems: &mut Vec<Problem>) -> DriftRules {
    let entries = section.ignore.given().map_or_else(Vec::new, |tables| tables.0);
    let mut ignore = Vec::new();
    for (index, entry) in entries.into_iter().enumerate() {
        let key = key::item(IGNORE, index);
        if let Field::Given(entry) = entry {
            ignore.extend(known(entry, &ignore, &key, problems));
        }
    }
    DriftRules { ignore }
}

/// An entry, unless it lacks something or another one says the same.
fn known(entry: IgnoreSection, before: &[Ignore], key: &str, problems: &mut Vec<Problem>) -> Option<Ignore> {
    let mut lacks = |name: &str, absent: bool, help: &str| {
        if absent {
            problems.push(missing(&format!("{key}.{name}"), help));
        }
    };
    lacks("at", entry.at.is_absent(), "for example at = \"network/TaskSecurityGroup\"");
    lacks("until", entry.until.is_absent(), "name the last day on which it is ignored: until = 2027-01-31");
    lacks("reason", entry.reason.is_absent(), "say why, for whoever reads the report: reason = \"..\"");
    let at = entry.at.given()?;
    let is_broken = matches!(entry.field, Field::Broken);
    let field = entry.field.given().map(|Text(FieldPath(field))| field);
    if !is_broken && before.iter().any(|other| at.is_of(other) && other.field == field) {
        let problem = Problem::new(Code::Duplicate, "another entry ignores the same");
        problems.push(problem.at(key).help("take one of them out"));
    }
    let (Until(until), Text(Reason(reason))) = (entry.until.given()?, entry.reason.given()?);
    Some(Ignore { component: at.component, logical_id: at.logical_id, field, until, reason })
}
