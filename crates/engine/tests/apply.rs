//! Applying: what goes well.

mod support;

use std::time::Duration;

use groundwork_engine::execute;
use groundwork_model::Exit;
use groundwork_model::event::{Event, Progress};
use groundwork_model::report::StepOutcome;
use groundwork_testkit::build::{CLUSTER_STACK, NETWORK_STACK, ROLE_STACK};
use support::{Target, outcome};

#[test]
fn a_first_apply_creates_everything_and_the_next_plan_is_empty() {
    let target = Target::new();
    let report = target.apply();
    assert_eq!(execute::exit(&report), Exit::Done, "{report:#?}");
    for step in ["role", "network", "cluster", "run-environment"] {
        assert_eq!(*outcome(&report, step), StepOutcome::Changed, "{step}");
    }
    let mut names: Vec<String> = target.cloud().stacks().iter().map(|stack| stack.name.to_string()).collect();
    names.sort();
    assert_eq!(names, [ROLE_STACK, CLUSTER_STACK, NETWORK_STACK]);
    assert_eq!(target.cloud().change_sets(), 0);
    let environments = target.saas().environments();
    assert_eq!(environments.len(), 1);
    assert!(!environments[0].capabilities.is_empty());
    assert_eq!(report.run_environment.as_ref().map(|saved| saved.uuid.as_str()), Some(environments[0].uuid.as_str()));
    assert_eq!(report.outputs.len(), 3);
    let plan = target.plan();
    assert!(plan.is_empty(), "{plan:#?}");
}

#[test]
fn independent_stacks_start_at_once_and_the_run_environment_last() {
    let target = Target::new();
    target.apply();
    let begun = |wanted: &str| {
        let is_start = |event: &Event| matches!(event, Event::StepStarted { step, .. } if step.as_str() == wanted);
        target.told.events().iter().find(|(_, event)| is_start(event)).map(|(at_ms, _)| *at_ms).expect("it began")
    };
    assert_eq!(begun("role"), begun("network"));
    assert_eq!(begun("role"), begun("cluster"));
    let ended = target.told.events().iter().filter(|(_, event)| matches!(event, Event::StepFinished { .. })).count();
    assert_eq!(ended, 4);
    let last_stack = target.told.events().into_iter().filter_map(|(at_ms, event)| match event {
        Event::StepFinished { step, .. } if step.as_str() != "run-environment" => Some(at_ms),
        _ => None,
    });
    assert_eq!(Some(begun("run-environment")), last_stack.max());
}

#[test]
fn the_report_says_when_each_step_ran() {
    let target = Target::new();
    target.ports.clock.advance(Duration::from_secs(3));
    target.cloud().takes("Cluster", Duration::from_secs(61));
    let report = target.apply();
    let span = |wanted: &str| {
        let step = report.steps.iter().find(|step| step.step.as_str() == wanted);
        step.and_then(|step| step.span).unwrap_or_else(|| panic!("{wanted} has no span: {report:#?}"))
    };
    for step in ["role", "network", "cluster"] {
        assert_eq!(span(step).started_ms, 0, "{step} was begun at once");
    }
    assert!((61_000..65_000).contains(&span("cluster").elapsed_ms), "{report:#?}");
    let others = report.steps.iter().filter(|step| step.step.as_str() != "run-environment");
    let last = others.filter_map(|step| step.span).map(|span| span.ended_ms()).max();
    assert_eq!(Some(span("run-environment").started_ms), last, "the last stack is waited for");
    assert_eq!(span("run-environment").ended_ms(), report.elapsed_ms);
    for (_, event) in target.told.events() {
        if let Event::StepFinished { step, elapsed_ms, .. } = event {
            assert_eq!(span(step.as_str()).elapsed_ms, elapsed_ms, "{step}");
        }
    }
}

#[test]
fn a_finished_stack_is_noticed_at_most_two_seconds_late() {
    for milliseconds in [1, 400, 1700, 2100, 61_300].into_iter().chain((20_000..24_000).step_by(250)) {
        let target = Target::new();
        target.cloud().takes("Cluster", Duration::from_millis(milliseconds));
        target.apply();
        let told = target.told.events();
        let started = told.iter().find_map(|(at_ms, event)| match event {
            Event::Progress { step, what: Progress::OperationStarted { .. }, .. } if step.as_str() == "cluster" => {
                Some(*at_ms)
            }
            _ => None,
        });
        let finished = told.iter().find_map(|(at_ms, event)| match event {
            Event::StepFinished { step, .. } if step.as_str() == "cluster" => Some(*at_ms),
            _ => None,
        });
        let late = finished.zip(started).map(|(end, start)| end - start - milliseconds).expect("it ran");
        // Two calls are needed to see it: the event, then the stack with its outputs.
        assert!(late <= 2000 + 2 * 40, "{milliseconds} ms: noticed {late} ms late");
    }
}

#[test]
fn nobody_waits_longer_than_thirty_seconds_for_a_sign_of_life() {
    let target = Target::new();
    target.cloud().takes("Cluster", Duration::from_secs(400));
    target.cloud().change_sets_take(Duration::from_secs(100));
    target.apply();
    let of_cluster = target.told.events().into_iter().filter_map(|(at_ms, event)| match event {
        Event::StepStarted { step, .. } | Event::Progress { step, .. } | Event::StepFinished { step, .. } => {
            (step.as_str() == "cluster").then_some(at_ms)
        }
    });
    let times: Vec<u64> = of_cluster.collect();
    let longest = times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default();
    assert!(longest <= 30_000, "{longest} ms without a sign of life");
    let moving = target.told.progress().into_iter().find_map(|progress| match progress {
        Progress::Heartbeat { moving, .. } if !moving.is_empty() => Some(moving),
        _ => None,
    });
    assert_eq!(moving.expect("a heartbeat names what moves")[0].as_str(), "Cluster");
}

#[test]
fn planning_changes_nothing() {
    let target = Target::applied();
    let before = (target.cloud().calls.mutating().len(), target.saas().calls.mutating().len());
    target.plan();
    assert_eq!((target.cloud().calls.mutating().len(), target.saas().calls.mutating().len()), before);
}

#[test]
fn events_of_earlier_operations_are_not_told_again() {
    let mut target = Target::applied();
    target.spec.tags.insert("team".to_owned(), "web".to_owned());
    target.apply();
    let created = target.told.progress().into_iter().filter(|progress| match progress {
        Progress::Resource { status, .. } | Progress::Stack { status, .. } => status.starts_with("CREATE"),
        _ => false,
    });
    assert_eq!(created.count(), 0);
    let plan = target.plan();
    assert!(plan.is_empty(), "{plan:#?}");
}

#[test]
fn nothing_but_calls_takes_time_where_aws_is_at_once_done() {
    let target = Target::new();
    target.cloud().change_sets_take(Duration::ZERO);
    target.cloud().resources_take(Duration::ZERO);
    let report = target.apply();
    // The change set is made, read and executed, the events and the stack are read; then the Run
    // Environment is looked for and made.
    assert_eq!(Duration::from_millis(report.elapsed_ms), 7 * groundwork_testkit::cloud::LATENCY);
}
