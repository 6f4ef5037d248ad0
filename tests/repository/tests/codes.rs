//! Every error code is raised by the program, seen by a test, and documented.

use anyhow::Result;
use groundwork_model::Code;
use groundwork_repository::{read, rust_files, snapshots};

/// What follows in a file is its tests.
const TESTS: &str = "#[cfg(test)]";

/// Crates that only name codes: the list itself, and views, whose tests show problems that nothing raised.
const NAMING_ONLY: [&str; 2] = ["crates/model/", "crates/view/"];

/// Crates that no user ever runs.
const FOR_TESTS: [&str; 2] = ["crates/testkit/", "crates/cloudreactor-double/"];

/// The program's text, and that of its tests.
struct Texts {
    program: String,
    tests: String,
}

fn texts() -> Result<Texts> {
    let mut texts = Texts { program: String::new(), tests: String::new() };
    let is_in = |path: &str, folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
    for (path, text) in rust_files()?.into_iter().filter(|(path, _)| !is_in(path, &NAMING_ONLY)) {
        let (program, tests) = match text.split_once(TESTS) {
            _ if !path.starts_with("crates/") || path.contains("/tests/") || path.ends_with("/tests.rs") => {
                ("", text.as_str())
            }
            Some((program, tests)) => (program, tests),
            None => (text.as_str(), ""),
        };
        if !is_in(&path, &FOR_TESTS) {
            texts.program.push_str(program);
        }
        texts.tests.push_str(tests);
    }
    let snapshots = snapshots()?.into_iter().filter(|(path, _)| !is_in(path, &NAMING_ONLY));
    texts.tests.extend(snapshots.map(|(_, text)| text));
    Ok(texts)
}

/// The places where a text names a variant of the list, each with what stands before and behind it.
fn naming(text: &str, code: Code) -> impl Iterator<Item = (&str, &str)> {
    let name = format!("Code::{code:?}");
    let length = name.len();
    let places: Vec<usize> = text.match_indices(&name).map(|(at, _)| at).collect();
    let around = places.into_iter().map(move |at| (&text[..at], &text[at + length..]));
    around.filter(|(_, behind)| !behind.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

/// Whether a code is given to a problem somewhere, and not only compared with or matched.
fn is_raised(program: &str, code: Code) -> bool {
    let is_compared = |(before, behind): (&str, &str)| {
        let (before, behind) = (before.trim_end(), behind.trim_start());
        before.ends_with("==") || before.ends_with('|') || behind.starts_with("=>") || behind.starts_with('|')
    };
    naming(program, code).any(|place| !is_compared(place))
}

fn all(lacks: impl Fn(Code) -> bool) -> Vec<String> {
    Code::ALL.iter().filter(|code| lacks(**code)).map(|code| format!("{code} {code:?}")).collect()
}

#[test]
fn every_code_is_raised_somewhere() -> Result<()> {
    let program = texts()?.program;
    let dead = all(|code| !is_raised(&program, code));
    assert!(dead.is_empty(), "nothing raises these: {dead:#?}");
    Ok(())
}

#[test]
fn every_code_is_seen_by_a_test() -> Result<()> {
    let tests = texts()?.tests;
    let unseen = all(|code| naming(&tests, code).next().is_none() && !tests.contains(&code.to_string()));
    assert!(unseen.is_empty(), "no test meets these: {unseen:#?}");
    Ok(())
}

#[test]
fn every_code_is_documented() -> Result<()> {
    let text = read("docs/errors.md")?;
    let missing = all(|code| !text.contains(&format!("\n### {code}: {}\n", code.title())));
    assert!(missing.is_empty(), "docs/errors.md lacks these: {missing:#?}");
    Ok(())
}

#[test]
fn a_comparison_raises_nothing() {
    let code = Code::ALL[0];
    for (program, expected) in [
        (format!("Problem::new(Code::{code:?}, message)"), true),
        (format!("problem.code == Code::{code:?} {{"), false),
        (format!("Code::{code:?} => 1,"), false),
        (format!("A | Code::{code:?})"), false),
        (format!("Problem::new(Code::{code:?}Indeed, message)"), false),
        (format!("_ => Code::{code:?},"), true),
    ] {
        assert_eq!(is_raised(&program, code), expected, "{program}");
    }
}
