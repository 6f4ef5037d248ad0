//! `groundwork show`: a saved plan, offline.

use std::path::Path;

use groundwork_model::problem::Problem;
use groundwork_model::saved::{Saved, SavedPlan, SavedRollout};
use groundwork_model::{Code, Exit};
use groundwork_planner::saved;
use groundwork_view::{human, markdown};

use crate::args::{ShowArguments, ShowFormat};
use crate::commands::plan;
use crate::failure::Outcome;
use crate::output::file;
use crate::terminal::Terminal;

/// Shows a saved plan.
pub fn run(arguments: &ShowArguments, terminal: &Terminal) -> Outcome {
    match open(&arguments.plan)? {
        Saved::One(saved) => one(&saved, arguments, terminal),
        Saved::Many(saved) => many(&saved, arguments, terminal),
    }
}

fn one(saved: &SavedPlan, arguments: &ShowArguments, terminal: &Terminal) -> Outcome {
    match arguments.format {
        ShowFormat::Human => terminal.print(|out, style| human::plan(out, &saved.plan, style))?,
        ShowFormat::Json => terminal.print(|out, _| out.write_all(saved::text(saved).as_bytes()))?,
        ShowFormat::Markdown => terminal.print(|out, _| markdown::plan(out, &saved.plan, None, &[]))?,
    }
    if arguments.explain_cost && arguments.format == ShowFormat::Human {
        terminal.print(|out, style| plan::prices(out, &saved.plan.cost, style))?;
    }
    Ok(Exit::Done)
}

fn many(saved: &SavedRollout, arguments: &ShowArguments, terminal: &Terminal) -> Outcome {
    let plan = saved::shown_plan(saved);
    match arguments.format {
        ShowFormat::Human => terminal.print(|out, style| human::rollout_plan(out, &plan, style))?,
        ShowFormat::Json => terminal.print(|out, _| out.write_all(saved::text(saved).as_bytes()))?,
        ShowFormat::Markdown => terminal.print(|out, _| markdown::rollout_plan(out, &plan, &[]))?,
    }
    Ok(Exit::Done)
}

/// Reads a saved plan and checks that it is whole.
pub fn open(path: &Path) -> Result<Saved, Problem> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Problem::new(Code::PlanUnreadable, format!("cannot read {}", path.display()))
            .because(error.to_string())
            .help("make a plan first: groundwork plan -f SPEC -o FILE")
    })?;
    saved::open(&text, env!("CARGO_PKG_VERSION")).map_err(|mut problem| {
        problem.message = format!("{}: {}", file::quoted(path), problem.message);
        if path.extension().is_some_and(|extension| extension == "toml") {
            problem
                .help
                .insert(0, format!("to apply a spec, name it with -f: groundwork apply -f {}", file::quoted(path)));
        }
        problem
    })
}
