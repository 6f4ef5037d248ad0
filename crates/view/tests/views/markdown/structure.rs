//! Reads Markdown as far as is needed to tell that it is sound: blocks close, tables keep their columns,
//! and what stands outside of code is groundwork's own.

use std::collections::BTreeSet;

/// What GitHub takes in a comment.
const MOST: usize = 65_536;

/// HTML that groundwork writes.
const TAGS: [&str; 4] = ["<details>", "</details>", "<summary>", "</summary>"];

/// Checks a text. Panics with what is wrong.
pub fn check(text: &str) {
    assert!(text.chars().count() < MOST && text.len() < MOST, "{} bytes", text.len());
    let mut lines = text.lines();
    let first = lines.next().expect("a first line");
    assert!(first.starts_with("<!-- groundwork") && first.ends_with("-->"), "{first}");
    assert!(lines.next().is_some_and(|line| line.starts_with("### groundwork: ")), "{text}");
    let prose = prose(text);
    check_details(&prose);
    check_tables(&prose);
    for line in prose.iter().skip(1) {
        check_line(line);
    }
    if let Some(chart) = mermaid(text) {
        check_chart(&chart);
    }
}

/// The lines outside of code blocks. Every code block has an end.
pub fn prose(text: &str) -> Vec<&str> {
    let mut open: Option<usize> = None;
    let mut outside = Vec::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let ticks = line.trim_start_matches(' ').bytes().take_while(|byte| *byte == b'`').count();
        let rest = line.trim_start_matches(' ')[ticks..].trim();
        match open {
            None if indent < 4 && ticks >= 3 && !rest.contains('`') => open = Some(ticks),
            None => outside.push(line),
            Some(length) if indent < 4 && ticks >= length && rest.is_empty() => open = None,
            Some(_) => {}
        }
    }
    assert_eq!(open, None, "a code block is not closed in\n{text}");
    outside
}

fn check_details(prose: &[&str]) {
    let mut is_open = false;
    for line in prose {
        match *line {
            "<details>" => assert!(!std::mem::replace(&mut is_open, true), "details within details"),
            "</details>" => assert!(std::mem::replace(&mut is_open, false), "details close that were not open"),
            _ => {}
        }
    }
    assert!(!is_open, "details are not closed");
}

/// Tables: a head, a line of dashes, rows of as many columns.
fn check_tables(prose: &[&str]) {
    let mut columns = None;
    for line in prose {
        if !line.starts_with('|') {
            columns = None;
            continue;
        }
        let bars = line.matches('|').count();
        assert!(line.ends_with('|'), "a row has no end: {line}");
        assert_eq!(*columns.get_or_insert(bars), bars, "a row has other columns than its table: {line}");
    }
}

/// Outside of code there is no HTML but ours, and nobody is called.
fn check_line(line: &str) {
    let mut rest = without_code(line);
    for tag in TAGS {
        rest = rest.replace(tag, "");
    }
    rest = without_links(&rest);
    assert!(!rest.contains(['<', '@', '`']), "{line}\nhas outside of code\n{rest}");
}

/// The line without code spans, as they are read: a row of backticks ends at the next row of that length.
fn without_code(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        plain.push_str(&rest[..start]);
        let ticks = rest[start..].bytes().take_while(|byte| *byte == b'`').count();
        let inner = &rest[start + ticks..];
        let end = inner.find('`').unwrap_or_else(|| panic!("code is not closed: {line}"));
        assert_eq!(ticks, 1, "{line}");
        assert!(!inner[end + 1..].starts_with('`'), "{line}");
        rest = &inner[end + 1..];
    }
    plain.push_str(rest);
    without_html_code(&plain)
}

fn without_html_code(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some((before, inner)) = rest.split_once("<code>") {
        let (code, after) = inner.split_once("</code>").expect("code is closed");
        // Markdown is read within HTML.
        assert!(!code.contains(['<', '>', '@', '*', '_', '[', '|', '`', '\\']), "{code}");
        plain.push_str(before);
        rest = after;
    }
    plain.push_str(rest);
    plain
}

fn without_links(line: &str) -> String {
    let Some((before, inner)) = line.split_once("<https://") else { return line.to_owned() };
    let (_, after) = inner.split_once('>').expect("a link is closed");
    format!("{before}{after}")
}

/// The text's Mermaid chart.
pub fn mermaid(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("\n```mermaid\n")?;
    Some(rest.split_once("\n```").expect("a chart has an end").0.to_owned())
}

/// A chart: nodes and boxes with names of their own and quoted labels, boxes that close, and arrows
/// between what is declared.
pub fn check_chart(chart: &str) {
    let mut declared = BTreeSet::new();
    let mut arrows = Vec::new();
    let mut depth = 0_usize;
    for line in chart.lines().skip(1).map(str::trim) {
        if line == "end" {
            depth = depth.checked_sub(1).expect("a box to close");
        } else if let Some((from, to)) = line.split_once(" -->") {
            let to = to.rsplit(' ').next().expect("where an arrow goes");
            arrows.extend([from, to]);
        } else if !line.starts_with("classDef ") {
            depth += usize::from(line.starts_with("subgraph "));
            let (name, label) = line.trim_start_matches("subgraph ").split_once('[').expect("a label");
            assert!(declared.insert(name), "{name} is declared twice");
            check_label(label);
        }
    }
    assert!(chart.starts_with("flowchart LR\n") && depth == 0, "{chart}");
    assert!(arrows.iter().all(|name| declared.contains(name)), "an arrow leads to nothing:\n{chart}");
    assert!(declared.len() <= 45, "{} nodes and boxes", declared.len());
}

fn check_label(label: &str) {
    let (text, class) = label.rsplit_once(']').expect("a label's end");
    assert!(class.is_empty() || class.starts_with(":::"), "{label}");
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).expect("a quoted label");
    let text = text.replace("<br/>", " ");
    assert!(!text.contains(['"', '<', '>', '`', '[', ']', '{', '}', '%', '@', '|', '&']), "{label}");
}
