//! What holds for every text: it fits, colour adds nothing, and no secret is in it.

use std::io::{self, Write};

use groundwork_model::Code;
use groundwork_model::plan::{Action, Component, ComponentPlan, FieldChange, Purpose, Reason, Shown};
use groundwork_view::{Color, Style, human};
use serde_json::{Value, json};

use crate::{
    fleet, problems, progress, rendered, reports, review, rollout_progress, sample, shown, status, without_colour,
};

type View = Box<dyn Fn(&mut dyn Write, &Style) -> io::Result<()>>;

/// Every text that the samples give.
fn views() -> Vec<View> {
    let mut views: Vec<View> = Vec::new();
    for plan in sample::plans().into_iter().chain([review::first(), review::gated()]) {
        views.push(Box::new(move |out, style| human::plan(out, &plan, style)));
    }
    for (plan, report) in reports::reports() {
        views.push(Box::new(move |out, style| human::report(out, &plan, &report, &reports::spec(), style)));
    }
    for problems in [problems::problems(), problems::failures()] {
        let warnings = problems.clone();
        views.push(Box::new(move |out, style| human::problems(out, &problems, style)));
        views.push(Box::new(move |out, style| human::warnings(out, &warnings, style)));
    }
    for status in [status::ready(), status::little()] {
        views.push(Box::new(move |out, style| human::status(out, &status, style)));
    }
    for cost in review::costs() {
        views.push(Box::new(move |out, style| human::cost(out, &cost, style)));
    }
    for code in Code::ALL {
        views.push(Box::new(|out, style| human::explain(out, *code, style)));
    }
    views.push(Box::new(|out, style| human::catalogue(out, style)));
    for plan in [fleet::plan(), fleet::quiet(), fleet::motley(30), fleet::large(48, |_| sample::first_create())] {
        views.push(Box::new(move |out, style| human::rollout_plan(out, &plan, style)));
    }
    for report in [fleet::report(), fleet::good_report(), fleet::large_report(200)] {
        views.push(Box::new(move |out, style| human::rollout_report(out, &report, style)));
    }
    views.push(Box::new(|out, style| write!(out, "{}", rollout_progress::in_a_pipe(*style))));
    for events in [progress::success(), progress::failure()] {
        views.push(Box::new(move |out, style| write!(out, "{}", progress::lines(&events, None, *style))));
    }
    views
}

/// Whether a line is one word behind its indentation and, perhaps, a name: an ARN, a URL, a command.
fn is_to_be_copied(line: &str) -> bool {
    let line = line.trim_start();
    line.split_whitespace().count() == 1 || line.starts_with("Dashboard  https://") || is_command(line)
}

fn is_command(line: &str) -> bool {
    ["aws ", "groundwork ", "export ", "curl ", "ls ", "df "].iter().any(|start| line.starts_with(start))
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [40, 47, 60, 72, 80, 100, 120, 200] {
        for view in views() {
            let text = shown(width, view);
            for line in text.lines().filter(|line| !is_to_be_copied(line)) {
                let columns = unicode_width::UnicodeWidthStr::width(line);
                assert!(columns <= width, "{columns} columns instead of {width}:\n{line}\nin\n{text}");
            }
        }
    }
}

#[test]
fn without_colour_the_text_is_the_same() {
    for width in [60, 80] {
        for view in views() {
            let plain = shown(width, &view);
            let coloured = rendered(Style { width, color: Color::Always }, &view);
            assert_eq!(without_colour(&coloured), plain);
            assert!(!plain.contains('\u{1b}'));
        }
    }
}

#[test]
fn lines_end_where_their_text_ends() {
    for view in views() {
        let text = shown(80, view);
        // The quotation of a file is not ours.
        for line in text.lines().filter(|line| !line.contains('|')) {
            assert_eq!(line, line.trim_end(), "in\n{text}");
        }
    }
}

#[test]
fn a_text_is_the_same_each_time() {
    for view in views() {
        assert_eq!(shown(80, &view), shown(80, &view));
    }
}

/// A plan with a secret in every place that a planner could forget one in.
pub fn leaking(action: Action) -> groundwork_model::plan::Plan {
    let secret = || json!("hunter2");
    let nested = |value: Value| json!({ "settings": { "assumed_role_external_id": value, "region": "us-west-2" } });
    let field = |path: &str, before: Value, after: Value| FieldChange {
        path: path.to_owned(),
        before: Shown::Json(before),
        after: Shown::Json(after),
        create_only: false,
    };
    let fields = vec![
        field("assumed_role_external_id", json!(null), secret()),
        field("aws.secret_key", secret(), json!("other")),
        field("workflow_starter_access_key", secret(), json!(null)),
        field("Parameters.ExternalID", secret(), secret()),
        field("Parameters.WorkflowStarterAccessKey", json!("x"), secret()),
        field("blocks", nested(json!("x")), nested(secret())),
        field("list", json!([nested(secret())]), json!([])),
        FieldChange {
            path: "whole".to_owned(),
            before: Shown::Absent,
            after: Shown::Json(nested(secret())),
            create_only: false,
        },
    ];
    let part = ComponentPlan { fields, ..sample::part(Component::CloudReactor, action, Reason::Differs) };
    sample::plan(Purpose::Apply, vec![part])
}

#[test]
fn a_secret_that_slipped_through_is_not_shown() {
    for action in [Action::Create, Action::Update] {
        let text = shown(80, |out, style| human::plan(out, &leaking(action), style));
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains("(secret)") || text.contains("secret, never shown"), "{text}");
    }
}

#[test]
fn a_secret_that_slipped_through_a_rollout_is_not_shown() {
    let twins = |action| {
        fleet::large(2, |number| {
            let mut plan = leaking(action);
            if number == 1 {
                plan.components[0].fields.truncate(4);
            }
            plan
        })
    };
    for action in [Action::Create, Action::Update] {
        let mut markdown = Vec::new();
        groundwork_view::markdown::rollout_plan(&mut markdown, &twins(action), &[]).expect("a Vec takes everything");
        let screen = shown(80, |out, style| human::rollout_plan(out, &twins(action), style));
        for text in [screen, String::from_utf8(markdown).expect("views write UTF-8")] {
            assert!(!text.contains("hunter2"), "{text}");
            assert!(text.contains("(secret)") || text.contains("secret, never shown"), "{text}");
        }
    }
}
