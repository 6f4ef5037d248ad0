//! The table of a rollout on a terminal: what failed first, then what is under way, then how far all of it is.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::time::Duration;

use groundwork_model::TargetName;
use groundwork_model::event::Event;
use groundwork_model::plan::Component;
use groundwork_model::rollout::{RolloutEvent, RolloutPlan, TargetEvent};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::overview::Standing;
use super::teller::{Detail, Teller};
use crate::line::{Color, Ink, Line, Style};
use crate::text::{shorten, widest};
use crate::words::duration;

/// How often the spinner turns: it shows that the program lives, not how fast it is.
const TURN: Duration = Duration::from_millis(125);

/// How often a target's time is redrawn: it is told in seconds.
const SECOND: Duration = Duration::from_secs(1);

/// `⠹ 4m 3s  7 running, 31 done, 1 failed, 161 to go`
const WHOLE: &str = "{spinner} {since}  {wide_msg}";

/// A target that is under way, with the time that passes.
const RUNNING: &str = "{prefix}  {since}  {wide_msg}";

/// What stands still.
const STILL: &str = "{wide_msg}";

/// Columns of the names of targets, as far as the other columns leave them room.
const NARROWEST_TARGET: usize = 8;
const WIDEST_TARGET: usize = 40;

/// Columns of the names of waves where there is no room for more, or nobody knows what they are.
const NARROWEST_WAVE: usize = 8;
const WIDEST_WAVE: usize = 20;

/// Columns of everything but the names of targets and waves.
const OTHERS: usize = 2 + 2 + TIME + 2 + 3 * (CELL + 1) + CLOUDREACTOR;

/// Columns of a time: `59m 59s`.
const TIME: usize = 8;

/// Columns of what is said of a component: `12 of 38`.
const CELL: usize = 9;

/// The last component has a longer name than what is said of it.
const CLOUDREACTOR: usize = 12;

/// The table never has fewer rows, whatever a terminal claims to have: a heading, a target, how many more, the sum.
const FEWEST_ROWS: usize = 4;

/// A rollout on a terminal.
pub(super) struct Picture {
    terminal: MultiProgress,
    teller: Teller,
    color: Color,
    /// Rows that the table may have.
    rows: usize,
    /// Columns that the names of targets and waves may share.
    room: usize,
    /// Columns of the names of targets, and of waves.
    names: (usize, usize),
    /// Each target that is under way, whether it is shown or not: its time passes.
    running: BTreeMap<TargetName, ProgressBar>,
    /// The sum, with the time since the beginning.
    whole: ProgressBar,
    shown: Vec<(Row, ProgressBar)>,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Row {
    Heading,
    Failed(TargetName),
    Running(TargetName),
    More,
    Whole,
}

impl Picture {
    pub fn new(terminal: ProgressDrawTarget, style: &Style, rows: usize) -> Self {
        let room = style.columns().saturating_sub(OTHERS);
        Self {
            terminal: MultiProgress::with_draw_target(terminal),
            teller: Teller::new(style.columns(), Detail::Targets),
            color: style.color,
            // The cursor needs one, too.
            rows: rows.saturating_sub(1).max(FEWEST_ROWS),
            room,
            names: columns_of_names(room, WIDEST_TARGET, NARROWEST_WAVE),
            running: BTreeMap::new(),
            whole: unseen(WHOLE),
            shown: Vec::new(),
        }
    }

    /// Lets the plan make the words more exact.
    pub fn know(&mut self, plan: &RolloutPlan) {
        self.teller.know(plan);
        let targets = widest(self.teller.overview.known.names());
        self.names = columns_of_names(self.room, targets, widest(plan.waves.iter().map(|wave| wave.name.as_str())));
    }

    pub fn rollout(&mut self, at_ms: u64, event: &RolloutEvent) -> io::Result<()> {
        let lines = self.teller.rollout(at_ms, event);
        self.show(&lines)
    }

    pub fn target(&mut self, at_ms: u64, target: &TargetName, event: &TargetEvent) -> io::Result<()> {
        let lines = self.teller.target(at_ms, target, event);
        match event {
            TargetEvent::Started => drop(self.running.insert(target.clone(), unseen(RUNNING))),
            TargetEvent::Verified { .. } => {}
            TargetEvent::Finished { .. } => drop(self.running.remove(target)),
        }
        self.show(&lines)
    }

    pub fn event(&mut self, at_ms: u64, target: &TargetName, event: &Event) -> io::Result<()> {
        let lines = self.teller.event(at_ms, target, event);
        self.show(&lines)
    }

    pub fn finish(&mut self) -> io::Result<()> {
        self.take_down();
        self.terminal.clear()?;
        // Whatever is written next begins below: the picture left the cursor at the end of its last line.
        self.terminal.println("")
    }

    /// Shows lines, and how far all of it has come now.
    fn show(&mut self, lines: &[Line]) -> io::Result<()> {
        lines.iter().try_for_each(|line| self.terminal.println(line.render(self.color)))?;
        self.draw();
        Ok(())
    }

    /// Redraws what reads differently; all of it, if other rows are shown than before.
    fn draw(&mut self) {
        let (rows, more) = self.layout();
        if !rows.iter().eq(self.shown.iter().map(|(row, _)| row)) {
            self.take_down();
            for row in rows {
                let bar = self.terminal.add(self.bar(&row));
                match row {
                    Row::Running(_) => bar.enable_steady_tick(SECOND),
                    Row::Whole => bar.enable_steady_tick(TURN),
                    Row::Heading | Row::Failed(_) | Row::More => {}
                }
                self.shown.push((row, bar));
            }
        }
        for (row, bar) in &self.shown {
            let (prefix, text) = self.texts(row, &more);
            bar.set_prefix(prefix);
            bar.set_message(text);
        }
    }

    fn take_down(&mut self) {
        for (_, bar) in self.shown.drain(..) {
            bar.disable_steady_tick();
            self.terminal.remove(&bar);
        }
    }

    fn bar(&self, row: &Row) -> ProgressBar {
        match row {
            Row::Running(target) => self.running.get(target).cloned().unwrap_or_else(|| unseen(RUNNING)),
            Row::Whole => self.whole.clone(),
            Row::Heading | Row::Failed(_) | Row::More => unseen(STILL),
        }
    }

    /// The rows that fit, and what is said of those that do not. Failures come first, and take what those under
    /// way leave, but always a third.
    fn layout(&self) -> (Vec<Row>, String) {
        let (failed, running) = self.teller.overview.standings();
        let mut room = self.rows - 2;
        let is_crowded = failed.len() + running.len() > room;
        room -= usize::from(is_crowded);
        let failures = failed.len().min(room.saturating_sub(running.len()).max(room / 3));
        let under_way = running.len().min(room - failures);
        let mut rows = vec![Row::Heading];
        // The latest failures are news.
        rows.extend(failed[failed.len() - failures..].iter().map(|standing| Row::Failed(standing.target.clone())));
        rows.extend(running[..under_way].iter().map(|standing| Row::Running(standing.target.clone())));
        rows.extend(is_crowded.then_some(Row::More));
        rows.push(Row::Whole);
        let hidden = [(failed.len() - failures, "failed"), (running.len() - under_way, "running")];
        let hidden = hidden.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}"));
        (rows, format!("and more: {}", hidden.collect::<Vec<_>>().join(", ")))
    }

    fn texts(&self, row: &Row, more: &str) -> (String, String) {
        let (failed, running) = self.teller.overview.standings();
        let cells = |standing: &Standing| columns(&self.teller.overview.cells(standing));
        let of = |standings: &[Standing], target: &TargetName| {
            let standing = standings.iter().find(|standing| standing.target == *target);
            standing.map(|standing| {
                (self.name(standing.target.as_str(), wave(standing)), cells(standing), standing.elapsed_ms)
            })
        };
        match row {
            Row::Heading => {
                let components = columns(&Component::ALL.map(|component| component.as_str().to_owned()));
                (String::new(), format!("{}  {:TIME$}  {components}", self.name("target", "wave"), ""))
            }
            Row::Failed(target) => of(failed, target).map_or_else(Default::default, |(name, cells, elapsed)| {
                let elapsed = elapsed.map(duration).unwrap_or_default();
                let line = Line::new().ink(Ink::Red, &format!("{name}  {elapsed:>TIME$}  {cells}"));
                (String::new(), line.render(self.color))
            }),
            Row::Running(target) => of(running, target).map_or_else(Default::default, |(name, cells, _)| (name, cells)),
            Row::More => (String::new(), more.to_owned()),
            Row::Whole => (String::new(), self.teller.overview.words()),
        }
    }

    fn name(&self, target: &str, wave: &str) -> String {
        let (targets, waves) = self.names;
        let (target, wave) = (shorten(target, targets), shorten(wave, waves));
        format!("{target:targets$}  {wave:waves$}")
    }
}

/// The columns of the names of targets and of waves: as wide as the widest, as far as both have room. Targets come
/// first, since one is not told from another without its name.
fn columns_of_names(room: usize, targets: usize, waves: usize) -> (usize, usize) {
    let least = waves.min(NARROWEST_WAVE).max("wave".len());
    let targets = targets.min(room.saturating_sub(least)).clamp(NARROWEST_TARGET, WIDEST_TARGET);
    (targets, waves.min(room.saturating_sub(targets)).clamp(least, WIDEST_WAVE))
}

fn wave(standing: &Standing) -> &str {
    standing.wave.as_ref().map_or("", |wave| wave.as_str())
}

/// What is said of the components, one below the other's.
fn columns(cells: &[String; 4]) -> String {
    let [role, network, cluster, cloudreactor] = cells;
    format!("{role:CELL$} {network:CELL$} {cluster:CELL$} {cloudreactor}")
}

/// A row that is not drawn until it is added to a terminal; its time passes all the same.
fn unseen(template: &str) -> ProgressBar {
    ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()).with_style(look(template))
}

fn look(template: &str) -> ProgressStyle {
    let since = |state: &ProgressState, out: &mut dyn fmt::Write| {
        let elapsed = u64::try_from(state.elapsed().as_millis()).unwrap_or(u64::MAX);
        // What cannot be drawn is drawn again in a moment.
        write!(out, "{:>TIME$}", duration(elapsed)).unwrap_or_default();
    };
    // The templates are constants, and a test reads them: the fallback is never taken.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner()).with_key("since", since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_wide_as_they_need_to_be_if_there_is_room() {
        for ((room, targets, waves), expected) in [
            // 80 columns leave 24 for both.
            ((24, 12, 6), (12, 6)),
            ((24, 12, 10), (12, 10)),
            ((24, 16, 10), (16, 8)),
            ((24, 30, 10), (16, 8)),
            ((24, 30, 3), (20, 4)),
            ((64, 30, 10), (30, 10)),
            ((64, 50, 30), (40, 20)),
            ((0, 30, 10), (8, 8)),
        ] {
            assert_eq!(columns_of_names(room, targets, waves), expected, "{room} for {targets} and {waves}");
        }
    }

    #[test]
    fn the_templates_are_some() {
        for template in [WHOLE, RUNNING, STILL] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
