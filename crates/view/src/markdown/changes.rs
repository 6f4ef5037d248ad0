//! What changes of a component, as people read it on a terminal, in a block that unfolds.

use groundwork_model::plan::{Action, ComponentPlan, Plan, Purpose, ResourceChange};

use super::document::{Block, Code, details};
use super::escape::code_line;
use crate::human::{fields, permissions, plan, resources};
use crate::line::{Color, Line};
use crate::words::count;

/// Columns of a code block: what a comment shows without scrolling.
pub(super) const COLUMNS: usize = 100;

/// More resources than these are counted and not shown; nobody would read them.
const MOST_RESOURCES: usize = 300;

/// So many lines about the fields of a stack follow its resources.
const MOST_FIELD_LINES: usize = 60;

/// So many lines about the permissions of a component of a rollout.
const MOST_PERMISSION_LINES: usize = 60;

/// How deep resources and fields are indented on a terminal.
const INDENT: usize = 4;

/// Where all of a plan can be read.
pub(super) fn elsewhere(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Apply => "`groundwork plan`",
        Purpose::Destroy => "`groundwork destroy` without `--confirm`",
        Purpose::Watch => "`groundwork watch`",
        Purpose::Recover => "`groundwork recover` without `--confirm`",
    }
}

/// A block for each component that changes.
pub(super) fn blocks(plan: &Plan) -> impl Iterator<Item = Block> {
    let changing = plan.components.iter().filter(|component| component.action != Action::NoOp);
    changing.map(|component| Block { elsewhere: elsewhere(plan.purpose).to_owned(), ..block(component) })
}

fn block(component: &ComponentPlan) -> Block {
    let name = component.component;
    let title = format!("{name}: {}", plan::verdict(component).join(", "));
    let shown: Vec<ResourceChange> = component.resources.iter().take(MOST_RESOURCES).map(bounded).collect();
    let resources: Vec<Vec<String>> = resources::each(&shown, COLUMNS).iter().map(|lines| diff(lines)).collect();
    let fields = fields_of(component);
    let code = |pieces, tail| Code { language: "diff", head: head(component), pieces, tail };
    let body = if resources.is_empty() {
        code(fields.into_iter().map(|line| vec![line]).collect(), Vec::new()).block(("line", format!(" about {name}")))
    } else {
        code(resources, at_most(MOST_FIELD_LINES, fields)).block(("resource", format!(" of {name}")))
    };
    details(&title, Block { omitted: component.resources.len() - shown.len(), ..body })
}

/// All that changes by a plan, in pieces.
pub(super) fn of_plan(plan: &Plan) -> Vec<Vec<String>> {
    let changing = plan.components.iter().filter(|component| component.action != Action::NoOp);
    changing.flat_map(of_component).collect()
}

fn of_component(component: &ComponentPlan) -> Vec<Vec<String>> {
    let shown: Vec<ResourceChange> = component.resources.iter().take(MOST_RESOURCES).map(bounded).collect();
    let permissions = diff(&permissions::lines(component, INDENT, COLUMNS));
    let fields = at_most(MOST_FIELD_LINES, fields_of(component));
    let omitted = component.resources.len() - shown.len();
    let omitted = (omitted > 0).then(|| vec![format!("  … ({} more)", count(omitted, "resource"))]);
    let mut pieces = vec![head(component)];
    pieces.push(at_most(MOST_PERMISSION_LINES, permissions));
    pieces.extend(resources::each(&shown, COLUMNS).iter().map(|lines| diff(lines)));
    pieces.extend(omitted);
    pieces.push(fields);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// The resource with texts of such a length that its row is laid out at once.
fn bounded(change: &ResourceChange) -> ResourceChange {
    let note = change.note.as_deref().map(code_line);
    ResourceChange { resource_type: code_line(&change.resource_type), note, ..change.clone() }
}

/// What is done to the whole, as a comment of the diff.
fn head(component: &ComponentPlan) -> Vec<String> {
    let lines = [Some(plan::title(component)), plan::remark(&component.reason)];
    lines.into_iter().flatten().map(|line| code_line(&format!("# {line}"))).collect()
}

fn fields_of(component: &ComponentPlan) -> Vec<String> {
    let lines = match component.action {
        Action::Create => fields::made(&component.fields, INDENT + 2, COLUMNS),
        Action::NoOp | Action::Update | Action::Replace => fields::changes(&component.fields, INDENT + 2, COLUMNS),
        Action::Delete => Vec::new(),
    };
    let mut lines = diff(&lines);
    if !component.kept.is_empty() {
        lines.push(code_line(&format!("  kept as they are: {}", component.kept.join(", "))));
    }
    // A component that is deleted as a whole has nothing else to tell than that.
    if lines.is_empty() && component.resources.is_empty() {
        lines.push(format!("  {}", plan::verdict(component).join(", ")));
    }
    lines
}

/// Lines of a terminal as lines of a diff, where the sign has to come first, and what is neither added nor
/// removed has the sign `!`.
fn diff(lines: &[Line]) -> Vec<String> {
    let line = |line: &Line| {
        let text = line.render(Color::Never);
        let text = text.get(INDENT..).unwrap_or(text.trim_start());
        match text.strip_prefix(['~', '±']) {
            Some(rest) => code_line(&format!("!{rest}")),
            None => code_line(text),
        }
    };
    lines.iter().map(line).collect()
}

/// The first lines, and how many more there are.
pub(super) fn at_most(most: usize, mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > most {
        let more = lines.len() - most;
        lines.truncate(most);
        lines.push(format!("  … ({more} more lines)"));
    }
    lines
}
