//! `groundwork apply`: plans, asks the gates, executes.

use groundwork_engine::approve::{self, Policy};
use groundwork_model::Exit;
use groundwork_model::plan::Class;
use groundwork_view::human;

use crate::args::ApplyArguments;
use crate::commands::{execution, plan, spec};
use crate::failure::Outcome;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use crate::wiring;

/// Makes the world as the spec says.
pub fn run(arguments: &ApplyArguments, surroundings: &Surroundings, terminal: &Terminal) -> Outcome {
    let loaded = spec::load(&arguments.spec, surroundings)?;
    let policy = Policy::allowing(arguments.allow.iter().copied().map(Class::from));
    wiring::runtime()?.block_on(async {
        let ports = wiring::ports(&loaded.spec, &arguments.aws, surroundings).await?;
        let plan = plan::make(&loaded, &ports).await?;
        terminal.print(|out, style| human::plan(out, &plan, style))?;
        if plan.is_empty() {
            return Ok(Exit::Done);
        }
        let approved = approve::approve(plan, &policy)?;
        execution::run(approved, &ports, &loaded.spec, arguments.wait, terminal).await
    })
}
