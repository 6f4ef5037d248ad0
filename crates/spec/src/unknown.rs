//! Keys that no table has: what may have been meant.

use groundwork_model::Code;
use groundwork_model::problem::Problem;

use crate::merged::ABOUT_TARGETS;
use crate::raw::{IGNORE, SpecSection, TARGET};
use crate::read::{Key, Node, Section};
use crate::{key, mask, raw};

/// The problem with a key that a table does not have.
pub(crate) fn key(name: &str, table: &Node<'_>, child: &Node<'_>, known: &[Key]) -> Problem {
    let place = if table.key.is_empty() { String::new() } else { format!(" in {}", header(&table.key)) };
    let problem = child.problem(Code::UnknownKey, format!("unknown key {}{place}", key::quoted(name)));
    // The one that belongs into a spec, though not everywhere.
    let of_role = ABOUT_TARGETS.contains(&first(&table.key)) && name.eq_ignore_ascii_case("external_id");
    if mask::is_sensitive(name) && !of_role {
        return problem
            .help("credentials never stand in the spec: set CLOUDREACTOR_API_KEY,")
            .help("or CLOUDREACTOR_USERNAME and CLOUDREACTOR_PASSWORD");
    }
    let names = known.iter().map(|key| key.name);
    if let Some(near) = key::nearest(name, names.clone()) {
        return problem.help(format!("did you mean {near:?}?"));
    }
    let root = if child.is_own() { TARGET } else { first(&table.key) };
    let tables: Vec<String> = tables_with(name, root, &table.key).iter().map(|table| header(table)).collect();
    match &tables[..] {
        [] => key::listing(problem, "known keys", names),
        [table] => problem.help(format!("{name:?} is a key of {table}")),
        several => key::listing(problem, &format!("{name:?} is a key of"), several.iter().map(String::as_str)),
    }
}

/// The table at the root in which a key stands, or that it is.
fn first(key: &str) -> &str {
    key.split(['.', '[']).next().unwrap_or_default()
}

/// A table's header in a file. That it is the third target is told by its place.
fn header(table: &str) -> String {
    let is_ignore = table.find(IGNORE);
    let table = is_ignore.map_or(table, |at| &table[..at + IGNORE.len()]);
    let (head, rest) = table.split_at(first(table).len());
    let inside = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(rest, |(_, rest)| rest);
    match (head, inside) {
        _ if is_ignore.is_some() => format!("[[{head}{inside}]]"),
        ("wave" | TARGET, "") => format!("[[{head}]]"),
        ("wave" | TARGET, _) => format!("[{head}{inside}]"),
        _ => format!("[{table}]"),
    }
}

/// The tables that have a key which `table` does not have, as near to it as there are any: for one of a
/// target its own, else those that it lays over the rest of the spec.
fn tables_with(name: &str, root: &str, table: &str) -> Vec<String> {
    let having = raw::SECTIONS.iter().filter(|(_, keys)| keys.iter().any(|key| key.name == name));
    let (about_targets, others): (Vec<&str>, Vec<&str>) = having
        .map(|(section, _)| *section)
        .filter(|section| !is_table(section, name))
        .partition(|section| ABOUT_TARGETS.contains(&first(section)));
    let near: Vec<&str> = about_targets.iter().copied().filter(|section| first(section) == root).collect();
    if !near.is_empty() {
        likely(&near, table).into_iter().map(str::to_owned).collect()
    } else if !others.is_empty() {
        let over = if root == TARGET { format!("{TARGET}.") } else { String::new() };
        likely(&others, table).iter().map(|section| format!("{over}{section}")).collect()
    } else if SpecSection::KEYS.iter().all(|key| key.name != name) {
        likely(&about_targets, table).into_iter().map(str::to_owned).collect()
    } else {
        Vec::new()
    }
}

/// Whether a key of a table is a table itself. Its name then tells too little of what was meant.
fn is_table(section: &str, name: &str) -> bool {
    let overlaid =
        section == TARGET && !ABOUT_TARGETS.contains(&name) && SpecSection::KEYS.iter().any(|key| key.name == name);
    overlaid || raw::SECTIONS.iter().any(|(other, _)| *other == format!("{section}.{name}"))
}

/// Of these tables the one about the same thing (`policy.network` for `network`) if there is one, else those
/// that are nested least.
fn likely<'a>(found: &[&'a str], table: &str) -> Vec<&'a str> {
    let thing = |section: &str| section.rsplit('.').next().map(str::to_owned);
    if let Some(same) = found.iter().find(|section| thing(section) == thing(table)) {
        return vec![same];
    }
    let depth = |section: &&str| section.matches('.').count();
    let least = found.iter().map(depth).min();
    found.iter().copied().filter(|section| Some(depth(section)) == least).collect()
}
