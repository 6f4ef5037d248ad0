//! `groundwork explain`: what a code means and what to do about it, offline.

use groundwork_model::problem::Problem;
use groundwork_model::{Code, Exit};
use groundwork_view::human;

use crate::args::ExplainArguments;
use crate::failure::Outcome;
use crate::terminal::Terminal;

/// How many codes are offered in place of one that does not exist.
const OFFERED: usize = 3;

/// Prints the explanation, or all codes.
pub fn run(arguments: &ExplainArguments, terminal: &Terminal) -> Outcome {
    match &arguments.code {
        None => terminal.print(human::catalogue)?,
        Some(text) => {
            let code = text.parse().map_err(|_| unknown(text))?;
            terminal.print(|out, style| human::explain(out, code, style))?;
        }
    }
    Ok(Exit::Done)
}

fn unknown(text: &str) -> Problem {
    let mut problem = Problem::new(Code::InvalidArguments, format!("there is no code {text:?}"));
    for code in nearest(text) {
        problem = problem.help(format!("{code} is: {}", code.title()));
    }
    problem.help("all codes: groundwork explain")
}

/// The codes with the nearest numbers, nearest first; none for what is no number.
fn nearest(text: &str) -> Vec<Code> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let Ok(number) = digits.parse::<u16>() else { return Vec::new() };
    let mut codes = Code::ALL.to_vec();
    codes.sort_by_key(|code| code.number().abs_diff(number));
    codes.truncate(OFFERED);
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_in_every_form_that_people_write() {
        for text in ["GW1203", "gw1203", "1203"] {
            assert_eq!(text.parse(), Ok(Code::NatWithoutPublicSubnet), "{text}");
        }
    }

    #[test]
    fn the_nearest_codes_are_offered() {
        for (text, expected) in [
            ("GW1210", &[Code::InsecureUrl, Code::Duplicate, Code::NoSubnetForTasks][..]),
            ("gw 3005", &[Code::StackStuck, Code::StackBusy, Code::NetworkUnsuitable]),
            ("99999999", &[]),
            ("nat", &[]),
        ] {
            assert_eq!(nearest(text), expected, "{text}");
        }
    }

    #[test]
    fn an_unknown_code_is_a_usage_error() {
        let problem = unknown("GW1210");
        assert_eq!(problem.code.exit(), Exit::Usage);
        assert_eq!(problem.help[0], "GW1209 is: CloudReactor's URL is not https");
    }
}
