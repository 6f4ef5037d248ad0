//! What the documents say of the repository is true.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use groundwork_repository::{Members, members, read, rows, rust_files, section};

/// Crates that no user ever runs.
const FOR_DEVELOPMENT: [&str; 8] = [
    "groundwork-testkit",
    "groundwork-cloudreactor-double",
    "groundwork-harness",
    "groundwork-emulator",
    "groundwork-e2e",
    "groundwork-repository",
    "groundwork-fuzz",
    "xtask",
];

fn ours(members: &Members, dependencies: &BTreeSet<String>) -> BTreeSet<String> {
    dependencies.iter().filter(|name| members.normal.contains_key(*name)).cloned().collect()
}

#[test]
fn the_crate_map_is_what_cargo_builds() -> Result<()> {
    let members = members()?;
    let built: BTreeMap<String, BTreeSet<String>> = members
        .normal
        .iter()
        .filter(|(name, _)| !FOR_DEVELOPMENT.contains(&name.as_str()))
        .map(|(name, dependencies)| (name.clone(), ours(&members, dependencies)))
        .collect();
    let text = read("docs/ARCHITECTURE.md")?;
    let documented: BTreeMap<String, BTreeSet<String>> = rows(section(&text, "crates")?)
        .into_iter()
        .map(|cells| {
            let uses =
                cells[2].split(", ").filter(|name| *name != "-").map(|name| format!("groundwork-{name}")).collect();
            (cells[0].trim_matches('`').to_owned(), uses)
        })
        .collect();
    assert_eq!(documented, built, "docs/ARCHITECTURE.md's crate map (left) is not what cargo builds (right)");
    Ok(())
}

#[test]
fn shipped_crates_never_depend_on_test_crates() -> Result<()> {
    let members = members()?;
    for (name, dependencies) in &members.normal {
        if FOR_DEVELOPMENT.contains(&name.as_str()) {
            continue;
        }
        let wrong: Vec<_> = dependencies.iter().filter(|other| FOR_DEVELOPMENT.contains(&other.as_str())).collect();
        assert!(wrong.is_empty(), "{name} ships with {wrong:?}");
    }
    Ok(())
}

#[test]
fn pure_crates_use_nothing_that_waits_or_calls() -> Result<()> {
    let members = members()?;
    for pure in ["groundwork-model", "groundwork-spec", "groundwork-planner", "groundwork-view"] {
        for banned in ["tokio", "reqwest", "futures-util", "aws-config", "getrandom", "tracing"] {
            assert!(!members.normal[pure].contains(banned), "{pure} must not depend on {banned}");
        }
    }
    Ok(())
}

#[test]
fn every_dependency_is_justified() -> Result<()> {
    let members = members()?;
    let text = read("docs/dependencies.md")?;
    let documented: BTreeSet<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(name, _)| name.to_owned()))
        .collect();
    let used: BTreeSet<String> = members
        .normal
        .values()
        .chain(members.dev.values())
        .flatten()
        .filter(|name| !members.normal.contains_key(*name))
        .cloned()
        .collect();
    assert_eq!(documented, used, "docs/dependencies.md (left) against the manifests (right)");
    Ok(())
}

#[test]
fn every_invariant_names_tests_that_exist() -> Result<()> {
    let sources: String = rust_files()?.into_iter().map(|(_, text)| text).collect();
    let text = read("docs/ARCHITECTURE.md")?;
    let rows = rows(section(&text, "invariants")?);
    let numbers: Vec<&str> = rows.iter().map(|cells| cells[0]).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5", "6", "7"]);
    for cells in rows {
        let tests: Vec<&str> = cells[1].split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "invariant {} names no test", cells[0]);
        for test in tests {
            let name = test.rsplit("::").next().unwrap_or(test);
            assert!(sources.contains(&format!("fn {name}(")), "invariant {}: there is no test {test}", cells[0]);
        }
    }
    Ok(())
}

#[test]
fn source_files_are_of_a_size_that_can_be_read() -> Result<()> {
    let long: Vec<String> = rust_files()?
        .into_iter()
        .map(|(name, text)| (name, text.lines().count()))
        .filter(|(_, lines)| *lines > 600)
        .map(|(name, lines)| format!("{name}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "split these: {long:#?}");
    Ok(())
}
