//! A rollout's report as a file for a browser.

use groundwork_model::problem::Problem;
use groundwork_model::report::{Report, StepOutcome};
use groundwork_model::rollout::{RolloutReport, TargetEnd};
use groundwork_view::html;
use insta::assert_snapshot;
use proptest::prelude::*;

use crate::fleet;
use crate::markdown::any;

const TAGS: [&str; 26] = [
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td",
    "button", "a", "span", "details", "summary", "pre", "code", "script", "svg", "rect", "!doctype",
];

const ATTRIBUTES: [&str; 17] = [
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "class",
    "id",
    "href",
    "rel",
    "data-key",
    "viewBox",
    "preserveAspectRatio",
    "role",
    "x",
    "y",
    "width",
    "height",
];

/// What is written; it is sound HTML, whatever it tells.
fn shown(report: &RolloutReport) -> String {
    let mut out = Vec::new();
    html::rollout_report(&mut out, report).expect("a Vec takes everything");
    let text = String::from_utf8(out).expect("views write UTF-8");
    check(&text);
    text
}

/// The text without its style and its script, and these two.
fn parts(text: &str) -> (String, String, String) {
    let (before, rest) = text.split_once("<style>").expect("a style");
    let (style, rest) = rest.split_once("</style>").expect("its end");
    let (between, rest) = rest.split_once("<script>").expect("a script");
    let (script, after) = rest.split_once("</script>").expect("its end");
    (format!("{before}{between}{after}"), style.to_owned(), script.to_owned())
}

/// Tags are known and close in their order, attributes are known and quoted, and nothing refers to elsewhere but
/// what is there to be followed by hand.
fn check(text: &str) {
    let (page, ..) = parts(text);
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page.as_str();
    while let Some((before, tail)) = rest.split_once('<') {
        assert!(!before.contains('>'), "{before}");
        let (tag, after) = tail.split_once('>').expect("a tag has an end");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{text}");
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(TAGS.contains(&name), "<{tag}>");
        if !["meta", "!doctype"].contains(&name) {
            open.push(name);
        }
        if name != "!doctype" {
            check_attributes(attributes);
        }
    }
    assert!(open.is_empty(), "{open:?} are not closed");
}

fn check_attributes(attributes: &str) {
    let mut rest = attributes;
    while !rest.is_empty() {
        let (name, tail) = rest.split_once("=\"").unwrap_or_else(|| panic!("no value: {attributes}"));
        let (value, after) = tail.split_once('"').expect("a quoted value");
        assert!(ATTRIBUTES.contains(&name), "{name} in {attributes}");
        assert!(name != "href" || value.starts_with("#target-") || value.starts_with("https://"), "{attributes}");
        rest = after.strip_prefix(' ').unwrap_or(after);
    }
}

#[test]
fn a_report_is_a_page_of_its_own() {
    let (page, ..) = parts(&shown(&fleet::report()));
    assert_snapshot!(page);
}

#[test]
fn a_page_loads_nothing_and_sends_nothing() {
    let text = shown(&fleet::report());
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
    assert!(text.contains(&format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">")), "{text}");
    let (_, style, script) = parts(&text);
    for word in ["url(", "@import", "fetch", "XMLHttp", "import", "http", "eval", "innerHTML", "src"] {
        assert!(!style.contains(word) && !script.contains(word), "{word}");
    }
}

#[test]
fn text_of_others_stays_text() {
    let mut report = fleet::report();
    let evil = "</pre></details><script>alert(1)</script><img src=x onerror=\"alert(2)\">";
    for target in &mut report.targets {
        let problem = Problem::new(groundwork_model::Code::StackFailed, evil).because(evil).help(evil);
        if let TargetEnd::Failed { report } | TargetEnd::Done { report } = &mut target.end {
            report
                .outputs
                .values_mut()
                .flat_map(|outputs| outputs.values_mut())
                .for_each(|text| *text = evil.to_owned());
            report.steps[0].outcome = StepOutcome::Failed { problem: Box::new(problem) };
            if let Some(saved) = &mut report.run_environment {
                saved.dashboard_url = Some(format!("https://a.example/{evil}"));
            }
        }
    }
    let text = shown(&report);
    assert!(!text.contains("alert(1)</script>") && !text.contains("<img"), "{text}");
    assert!(text.contains("&lt;img src=x onerror=&quot;alert(2)&quot;&gt;"), "{text}");
}

#[test]
fn a_thousand_targets_have_a_row_and_their_details_each() {
    let report = fleet::large_report(1_000);
    let text = shown(&report);
    assert_eq!(text.matches("<tr><td><a href=\"#target-").count(), 1_000);
    assert_eq!(text.matches("<details id=\"target-").count(), 1_000);
    let begun = report.targets.iter().filter(|target| target.span.is_some()).count();
    let reports = report.targets.iter().filter_map(|target| match &target.end {
        TargetEnd::Done { report } | TargetEnd::Failed { report } => Some(report),
        TargetEnd::Unchanged | TargetEnd::Skipped { .. } | TargetEnd::NotStarted { .. } => None,
    });
    let steps = reports.flat_map(|report| &report.steps).filter(|step| step.span.is_some()).count();
    assert_eq!(text.matches("<svg").count(), begun + steps, "each target's steps have a line, and each one its own");
    assert_eq!(text.matches("<rect").count(), 2 * steps);
}

#[test]
fn an_empty_report_is_a_page_too() {
    let empty = TargetEnd::Done { report: Report::default() };
    let mut report = fleet::report();
    report.targets.truncate(1);
    report.targets[0].end = empty;
    shown(&report);
    shown(&RolloutReport::default());
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 32, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default()
    })]

    #[test]
    fn any_report_is_sound_and_has_the_same_script(report in any::rollout_report()) {
        let (_, style, script) = parts(&shown(&report));
        let (_, same_style, same_script) = parts(&shown(&RolloutReport::default()));
        prop_assert_eq!((style, script), (same_style, same_script));
    }
}
