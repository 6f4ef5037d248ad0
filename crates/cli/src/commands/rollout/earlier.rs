//! What an earlier run did, from its JSON stream: whole, or cut off where the run was killed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use groundwork_model::problem::Problem;
use groundwork_model::rollout::RolloutTarget;
use groundwork_model::{Code, TargetName};
use groundwork_spec::LoadedRollout;
use serde_json::Value;

use crate::failure::Failure;
use crate::output::Output;
use crate::output::file::quoted;

/// Leaves out the targets that were done; `None` if all were.
pub fn without_done(loaded: LoadedRollout, path: &Path, output: &Output<'_>) -> Result<Option<LoadedRollout>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, error.to_string()))?;
    let earlier = Earlier::read(&text).map_err(|cause| unreadable(path, cause))?;
    let done: BTreeSet<TargetName> = loaded
        .rollout
        .targets
        .iter()
        .filter(|target| earlier.has_done(target))
        .map(|target| target.name.clone())
        .collect();
    let all = loaded.rollout.targets.len();
    output.say(|out, _| {
        let file = quoted(path);
        match done.len() {
            0 => writeln!(out, "None of the {all} targets is done by {file}.\n"),
            done if done == all => writeln!(out, "Nothing to do: all {all} targets are done by {file}."),
            done => writeln!(out, "{done} of {all} targets are done by {file} and left out.\n"),
        }
    })?;
    Ok((done.len() < all).then(|| loaded.without(&done)))
}

fn unreadable(path: &Path, cause: String) -> Problem {
    let message = format!("{}: this is no JSON stream of a rollout that can be resumed", quoted(path));
    Problem::new(Code::InvalidArguments, message)
        .because(cause)
        .help("name the file that --json or --json-into of an earlier run wrote")
}

/// What a stream says of targets.
#[derive(Debug, Default)]
struct Earlier {
    /// Those that are done.
    done: BTreeSet<String>,
    /// The account and Region that each was planned for.
    places: BTreeMap<String, (String, String)>,
}

impl Earlier {
    /// Reads a stream. The last line may be cut: then nobody knows what it said.
    fn read(text: &str) -> Result<Self, String> {
        let mut earlier = Self::default();
        let mut lines = text.lines().enumerate().peekable();
        let mut is_stream = false;
        while let Some((number, line)) = lines.next() {
            match serde_json::from_str::<Value>(line) {
                Ok(line) => {
                    is_stream |= line["type"] == "version";
                    earlier.line(&line);
                }
                Err(_) if lines.peek().is_none() && number > 0 => {}
                Err(error) => return Err(format!("line {}: {error}", number + 1)),
            }
        }
        match (is_stream, earlier.places.is_empty()) {
            (true, false) => Ok(earlier),
            (true, true) => Err("it tells of no target".to_owned()),
            (false, _) => Err("it does not begin as one".to_owned()),
        }
    }

    fn line(&mut self, line: &Value) {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        match (line["type"].as_str(), text(&line["target"])) {
            (Some("plan"), Some(name)) => {
                let target = &line["plan"]["target"];
                self.places.extend(text(&target["account"]).zip(text(&target["region"])).map(|place| (name, place)));
            }
            (Some("target-finished"), Some(name)) if line["succeeded"] == true => drop(self.done.insert(name)),
            (Some("wave-verified"), _) => {
                for failed in line["failed"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    self.done.remove(failed);
                }
            }
            (Some("result"), _) => {
                let targets = line["rollout"]["targets"].as_array().into_iter().flatten();
                let is_done = |target: &&Value| matches!(target["end"]["outcome"].as_str(), Some("unchanged" | "done"));
                self.done.extend(targets.filter(is_done).filter_map(|target| text(&target["name"])));
            }
            _ => {}
        }
    }

    /// Whether a target of that name was done in that account and Region.
    fn has_done(&self, target: &RolloutTarget) -> bool {
        let name = target.name.as_str();
        let is_there = |(account, region): &(String, String)| {
            *account == target.account.as_str() && *region == target.spec.environment.region.as_str()
        };
        self.done.contains(name) && self.places.get(name).is_some_and(is_there)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: &str = r#"{"sequence":1,"type":"version","command":"apply"}
{"sequence":2,"target":"a","type":"plan","plan":{"target":{"account":"1","region":"r"}}}
{"sequence":3,"target":"b","type":"plan","plan":{"target":{"account":"2","region":"r"}}}
"#;

    fn done(rest: &str) -> Vec<String> {
        Earlier::read(&format!("{BEGIN}{rest}")).expect("a stream").done.into_iter().collect()
    }

    #[test]
    fn the_result_says_what_is_done_also_without_an_event() {
        let result = r#"{"type":"result","rollout":{"targets":[
            {"name":"a","end":{"outcome":"unchanged"}},{"name":"b","end":{"outcome":"failed"}}]}}"#;
        assert_eq!(done(&result.replace('\n', "")), ["a"]);
    }

    #[test]
    fn of_a_run_that_was_killed_the_events_say_it() {
        let finished = |name: &str, succeeded: bool| {
            format!("{{\"target\":\"{name}\",\"type\":\"target-finished\",\"succeeded\":{succeeded}}}\n")
        };
        assert_eq!(done(&(finished("a", true) + &finished("b", false))), ["a"]);
        assert_eq!(done(&(finished("a", true) + "{\"target\":\"b\",\"type\":\"target-fin")), ["a"]);
        let undone = "{\"type\":\"wave-verified\",\"failed\":[\"a\"]}\n";
        assert_eq!(done(&(finished("a", true) + undone)), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_stream_is_refused_with_its_line() {
        for (text, cause) in [
            ("", "it does not begin as one"),
            ("{}\n", "it does not begin as one"),
            ("version = 1\n", "line 1"),
            ("{\"type\":\"version\"}\n", "it tells of no target"),
            ("{\"type\":\"version\"}\nnonsense\n{}\n", "line 2"),
        ] {
            let told = Earlier::read(text).expect_err(text);
            assert!(told.starts_with(cause), "{text:?}: {told}");
        }
    }
}
