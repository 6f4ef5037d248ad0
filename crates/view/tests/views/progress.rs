//! Progress, in a pipe and on a terminal.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use groundwork_model::Code;
use groundwork_model::event::{Event, Progress, Stamped};
use groundwork_model::plan::{Component, Plan};
use groundwork_model::problem::Problem;
use groundwork_model::report::StepOutcome;
use groundwork_model::step::StepId;
use groundwork_view::{Color, Lines, Live, Style, View};
use insta::assert_snapshot;

use crate::sample::{CLUSTER, NETWORK, RUN_ENVIRONMENT, id, zone_added};
use crate::without_colour;

pub mod terminal;

use terminal::Terminal;

/// 12:03:01 on some day.
pub const START_MS: u64 = 1_767_225_600_000 + 43_381_000;

/// Events, each so many seconds after the start.
pub fn stamped(events: Vec<(u64, Event)>) -> Vec<Stamped> {
    let stamp = |(at, (seconds, event)): (usize, (u64, Event))| Stamped {
        sequence: at as u64 + 1,
        at_ms: START_MS + seconds * 1000,
        event,
    };
    events.into_iter().enumerate().map(stamp).collect()
}

fn component(step: StepId) -> Component {
    match step {
        NETWORK => Component::Network,
        CLUSTER => Component::Cluster,
        _ => Component::CloudReactor,
    }
}

pub fn started(step: StepId) -> Event {
    Event::StepStarted { step, component: component(step) }
}

pub fn progress(step: StepId, what: Progress) -> Event {
    Event::Progress { step, component: component(step), what }
}

pub fn finished(step: StepId, outcome: StepOutcome, seconds: u64) -> Event {
    Event::StepFinished { step, component: component(step), outcome, elapsed_ms: seconds * 1000 }
}

pub fn moved(name: &str, status: &str, reason: Option<&str>, seconds: Option<u64>) -> Event {
    let what = Progress::Resource {
        logical_id: id(name),
        resource_type: "AWS::EC2::Subnet".to_owned(),
        status: status.to_owned(),
        reason: reason.map(str::to_owned),
        elapsed_ms: seconds.map(|seconds| seconds * 1000),
    };
    progress(NETWORK, what)
}

pub fn stack(status: &str, reason: Option<&str>) -> Event {
    progress(NETWORK, Progress::Stack { status: status.to_owned(), reason: reason.map(str::to_owned) })
}

/// An update with a replacement.
pub fn success() -> Vec<Stamped> {
    let stack_name = || id("CloudReactor-staging-network");
    let heartbeat = Progress::Heartbeat { elapsed_ms: 90_000, moving: vec![id("NatGatewayUsw2Az1")] };
    let disturbed = Progress::Disturbed { message: "AWS did not answer DescribeEvents: connection reset".to_owned() };
    stamped(vec![
        (0, started(NETWORK)),
        (0, progress(NETWORK, Progress::ChangeSetCreating { stack: stack_name() })),
        (3, progress(NETWORK, Progress::ChangeSetAgrees { changes: 5 })),
        (4, progress(NETWORK, Progress::OperationStarted { stack: stack_name() })),
        (4, stack("UPDATE_IN_PROGRESS", Some("User Initiated"))),
        (5, moved("SubnetPrivateUsw2Az3", "CREATE_IN_PROGRESS", None, None)),
        (
            5,
            moved(
                "NatGatewayUsw2Az1",
                "UPDATE_IN_PROGRESS",
                Some("Requested update requires the creation of a new physical resource"),
                None,
            ),
        ),
        (8, moved("SubnetPrivateUsw2Az3", "CREATE_COMPLETE", None, Some(3))),
        (60, progress(NETWORK, disturbed)),
        (90, progress(NETWORK, heartbeat)),
        (121, moved("NatGatewayUsw2Az1", "UPDATE_COMPLETE", None, Some(113))),
        (122, stack("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", None)),
        (150, moved("NatGatewayUsw2Az1", "DELETE_COMPLETE", None, Some(28))),
        (155, stack("UPDATE_COMPLETE", None)),
        (155, finished(NETWORK, StepOutcome::Changed, 155)),
        (156, started(RUN_ENVIRONMENT)),
        (157, finished(RUN_ENVIRONMENT, StepOutcome::Changed, 1)),
    ])
}

/// A creation that is rolled back.
pub fn failure() -> Vec<Stamped> {
    let moving = ["EipUsw2Az1", "NatGatewayUsw2Az1", "EndpointLogs", "EndpointSsm", "EndpointSts"].map(id).to_vec();
    let problem = Problem::new(Code::StackFailed, "creating EipUsw2Az2 failed, and the stack was rolled back");
    stamped(vec![
        (0, started(NETWORK)),
        (0, progress(NETWORK, Progress::DeletingCorpse { stack: id("CloudReactor-staging-network") })),
        (30, progress(NETWORK, Progress::Heartbeat { elapsed_ms: 30_000, moving: Vec::new() })),
        (60, progress(NETWORK, Progress::Heartbeat { elapsed_ms: 60_000, moving })),
        (
            61,
            moved(
                "EipUsw2Az2",
                "CREATE_FAILED",
                Some("The maximum number of addresses has been reached. (Service: Ec2, Status Code: 400)"),
                Some(2),
            ),
        ),
        (61, moved("NatGatewayUsw2Az1", "CREATE_FAILED", Some("Resource creation cancelled"), Some(40))),
        (62, stack("ROLLBACK_IN_PROGRESS", Some("The following resource(s) failed to create: [EipUsw2Az2]."))),
        (70, moved("EipUsw2Az1", "DELETE_COMPLETE", None, Some(8))),
        (71, moved("Vpc", "SOMETHING_NEW", None, None)),
        (72, stack("ROLLBACK_COMPLETE", None)),
        (72, finished(NETWORK, StepOutcome::Failed { problem: Box::new(problem) }, 72)),
        (72, finished(CLUSTER, StepOutcome::Unchanged, 1)),
        (72, finished(RUN_ENVIRONMENT, StepOutcome::Skipped { because: NETWORK }, 0)),
    ])
}

/// What a pipe gets.
pub fn lines(events: &[Stamped], plan: Option<&Plan>, style: Style) -> String {
    let mut out = Vec::new();
    let mut view = Lines::new(&mut out, &style);
    if let Some(plan) = plan {
        view = view.for_plan(plan);
    }
    for event in events {
        view.event(event).expect("a Vec takes everything");
    }
    view.finish().expect("a Vec takes everything");
    String::from_utf8(out).expect("views write UTF-8")
}

pub fn plain(width: usize) -> Style {
    Style { width, color: Color::Never }
}

#[test]
fn a_pipe_gets_a_line_for_each_event_of_interest() {
    assert_snapshot!(lines(&success(), Some(&zone_added()), plain(80)));
}

#[test]
fn a_failure_says_what_aws_said() {
    assert_snapshot!(lines(&failure(), None, plain(80)));
}

#[test]
fn a_narrow_pipe_gets_the_same() {
    assert_snapshot!(lines(&failure(), None, plain(60)));
}

/// A stream that two parties hold.
#[derive(Clone, Default)]
pub struct Shared(pub Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn where_there_is_no_terminal_lines_are_written() {
    let out = Shared::default();
    let hidden = indicatif::ProgressDrawTarget::hidden();
    let mut view = Live::new(hidden, Box::new(out.clone()), &plain(80)).for_plan(&zone_added());
    for event in success() {
        view.event(&event).expect("a Vec takes everything");
    }
    view.finish().expect("a Vec takes everything");
    let written = String::from_utf8(out.0.take()).expect("views write UTF-8");
    assert_eq!(written, lines(&success(), Some(&zone_added()), plain(80)));
}

#[test]
fn a_terminal_keeps_what_is_done_and_redraws_what_is_running() {
    let terminal = Terminal::new(80);
    let mut view = Live::new(terminal.target(), Box::new(io::sink()), &plain(80)).for_plan(&zone_added());
    for event in &success()[..8] {
        view.event(event).expect("the terminal takes everything");
    }
    let during = terminal.rows();
    let row = during.last().expect("a row for the step that is running");
    assert!(row.contains("network") && row.ends_with("1 of 5; replacing NatGatewayUsw2Az1"), "{during:#?}");
    for event in &success()[8..] {
        view.event(event).expect("the terminal takes everything");
    }
    view.finish().expect("the terminal takes everything");
    let told: Vec<String> = lines(&success(), Some(&zone_added()), plain(80)).lines().map(str::to_owned).collect();
    let kept: Vec<String> = told.into_iter().filter(|line| !line.contains("still working")).collect();
    assert_eq!(terminal.rows(), kept);
}

#[test]
fn colour_changes_nothing_but_the_colour() {
    for events in [success(), failure()] {
        let coloured = lines(&events, None, Style { width: 80, color: Color::Always });
        assert!(coloured.contains('\u{1b}'));
        assert_eq!(without_colour(&coloured), lines(&events, None, plain(80)));
    }
}
