//! What exists of many targets, for people.

use groundwork_model::found::{Found, FoundIn};
use groundwork_model::plan::Tally;
use groundwork_model::rollout::{Planned, TargetId};
use groundwork_model::status::{State, Status, TargetStatus};
use groundwork_view::{human, markdown};
use insta::assert_snapshot;

use crate::sample::id;
use crate::{fleet, shown, status};

/// Everything exists.
fn ready() -> Status {
    let mut ready = status::ready();
    for part in &mut ready.components {
        (part.state, part.status) = (State::Ready, Some("CREATE_COMPLETE".to_owned()));
    }
    ready
}

/// The dozen: most stand alike, one is without anything, one could not be planned, one could not be read.
fn dozen(asked: bool) -> Found<TargetStatus> {
    let targets = fleet::plan().targets.into_iter().map(|planned| {
        let is_pending = asked && planned.planned.plan().is_some_and(|plan| !plan.is_empty());
        let found = match planned.target.name.as_str() {
            "team-old" => status::little(),
            "team-ml" | "team-ml-eu" => status::ready(),
            _ => ready(),
        };
        let pending = planned.planned.plan().filter(|_| asked).map(|plan| plan.tally());
        let (status, problems) = match planned.planned {
            Planned::Unreachable(problems) => (None, problems),
            Planned::Blocked(problems) if asked => (Some(found), problems),
            Planned::Plan(_) | Planned::Blocked(_) => (Some(Status { pending, ..found }), Vec::new()),
        };
        let document = status.map(|status| TargetStatus { status, is_pending });
        FoundIn { target: planned.target, document, problems }
    });
    Found { targets: targets.collect(), notices: fleet::plan().notices }
}

/// As many targets, each of which stands otherwise.
fn motley(size: usize) -> Found<TargetStatus> {
    let like = dozen(false).targets.remove(0);
    let target = |number: usize| {
        let pending = Some(Tally { create: number, ..Tally::default() });
        FoundIn {
            target: TargetId { name: id(&format!("account-{number:04}")), ..like.target.clone() },
            document: Some(TargetStatus { status: Status { pending, ..ready() }, is_pending: number > 0 }),
            problems: Vec::new(),
        }
    };
    Found { targets: (0..size).map(target).collect(), notices: Vec::new() }
}

fn on_a_screen(status: &Found<TargetStatus>, width: usize) -> String {
    shown(width, |out, style| human::rollout_status(out, status, style))
}

fn in_markdown(status: &Found<TargetStatus>) -> String {
    shown(80, |out, _| markdown::rollout_status(out, status))
}

#[test]
fn a_dozen_targets_are_on_one_screen() {
    assert_snapshot!(on_a_screen(&dozen(false), 80));
}

#[test]
fn what_apply_would_do_is_told_where_it_was_asked() {
    assert_snapshot!(on_a_screen(&dozen(true), 80));
}

#[test]
fn a_fleet_that_is_as_it_should_be_is_one_line() {
    let mut status = dozen(false);
    status.targets.retain(|target| target.document.as_ref().is_some_and(|found| found.status == ready()));
    assert_snapshot!(on_a_screen(&status, 100));
}

#[test]
fn a_dozen_targets_are_one_comment() {
    assert_snapshot!(in_markdown(&dozen(true)));
}

#[test]
fn a_thousand_targets_that_differ_stay_on_a_screen() {
    for width in [40, 80, 120] {
        let text = on_a_screen(&motley(1_000), width);
        assert!(text.lines().count() <= 60, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
        assert!(text.contains("and 992 more groups"), "{text}");
    }
    let text = in_markdown(&motley(1_000));
    assert!(text.len() <= 65_000, "{}", text.len());
    assert!(text.contains("groups are not shown: `--json` shows all."), "{}", &text[..2_000]);
}
