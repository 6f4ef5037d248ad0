//! HTML: a rollout's report as one file that needs nothing from anywhere, to be kept as an artifact of a pipeline.
//!
//! It refers to no other file and its policy forbids a browser to load any, so it can be opened years later, and
//! tells nobody that it is. Whatever groundwork did not write itself is escaped; scripts hold none of it.

use std::io::{self, Write};

use groundwork_model::rollout::RolloutReport;

mod details;
mod escape;
mod page;
mod table;
mod timeline;

use crate::human::rollout_report::{totals, verdict};

/// Writes what became of a rollout.
pub fn rollout_report(out: &mut dyn Write, report: &RolloutReport) -> io::Result<()> {
    let lists = report.lists();
    let title = verdict(report, &lists);
    page::begin(out, &title, &totals(report, &lists).join(", "))?;
    table::waves(out, report)?;
    let order = table::order(report);
    table::targets(out, report, &order)?;
    order.iter().try_for_each(|at| details::target(out, *at, &report.targets[*at]))?;
    page::end(out)
}
