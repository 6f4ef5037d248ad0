//! What was verified of many targets, on one screen: those together of which the same holds, then what is wrong.

use std::io::{self, Write};

use groundwork_model::Code;
use groundwork_model::found::Found;
use groundwork_model::verification::{Link, Verification};

use super::found::Screen;
use super::groups::{Kind, Row, names};
use super::rollout_plan::troubles;
use super::verification::{totals as totals_of, word};
use crate::alike::{Same, Verdicts};
use crate::line::{Ink, Line, Style, flowing};
use crate::words::{count, some_of};

/// So many links are named that stand alike.
const MOST_LINKS: usize = 3;

/// Writes what was verified of each target.
pub fn rollout_verification(out: &mut dyn Write, found: &Found<Verification>, style: &Style) -> io::Result<()> {
    let verdicts = Verdicts::of(found);
    let columns = style.columns();
    let groups = vec![
        Kind::read(verdicts.alike.iter().map(|group| row(group, columns))),
        Kind::troubled("unreachable", &verdicts.unreachable, columns),
    ];
    let errors = troubles::with_errors(("Not verified", &verdicts.wrong), &verdicts.unreachable, style);
    Screen { groups, errors, sum: sum(found, columns) }.write(out, found, style)
}

fn row(group: &Same<'_, Verification>, columns: usize) -> Row {
    let is_whole = group.document.is_whole();
    Row {
        targets: group.targets.len(),
        word: if is_whole { ("verified", Ink::Green) } else { ("not verified", Ink::BoldRed) },
        what: verdict(group.document),
        who: vec![names(&group.targets, columns)],
        remark: None,
    }
}

/// What is wrong with a link: its verdict in a word, and the codes.
type Wrong = (&'static str, Vec<Code>);

/// `subnets and endpoints broken (GW4107)`, `9 links hold`: what is wrong comes first.
pub(crate) fn verdict(verification: &Verification) -> Vec<String> {
    let (wrong, right): (Vec<Link>, Vec<Link>) =
        verification.links.iter().cloned().partition(|link| !link.verdict.problems().is_empty());
    let mut kinds: Vec<(Wrong, Vec<&str>)> = Vec::new();
    for link in &wrong {
        let mut codes: Vec<Code> = link.verdict.problems().iter().map(|problem| problem.code).collect();
        codes.dedup();
        let kind = (word(&link.verdict).0, codes);
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, links)) => links.push(link.name.as_str()),
            None => kinds.push((kind, vec![link.name.as_str()])),
        }
    }
    let told = |((word, codes), links): (Wrong, Vec<&str>)| {
        let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
        format!("{} {word} ({})", some_of(&links, MOST_LINKS), codes.join(", "))
    };
    kinds.into_iter().map(told).chain(totals_of(&right)).collect()
}

/// `Verification: 9 of 12 targets verified, 2 not verified, 1 unreachable; 3 links are broken, 118 links hold.`
fn sum(found: &Found<Verification>, columns: usize) -> Vec<Line> {
    let ink = if is_whole(found) { Ink::Green } else { Ink::BoldRed };
    let text = format!("{}.", totals(found).join("; "));
    let mut lines = flowing(Line::new().ink(ink, "Verification: "), Ink::Bold, &text, 2, columns);
    let hint = "One target with each link: groundwork verify --target NAME";
    lines.extend(flowing(Line::new(), Ink::Dim, hint, 2, columns));
    lines
}

/// Whether every link of every target holds.
fn is_whole(found: &Found<Verification>) -> bool {
    found.targets.iter().all(|target| target.document.as_ref().is_some_and(Verification::is_whole))
}

/// `9 of 12 targets verified, 2 not verified, 1 unreachable`, `3 links are broken, 118 links hold`.
pub(crate) fn totals(found: &Found<Verification>) -> Vec<String> {
    let of = |wanted: bool| found.documents().filter(|(_, document)| document.is_whole() == wanted).count();
    let number = |number: usize, what: &str| (number > 0).then(|| format!("{number} {what}"));
    let verified = format!("{} of {} verified", of(true), count(found.targets.len(), "target"));
    let unreachable = found.unreachable().count();
    let targets = [Some(verified), number(of(false), "not verified"), number(unreachable, "unreachable")];
    let targets: Vec<String> = targets.into_iter().flatten().collect();
    let links: Vec<Link> = found.documents().flat_map(|(_, document)| document.links.iter().cloned()).collect();
    let links = totals_of(&links).join(", ");
    [targets.join(", "), links].into_iter().filter(|part| !part.is_empty()).collect()
}
