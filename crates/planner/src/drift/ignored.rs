//! Sets apart what the spec says is known.

use groundwork_model::drift::{ComponentDrift, DriftRules, Ignore, IgnoredDifference};
use groundwork_model::problem::Problem;
use groundwork_model::{Code, Day};

/// Moves what is ignored out of what counts. Tells which entries have expired, and which mean nothing: that is known
/// only of components that were compared whole.
pub(super) fn set_apart(
    components: &mut [ComponentDrift],
    rules: &DriftRules,
    today: Day,
) -> (Vec<Problem>, Vec<String>) {
    let mut warnings = Vec::new();
    let mut idle = Vec::new();
    for (index, ignore) in rules.ignore.iter().enumerate() {
        let key = format!("drift.ignore[{index}]");
        let component = components.iter_mut().find(|component| component.component == ignore.component);
        let Some(component) = component else { continue };
        let meant = component.differences.iter().filter(|found| ignore.means(component.component, found)).count();
        let meant_before = component.ignored.iter().any(|known| ignore.means(component.component, &known.difference));
        if ignore.until < today {
            warnings.push(expired(ignore, &key, meant));
        } else if meant > 0 {
            apart(component, ignore);
        } else if component.problems.is_empty() && !meant_before {
            idle.push(key);
        }
    }
    (warnings, idle)
}

fn apart(component: &mut ComponentDrift, ignore: &Ignore) {
    let name = component.component;
    let (known, others) = std::mem::take(&mut component.differences)
        .into_iter()
        .partition::<Vec<_>, _>(|difference| ignore.means(name, difference));
    component.differences = others;
    component.ignored.extend(known.into_iter().map(|difference| IgnoredDifference {
        difference,
        until: ignore.until,
        reason: ignore.reason.clone(),
    }));
}

fn expired(ignore: &Ignore, key: &str, meant: usize) -> Problem {
    let message = format!("{key} has expired: its last day was {}", ignore.until);
    let problem = Problem::new(Code::IgnoreExpired, message).at(key).because(format!("its reason: {}", ignore.reason));
    match meant {
        0 => problem.help("nothing is left of what it means: delete it"),
        1 => problem.help("what it means counts again: undo it, or give the entry another day"),
        _ => {
            problem.because(format!("{meant} differences count again")).help("undo them, or give the entry another day")
        }
    }
}
