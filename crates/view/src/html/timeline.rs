//! When things ran, as bars on a line from the beginning of a whole to its end.

use std::fmt::Write;

use groundwork_model::report::{Report, Span, StepReport};
use groundwork_model::rollout::{TargetEnd, TargetReport};

use super::details::outcome;
use super::escape::text;
use super::table::class;
use crate::words::duration;

/// A line is so long, in its own units.
const LENGTH: u64 = 1000;

/// The shortest bar: one that nobody sees tells nothing.
const SHORTEST: u64 = 3;

/// How high a bar is, and how far it is from the next one, in pixels.
const HEIGHT: usize = 5;
const GAP: usize = 1;

/// Something that ran.
pub(super) struct Bar {
    /// When, from the beginning of the line.
    pub span: Span,
    /// How it ended, as the looks know it.
    pub class: &'static str,
    /// What is said of it where somebody points at it.
    pub label: String,
}

/// A line that is so many milliseconds long. Bars that overlap stand below each other.
pub(super) fn line(bars: &[Bar], whole_ms: u64) -> String {
    let lanes = lanes(bars);
    let number = lanes.iter().max().map_or(1, |last| last + 1);
    let height = number * (HEIGHT + GAP);
    let mut svg = format!("<svg viewBox=\"0 0 {LENGTH} {height}\" preserveAspectRatio=\"none\" height=\"{height}\">");
    for (bar, lane) in bars.iter().zip(lanes) {
        let (from, length) = place(bar.span, whole_ms);
        let y = lane * (HEIGHT + GAP);
        // A `String` takes whatever is written.
        let _ = write!(
            svg,
            "<rect class=\"{}\" x=\"{from}\" y=\"{y}\" width=\"{length}\" height=\"{HEIGHT}\"><title>{}</title></rect>",
            bar.class,
            text(&bar.label)
        );
    }
    svg + "</svg>"
}

/// Where a span begins on the line, and how long it is there.
fn place(span: Span, whole_ms: u64) -> (u64, u64) {
    let scaled = |ms: u64| ms.min(whole_ms).saturating_mul(LENGTH).checked_div(whole_ms).unwrap_or(0);
    let from = scaled(span.started_ms).min(LENGTH - SHORTEST);
    (from, scaled(span.ended_ms()).saturating_sub(from).max(SHORTEST))
}

/// The lane of each bar: the first that is free when it begins.
fn lanes(bars: &[Bar]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..bars.len()).collect();
    order.sort_by_key(|at| bars[*at].span.started_ms);
    let mut busy_until: Vec<u64> = Vec::new();
    let mut lanes = vec![0; bars.len()];
    for at in order {
        let span = bars[at].span;
        let free = busy_until.iter().position(|until| *until <= span.started_ms).unwrap_or(busy_until.len());
        if free == busy_until.len() {
            busy_until.push(0);
        }
        busy_until[free] = span.ended_ms();
        lanes[at] = free;
    }
    lanes
}

/// The steps of a target on the line of the rollout, or the target itself if none of them was begun.
pub(super) fn of_target(target: &TargetReport) -> Vec<Bar> {
    let (TargetEnd::Done { report } | TargetEnd::Failed { report }, Some(span)) = (&target.end, target.span) else {
        return Vec::new();
    };
    // Its plan's execution is the last part of it: what comes before makes sure that the account is the right one.
    let beginning = span.ended_ms().saturating_sub(report.elapsed_ms);
    let later =
        |bar: Bar| Bar { span: Span { started_ms: bar.span.started_ms.saturating_add(beginning), ..bar.span }, ..bar };
    let steps: Vec<Bar> = of_steps(report).into_iter().map(later).collect();
    let all = || Bar { span, class: class(&target.end), label: duration(span.elapsed_ms) };
    if steps.is_empty() { vec![all()] } else { steps }
}

/// The steps that were begun, on the line of their plan's execution.
fn of_steps(report: &Report) -> Vec<Bar> {
    report.steps.iter().filter_map(of_step).collect()
}

/// A step, on the line of its plan's execution; none if it was not begun.
pub(super) fn of_step(step: &StepReport) -> Option<Bar> {
    let span = step.span?;
    let (class, words) = outcome(&step.outcome);
    Some(Bar { span, class, label: format!("{}: {words}, {}", step.step, duration(span.elapsed_ms)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(started_ms: u64, elapsed_ms: u64) -> Bar {
        Bar { span: Span { started_ms, elapsed_ms }, class: "done", label: String::new() }
    }

    #[test]
    fn bars_that_overlap_have_lanes_of_their_own() {
        assert_eq!(lanes(&[bar(0, 10), bar(0, 5), bar(5, 20), bar(7, 1), bar(10, 1)]), [0, 1, 1, 2, 0]);
        assert_eq!(lanes(&[]), [0; 0]);
    }

    #[test]
    fn a_bar_never_leaves_its_line_and_is_always_seen() {
        for (span, whole, expected) in [
            ((0, 500), 1000, (0, 500)),
            ((250, 500), 500, (500, 500)),
            ((999, 0), 1000, (997, 3)),
            ((0, 0), 0, (0, 3)),
            ((2000, 5), 1000, (997, 3)),
        ] {
            let (started_ms, elapsed_ms) = span;
            assert_eq!(place(Span { started_ms, elapsed_ms }, whole), expected, "{span:?} of {whole}");
        }
    }
}
