//! What became of a rollout: the verdict, the waves, what went wrong, and the targets.

use std::io::{self, Write};

use groundwork_model::ids::WaveName;
use groundwork_model::problem::Problem;
use groundwork_model::report::{Report, StepOutcome, StepReport};
use groundwork_model::rollout::{Lists, NotStarted, RolloutReport, TargetEnd, TargetReport};

use super::document::{Block, Document, Rank, details, long_table};
use super::escape::code;
use super::head::rollout_head;
use super::problems::{Severity, of_targets};
use super::rollout_plan::{plain_names, row};
use crate::alike::skipped;
use crate::human::rollout_report::{awaits_approval, ending, totals, verdict, verified, waves as counted};
use crate::words::{count, not_started};

/// So many failed targets are told of one by one.
const MOST_FAILURES: usize = 30;

/// Writes what became of a rollout.
pub fn rollout_report(out: &mut dyn Write, report: &RolloutReport) -> io::Result<()> {
    let lists = report.lists();
    let mut document = Document::default();
    document.always(rollout_head(&format!("{} — {}", verdict(report, &lists), totals(report, &lists).join(", "))));
    document.always(stop(&lists));
    document.always(verified(report).map_or_else(String::new, |found| format!("**Verified** {found}")));
    document.block(Block { rank: Rank::First, ..waves(report) });
    for target in lists.failed.iter().take(MOST_FAILURES) {
        document.block(Block { rank: Rank::First, ..failure(target) });
    }
    if lists.failed.len() > MOST_FAILURES {
        let more = lists.failed.len() - MOST_FAILURES;
        document.always(format!("What {more} more failed of is not shown: `--json` shows all."));
    }
    document.block(went_on_without(report));
    document.block(targets(report));
    document.write(out)
}

/// Why targets were not started.
fn stop(lists: &Lists<'_>) -> String {
    let line = |wanted: NotStarted| {
        let end = TargetEnd::NotStarted { reason: wanted };
        let number = lists.not_started.iter().filter(|target| target.end == end).count();
        let was = if number == 1 { "was" } else { "were" };
        (number > 0).then(|| format!("{} {was} not started, since {}.", count(number, "target"), not_started(wanted)))
    };
    let lines = [NotStarted::TooManyFailures, NotStarted::Interrupted, NotStarted::AwaitsApproval].map(line);
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    if lines.is_empty() {
        return String::new();
    }
    let who = if awaits_approval(lists) { "The saved plan for the rest" } else { "A rerun" };
    format!("{} {who} goes on with them.", lines.join(" "))
}

/// How many targets of each wave ended in which way.
fn waves(report: &RolloutReport) -> Block {
    let row = |(wave, counts): (&WaveName, [usize; 5])| {
        let [all, done, failed, skipped, not_started] = counts.map(|number| number.to_string());
        [code(wave.as_str()), all, done, failed, skipped, not_started]
    };
    let head = ["wave", "targets", "done", "failed", "skipped", "not started"];
    let table = long_table(head, counted(report).into_iter().map(row), ("wave", String::new()));
    Block { elsewhere: "`--json`".to_owned(), ..table }
}

/// What went wrong in a target.
fn failure(target: &TargetReport) -> Block {
    let TargetEnd::Failed { report } = &target.end else {
        return of_targets([], Severity::Error, String::new());
    };
    let problems: Vec<Problem> = report.problems().cloned().collect();
    let name = &target.target.name;
    let heading = format!("{name}: {}", steps(report));
    let body = of_targets([(heading, &problems[..])], Severity::Error, format!(" of {}", code(name.as_str())));
    details(&format!("{name} {}", ending(target).1), body)
}

/// `role done, network failed (GW4003), cloudreactor not begun`; after steps that were all done, `not verified`.
fn steps(report: &Report) -> String {
    let step = |step: &StepReport| {
        let outcome = match &step.outcome {
            StepOutcome::Changed => "done".to_owned(),
            StepOutcome::Unchanged => "unchanged".to_owned(),
            StepOutcome::Skipped { .. } => "not begun".to_owned(),
            StepOutcome::Failed { problem } => format!("failed ({})", problem.code),
        };
        format!("{} {outcome}", step.component)
    };
    let unverified = (!report.verification.is_empty()).then(|| "not verified".to_owned());
    report.steps.iter().map(step).chain(unverified).collect::<Vec<_>>().join(", ")
}

fn went_on_without(report: &RolloutReport) -> Block {
    let troubles = skipped(report);
    let number: usize = troubles.iter().map(|trouble| trouble.targets.len()).sum();
    let told = troubles.iter().map(|trouble| (plain_names(&trouble.targets), trouble.problems));
    let body = of_targets(told, Severity::Error, " of skipped targets".to_owned());
    details(&format!("{number} skipped"), body)
}

/// The targets: those that failed first, those that were as they should be last.
fn targets(report: &RolloutReport) -> Block {
    let mut rows: Vec<(u8, [String; 5])> = report
        .targets
        .iter()
        .map(|report| {
            let (order, words) = ending(report);
            (order, row(&report.target, words))
        })
        .collect();
    rows.sort_by_key(|(order, _)| *order);
    let noun = ("target", String::new());
    let head = ["target", "account", "Region", "wave", "result"];
    let table = long_table(head, rows.into_iter().map(|(_, row)| row), noun);
    details(&count(report.targets.len(), "target"), Block { elsewhere: "`--json`".to_owned(), ..table })
}
