//! The progress of a rollout, in a pipe and on a terminal.

use std::io;

use groundwork_model::event::{Event, Progress};
use groundwork_model::report::StepOutcome;
use groundwork_model::rollout::{NotStarted, RolloutEvent, RolloutPlan, TargetEvent};
use groundwork_model::{Code, TargetName, problem::Problem};
use groundwork_view::{Color, Reading, RolloutLines, RolloutLive, RolloutView, Style, TargetLog};
use insta::assert_snapshot;

use crate::progress::terminal::Terminal;
use crate::progress::{START_MS, Shared, finished, moved, plain, progress, stack, started};
use crate::sample::{CLUSTER, NETWORK, RUN_ENVIRONMENT, id};
use crate::{fleet, without_colour};

/// An event of a rollout, of a target's plan as a whole, or within it.
#[derive(Clone)]
enum Happening {
    Rollout(RolloutEvent),
    Target(TargetName, TargetEvent),
    Within(TargetName, Event),
}

use Happening::{Rollout, Target, Within};

/// When, in seconds after the start, and what.
type Story = Vec<(u64, Happening)>;

fn wave(name: &str, targets: usize) -> Happening {
    Rollout(RolloutEvent::WaveStarted { wave: id(name), targets })
}

fn begins(target: &str) -> Happening {
    Target(id(target), TargetEvent::Started)
}

fn ends(target: &str, succeeded: bool, seconds: u64) -> Happening {
    Target(id(target), TargetEvent::Finished { succeeded, elapsed_ms: seconds * 1000 })
}

fn of(target: &str, event: Event) -> Happening {
    Within(id(target), event)
}

fn heartbeat(target: &str) -> Happening {
    of(target, progress(NETWORK, Progress::Heartbeat { elapsed_ms: 30_000, moving: vec![id("NatGatewayUsw2Az1")] }))
}

fn failed(code: Code) -> StepOutcome {
    StepOutcome::Failed { problem: Box::new(Problem::new(code, "it failed")) }
}

/// A canary, then a wave of which two targets fail.
fn story() -> Story {
    let disturbed = Progress::Disturbed { message: "connection reset".to_owned() };
    let limit = "The maximum number of addresses has been reached. (Service: Ec2, Status Code: 400)";
    let stack_name = || id("CloudReactor-staging-network");
    vec![
        (0, wave("canary", 1)),
        (0, begins("team-data-dev")),
        (0, of("team-data-dev", started(NETWORK))),
        (1, of("team-data-dev", progress(NETWORK, Progress::ChangeSetCreating { stack: stack_name() }))),
        (5, of("team-data-dev", moved("SubnetPrivateUsw2Az3", "CREATE_COMPLETE", None, Some(3)))),
        (30, heartbeat("team-data-dev")),
        (60, heartbeat("team-data-dev")),
        (90, heartbeat("team-data-dev")),
        (100, of("team-data-dev", progress(NETWORK, disturbed))),
        (155, of("team-data-dev", finished(NETWORK, StepOutcome::Changed, 155))),
        (155, of("team-data-dev", started(RUN_ENVIRONMENT))),
        (156, of("team-data-dev", finished(RUN_ENVIRONMENT, StepOutcome::Changed, 1))),
        (156, ends("team-data-dev", true, 156)),
        (156, wave("all", 7)),
        (156, begins("team-ml")),
        (156, of("team-ml", started(NETWORK))),
        (156, begins("team-billing-eu")),
        (156, of("team-billing-eu", started(CLUSTER))),
        (170, of("team-ml", moved("EipUsw2Az2", "CREATE_FAILED", Some(limit), Some(2)))),
        (170, of("team-ml", moved("NatGatewayUsw2Az1", "CREATE_FAILED", Some("Resource creation cancelled"), Some(9)))),
        (171, of("team-ml", stack("UPDATE_ROLLBACK_IN_PROGRESS", Some("[EipUsw2Az2] failed to create")))),
        (180, of("team-ml", stack("UPDATE_ROLLBACK_COMPLETE", None))),
        (180, of("team-ml", finished(NETWORK, failed(Code::StackFailed), 24))),
        (180, of("team-ml", finished(RUN_ENVIRONMENT, StepOutcome::Skipped { because: NETWORK }, 0))),
        (180, ends("team-ml", false, 24)),
        (180, Rollout(RolloutEvent::StartsStopped { wave: id("all"), reason: NotStarted::TooManyFailures })),
        (200, of("team-billing-eu", finished(CLUSTER, StepOutcome::Unchanged, 44))),
        (200, ends("team-billing-eu", true, 44)),
    ]
}

fn show(view: &mut impl RolloutView, story: &[(u64, Happening)]) {
    for (seconds, happening) in story {
        let at_ms = START_MS + seconds * 1000;
        let shown = match happening {
            Rollout(event) => view.rollout(at_ms, event),
            Target(target, event) => view.target(at_ms, target, event),
            Within(target, event) => view.event(at_ms, target, event),
        };
        shown.expect("it takes everything");
    }
}

/// What a pipe gets.
fn lines(story: &Story, plan: Option<&RolloutPlan>, style: Style) -> String {
    let mut out = Vec::new();
    let mut view = RolloutLines::new(&mut out, &style);
    if let Some(plan) = plan {
        view = view.for_plan(plan);
    }
    show(&mut view, story);
    view.finish().expect("a Vec takes everything");
    String::from_utf8(out).expect("views write UTF-8")
}

/// What a pipe of this width gets of the story.
pub fn in_a_pipe(style: Style) -> String {
    lines(&story(), Some(&fleet::plan()), style)
}

#[test]
fn a_pipe_gets_a_few_lines_a_target() {
    assert_snapshot!(in_a_pipe(plain(80)));
}

/// What of the story is about a target, as its log tells it.
fn log(name: &str) -> TargetLog {
    let plan = fleet::plan();
    let planned = plan.targets.iter().find(|planned| planned.target.name == id(name)).expect("a target of the fleet");
    let mut log = TargetLog::new(&planned.target, planned.planned.plan());
    for (seconds, happening) in story() {
        let at_ms = START_MS + seconds * 1000;
        match happening {
            Target(target, event) if target == id(name) => log.target(at_ms, &event),
            Within(target, event) if target == id(name) => log.event(at_ms, &event),
            Rollout(_) | Target(..) | Within(..) => {}
        }
    }
    log
}

#[test]
fn a_terminal_shows_how_many_targets_were_read() {
    let terminal = Terminal::new(80);
    let mut reading = Reading::live(terminal.target(), 200);
    for number in 1..=120 {
        reading.one(START_MS, number % 40 != 0).expect("the terminal takes everything");
    }
    let rows = terminal.rows();
    assert!(rows.iter().any(|row| row.ends_with("120 of 200 targets read, 3 of them in trouble")), "{rows:#?}");
    reading.finish();
    assert_eq!(terminal.rows().concat().trim(), "", "it is gone once all are read");
}

#[test]
fn a_pipe_is_told_rarely_how_many_targets_were_read() {
    for (seconds_each, expected) in
        [(0, vec![]), (1, vec!["12:03:16  15 of 40 targets read", "12:03:31  30 of 40 targets read"])]
    {
        let out = Shared::default();
        let mut reading = Reading::lines(Box::new(out.clone()), &plain(80), START_MS, 40);
        for number in 1..=40 {
            reading.one(START_MS + number * seconds_each * 1000, true).expect("a Vec takes everything");
        }
        reading.finish();
        let written = String::from_utf8(out.0.take()).expect("views write UTF-8");
        assert_eq!(written.lines().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn each_target_has_a_log_of_its_own() {
    let report = fleet::report();
    let ended = |name: &str| {
        let target = report.targets.iter().find(|report| report.target.name == id(name)).expect("a target");
        log(name).ended(&target.end)
    };
    let mut verified = log("team-data-dev");
    assert_eq!(verified.so_far(), ended("team-data-dev"));
    verified.verified(START_MS + 3_600_000, true);
    let others = ["team-ml", "team-old", "team-stuck", "team-quiet"].map(ended);
    assert_snapshot!([verified.so_far().to_owned()].into_iter().chain(others).collect::<Vec<_>>().join("=====\n"));
}

#[test]
fn a_narrow_pipe_gets_the_same() {
    assert_snapshot!(lines(&story(), None, plain(60)));
}

#[test]
fn a_crowd_is_counted_once_a_minute() {
    let names: Vec<String> = (0..200).map(|number| format!("account-{number:04}")).collect();
    let mut story = vec![(0, wave("all", 200))];
    story.extend(names.iter().map(|name| (0, begins(name))));
    let beats = (1..=20).flat_map(|beat| names.iter().map(move |name| (beat * 30, heartbeat(name))));
    story.extend(beats);
    let text = lines(&story, None, plain(80));
    assert_eq!(text.matches("200 running, 0 done, 0 failed, 0 to go").count(), 10, "{text}");
    assert_eq!(text.lines().count(), 11, "{text}");
}

#[test]
fn colour_changes_nothing_but_the_colour() {
    let coloured = in_a_pipe(Style { width: 80, color: Color::Always });
    assert!(coloured.contains('\u{1b}'));
    assert_eq!(without_colour(&coloured), in_a_pipe(plain(80)));
}

#[test]
fn where_there_is_no_terminal_lines_are_written() {
    let out = Shared::default();
    let hidden = indicatif::ProgressDrawTarget::hidden();
    let mut view = RolloutLive::new(hidden, Box::new(out.clone()), &plain(80), 24).for_plan(&fleet::plan());
    show(&mut view, &story());
    view.finish().expect("a Vec takes everything");
    let written = String::from_utf8(out.0.take()).expect("views write UTF-8");
    assert_eq!(written, in_a_pipe(plain(80)));
}

/// The rows of the table without what passes by itself: the column of the times, and the spinner's with it.
fn still(rows: &[String]) -> String {
    let heading = rows.iter().find_map(|row| row.find("role ")).expect("a heading, with the first component behind it");
    let timeless = |row: &String| {
        let time = heading - 10..heading - 2;
        let (head, tail): (Vec<char>, Vec<char>) =
            (row.chars().take(time.start).collect(), row.chars().skip(time.end).collect());
        String::from_iter(head) + "  (time)" + &String::from_iter(tail)
    };
    let row = |row: &String| match row.chars().next() {
        Some(spinner) if !spinner.is_ascii() => format!("* (time)  {}", row.chars().skip(12).collect::<String>()),
        Some('0'..='9' | ' ') | None => row.clone(),
        Some(_) if row.starts_with("and more") => row.clone(),
        Some(_) => timeless(row),
    };
    rows.iter().map(row).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_terminal_shows_a_table_of_what_failed_and_of_what_is_under_way() {
    let terminal = Terminal::new(80);
    let mut view = RolloutLive::new(terminal.target(), Box::new(io::sink()), &plain(80), 20).for_plan(&fleet::plan());
    let story = story();
    show(&mut view, &story[..5]);
    let canary = still(&terminal.rows());
    show(&mut view, &story[5..story.len() - 2]);
    let later = still(&terminal.rows());
    show(&mut view, &story[story.len() - 2..]);
    view.finish().expect("the terminal takes everything");
    assert_snapshot!([canary, later, terminal.rows().join("\n")].join("\n=====\n"));
}

#[test]
fn the_table_has_no_more_rows_than_the_terminal() {
    let terminal = Terminal::new(80);
    let mut view = RolloutLive::new(terminal.target(), Box::new(io::sink()), &plain(80), 12);
    let mut story = vec![(0, wave("all", 100))];
    for number in 0..60 {
        story.push((number, begins(&format!("account-{number:04}"))));
    }
    for number in 0..20 {
        story.push((60, ends(&format!("account-{number:04}"), false, 60)));
    }
    show(&mut view, &story);
    let rows = terminal.rows();
    let table: Vec<String> = rows.into_iter().skip_while(|row| !row.starts_with("target")).collect();
    assert_eq!(table.len(), 11, "{table:#?}");
    assert_snapshot!(still(&table));
    view.finish().expect("the terminal takes everything");
    assert!(!terminal.rows().iter().any(|row| row.starts_with("target")), "{:#?}", terminal.rows());
}
