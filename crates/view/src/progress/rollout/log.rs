//! The log of one target of a rollout: what happened in it, in full, for whoever has to find out.

use groundwork_model::event::{Event, Stamped};
use groundwork_model::plan::Plan;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{TargetEnd, TargetEvent, TargetId};

use crate::human;
use crate::human::verification::in_short;
use crate::line::{Color, Line, Style};
use crate::progress::knowledge::Knowledge;
use crate::progress::narrator::{Heartbeats, Narrator};
use crate::stream::rfc3339;
use crate::words::{duration, not_started, time_of_day};

/// A file has no width of its own.
const STYLE: Style = Style { width: 110, color: Color::Never };

/// Columns of a date and the blank behind it: `2026-11-24 `.
const DATE: usize = 11;

/// What happened in a target, line by line as a single target's progress is told in a pipe, each with its date.
#[derive(Debug)]
pub struct TargetLog {
    text: String,
    narrator: Narrator,
}

impl TargetLog {
    /// A log in which nothing has happened yet. The plan, if there is one, makes its words more exact.
    pub fn new(target: &TargetId, plan: Option<&Plan>) -> Self {
        let TargetId { name, account, region, wave } = target;
        let text = format!("target {name}  {account}  {region}  wave {wave}; times are UTC\n");
        let mut narrator = Narrator::new(STYLE.columns() - DATE, Heartbeats::Told);
        narrator.knowledge = plan.map(Knowledge::of).unwrap_or_default();
        Self { text, narrator }
    }

    /// Adds an event of the target's plan as a whole.
    pub fn target(&mut self, at_ms: u64, event: &TargetEvent) {
        let words = match event {
            TargetEvent::Started => "started".to_owned(),
            TargetEvent::Verified { links } => match in_short(links) {
                (found, true) => format!("verified: {found}"),
                (found, false) => format!("not verified: {found}"),
            },
            TargetEvent::Finished { succeeded: true, elapsed_ms } => format!("done in {}", duration(*elapsed_ms)),
            TargetEvent::Finished { succeeded: false, elapsed_ms } => format!("failed after {}", duration(*elapsed_ms)),
        };
        self.say(at_ms, &words);
    }

    /// Adds an event within the target's plan.
    pub fn event(&mut self, at_ms: u64, event: &Event) {
        // Of a line, the number is not told.
        let lines = self.narrator.tell(&Stamped { sequence: 0, at_ms, event: event.clone() });
        self.add(at_ms, &lines);
    }

    /// Adds that the target was verified once more after its wave was done, and what was found.
    pub fn verified(&mut self, at_ms: u64, is_as_wanted: bool) {
        let found = if is_as_wanted { "as its spec wants it" } else { "not as its spec wants it" };
        self.say(at_ms, &format!("verified once more: {found}"));
    }

    /// The log so far.
    pub fn so_far(&self) -> &str {
        &self.text
    }

    /// The whole log, with what became of the target.
    pub fn ended(&self, end: &TargetEnd) -> String {
        let (words, problems): (String, Vec<Problem>) = match end {
            TargetEnd::Done { .. } => return self.text.clone(),
            TargetEnd::Unchanged => ("There was nothing to do.".to_owned(), Vec::new()),
            TargetEnd::Failed { report } => ("It failed.".to_owned(), report.problems().cloned().collect()),
            TargetEnd::Skipped { problems } => ("The rollout went on without it.".to_owned(), problems.clone()),
            TargetEnd::NotStarted { reason } => {
                (format!("It was not started, since {}.", not_started(*reason)), Vec::new())
            }
        };
        let mut written = Vec::new();
        // A `Vec` takes whatever is written.
        let _ = human::problems(&mut written, &problems, &STYLE);
        let problems = String::from_utf8_lossy(&written);
        format!("{}\n{words}\n{}{problems}", self.text, if problems.is_empty() { "" } else { "\n" })
    }

    fn say(&mut self, at_ms: u64, words: &str) {
        self.add(at_ms, &[Line::new().plain(&format!("{}  {words}", time_of_day(at_ms)))]);
    }

    /// Adds what happened at a time: the date stands before the first line.
    fn add(&mut self, at_ms: u64, lines: &[Line]) {
        let date = rfc3339(at_ms).chars().take(DATE - 1).collect::<String>();
        for (at, line) in lines.iter().enumerate() {
            let date = if at == 0 { date.as_str() } else { "" };
            let line = Line::new().plain(date).to(DATE).then(line.clone());
            self.text += &line.render(STYLE.color);
            self.text.push('\n');
        }
    }
}
