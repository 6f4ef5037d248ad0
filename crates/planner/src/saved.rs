//! Saved plans: sealed on one machine, opened and held against the world on another.
//!
//! A saved plan is applied only if nothing that it was made from has changed, and if the plan in the file
//! is the very plan that its spec and the world give again. So neither an accident nor a forger can slip
//! in a step that the planner would not have planned.

use groundwork_model::Code;
use groundwork_model::basis::Basis;
use groundwork_model::plan::{Plan, Target};
use groundwork_model::problem::Problem;
use groundwork_model::saved::{PLAN_FORMAT, SavedPlan};
use groundwork_model::spec::Spec;
use groundwork_model::world::World;
use serde_json::{Value, json};

use crate::basis::{basis, differences};
use crate::digest;
use crate::planning::plan;

/// So much of what the file says is repeated in an error: a long list of words fits, a template does not.
const LONGEST_QUOTE: usize = 400;

/// How many differences of the world an error lists.
const LISTED: usize = 20;

/// Seals a plan: `created` is the present time (RFC 3339), the basis the world that it was made from.
pub fn seal(spec: &Spec, plan: Plan, basis: Basis, tool_version: &str, created: String) -> SavedPlan {
    let mut saved = SavedPlan {
        format_version: PLAN_FORMAT.to_owned(),
        digest: String::new(),
        groundwork_version: tool_version.to_owned(),
        created,
        spec_digest: spec_digest(spec),
        summary: plan.summary(),
        basis,
        spec: spec.clone(),
        plan,
    };
    saved.digest = content_digest(json!(saved));
    saved
}

/// The document as a file.
pub fn text(saved: &SavedPlan) -> String {
    format!("{:#}\n", json!(saved))
}

fn spec_digest(spec: &Spec) -> String {
    digest::whole(&json!(spec).to_string())
}

/// The digest of everything but itself. Compact text, so that a pipeline may store the file indented.
fn content_digest(mut document: Value) -> String {
    if let Value::Object(fields) = &mut document {
        fields.shift_remove("digest");
    }
    digest::whole(&document.to_string())
}

/// Reads a saved plan and checks that it is whole. The place of a problem is the file: say so around it.
pub fn open(text: &str, tool_version: &str) -> Result<SavedPlan, Problem> {
    let document: Value =
        serde_json::from_str(text).map_err(|error| unreadable("it is not JSON").because(shown(&error.to_string())))?;
    check_format(&document)?;
    let claimed = document.get("digest").and_then(Value::as_str).unwrap_or_default().to_owned();
    if claimed != content_digest(document.clone()) {
        return Err(tampered("its content does not match its digest: it was changed or cut short"));
    }
    check_version(&document, tool_version)?;
    serde_json::from_value(document)
        .map_err(|error| unreadable("a part of it is not as it should be").because(shown(&error.to_string())))
}

fn check_format(document: &Value) -> Result<(), Problem> {
    let Some(format) = document.get("format_version").and_then(Value::as_str) else {
        return Err(unreadable("it has no format_version: it is something else"));
    };
    let major = |version: &str| version.split('.').next().map(str::to_owned);
    if major(format) == major(PLAN_FORMAT) {
        return Ok(());
    }
    Err(unreadable(&format!(
        "its format is {}, and this groundwork reads {PLAN_FORMAT}",
        shown(&format!("{format:?}"))
    )))
}

fn check_version(document: &Value, tool_version: &str) -> Result<(), Problem> {
    let made_by = document.get("groundwork_version").and_then(Value::as_str).unwrap_or_default();
    if made_by == tool_version {
        return Ok(());
    }
    Err(Problem::new(
        Code::PlanOfOtherVersion,
        format!("the saved plan was made by groundwork {}", shown(&format!("{made_by:?}"))),
    )
    .because(format!("this is groundwork {tool_version}, whose templates may differ"))
    .help("apply it with the version that made it, or plan again"))
}

/// Holds a saved plan against the world as it is now, and hands out the plan to carry out.
pub fn verify(saved: &SavedPlan, world: &World) -> Result<Plan, Vec<Problem>> {
    let now = basis(&saved.spec, world, &saved.basis.key);
    let moved = differences(&saved.basis, &now);
    if !moved.is_empty() {
        return Err(vec![stale(&saved.created, moved)]);
    }
    let fresh = plan(&saved.spec, world, &saved.groundwork_version)?;
    let forged = forgeries(saved, &fresh);
    if forged.is_empty() { Ok(fresh) } else { Err(vec![forgery(forged)]) }
}

fn stale(created: &str, moved: Vec<String>) -> Problem {
    let more = moved.len().saturating_sub(LISTED);
    let mut moved: Vec<String> = moved.iter().map(|difference| shown(difference)).collect();
    moved.truncate(LISTED);
    if more > 0 {
        moved.push(format!("and {more} more differences"));
    }
    let mut problem =
        Problem::new(Code::PlanStale, format!("the world has changed since the plan was made at {}", shown(created)));
    problem.causes = moved;
    problem.help("nothing was changed: plan again, and have the new plan approved")
}

/// The parts of the document that do not follow from its spec and the world. Who plans and who applies
/// may be two; warnings tell of passing things, such as how many addresses a subnet has left.
fn forgeries(saved: &SavedPlan, fresh: &Plan) -> Vec<&'static str> {
    let Plan { purpose, target, components, egress, cost, policy, warnings: _, steps } = &saved.plan;
    let same_target = |one: &Target, other: &Target| Target { caller: other.caller.clone(), ..one.clone() } == *other;
    let parts = [
        ("purpose", *purpose == fresh.purpose),
        ("target", same_target(target, &fresh.target)),
        ("components", *components == fresh.components),
        ("egress", *egress == fresh.egress),
        ("cost", *cost == fresh.cost),
        ("policy", *policy == fresh.policy),
        ("steps", *steps == fresh.steps),
        ("summary", saved.summary == fresh.summary()),
        ("spec_digest", saved.spec_digest == spec_digest(&saved.spec)),
    ];
    parts.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
}

fn forgery(parts: Vec<&str>) -> Problem {
    tampered("what it says does not follow from its spec and the world")
        .because(format!("different: {}", parts.join(", ")))
}

/// Words of the file, or about it, as one line of a length that can be read. Nobody has checked them yet.
fn shown(words: &str) -> String {
    let line = words.replace(char::is_control, "\u{fffd}");
    match line.char_indices().nth(LONGEST_QUOTE) {
        None => line,
        Some((end, _)) => format!("{}...", &line[..end]),
    }
}

fn unreadable(cause: &str) -> Problem {
    Problem::new(Code::PlanUnreadable, "this is no saved plan that can be read")
        .because(cause)
        .help("make one: groundwork plan -f SPEC -o FILE")
}

fn tampered(cause: &str) -> Problem {
    Problem::new(Code::PlanTampered, "the saved plan cannot be trusted")
        .because(cause)
        .help("nothing was changed: plan again, and have the new plan approved")
}
