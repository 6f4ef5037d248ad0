//! `docs/errors.md`: every code with what it means and what to do, from the same texts as `groundwork explain`.

use groundwork_model::code::explanation::Family;
use groundwork_model::{Code, Exit};

use super::GENERATED;

/// What marks a step as a command.
const COMMAND: &str = "    ";

/// The whole document.
pub fn document() -> String {
    let families: Vec<String> = Family::ALL.into_iter().map(section).collect();
    format!(
        "# Error and warning codes\n\n{GENERATED}\n\n\
         Every error and warning has a stable code. `groundwork explain CODE` prints the same text, offline.\n\
         A code is never renumbered and never used for something else. The exit codes are in [exit-codes.md](exit-codes.md).\n\n\
         {}",
        families.join("\n"),
    )
}

fn section(family: Family) -> String {
    let codes: Vec<Code> = Code::ALL.iter().copied().filter(|code| code.family() == family).collect();
    let digit = codes.first().map_or(0, |code| code.number() / 1000);
    let entries: Vec<String> = codes.into_iter().map(entry).collect();
    format!("## {} (GW{digit}xxx)\n\n{}\n\n{}", family.title(), family.intro(), entries.join("\n"))
}

fn entry(code: Code) -> String {
    let explanation = code.explanation();
    let ends = match code.exit() {
        Exit::Done => "A warning; no exit code of its own.".to_owned(),
        exit => format!("Exit code {}: {}.", exit.code(), exit.meaning()),
    };
    format!("### {code}: {}\n\n{ends}\n\n{}\n\n{}", code.title(), explanation.means, remedy(explanation.remedy))
}

/// The steps as a list, each run of commands as a block below its step.
fn remedy(steps: &[&str]) -> String {
    let mut text = String::new();
    for (at, step) in steps.iter().enumerate() {
        let Some(command) = step.strip_prefix(COMMAND) else {
            text.push_str(&format!("- {step}\n"));
            continue;
        };
        let is_command =
            |at: Option<usize>| at.and_then(|at| steps.get(at)).is_some_and(|step| step.starts_with(COMMAND));
        if !is_command(at.checked_sub(1)) {
            text.push_str("\n  ```sh\n");
        }
        text.push_str(&format!("  {command}\n"));
        if !is_command(Some(at + 1)) {
            text.push_str("  ```\n\n");
        }
    }
    format!("{}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_blocks_within_their_step() {
        let steps = ["Look:", "    a", "    b", "Then rerun."];
        assert_eq!(remedy(&steps), "- Look:\n\n  ```sh\n  a\n  b\n  ```\n\n- Then rerun.\n");
        assert_eq!(remedy(&["Look:", "    a"]), "- Look:\n\n  ```sh\n  a\n  ```\n");
    }

    #[test]
    fn every_code_has_an_entry() {
        let text = document();
        for code in Code::ALL {
            assert!(text.contains(&format!("\n### {code}: {}\n", code.title())), "{code}");
        }
    }
}
