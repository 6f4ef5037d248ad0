//! Problems as annotations of GitHub Actions: workflow commands that a runner finds in a step's output.
//!
//! The form is that of GitHub's page "Workflow commands for GitHub Actions".

use std::io::{self, Write};

use groundwork_model::problem::{Place, Problem};
use groundwork_model::stream::Severity;

/// Writes an annotation for each problem.
pub fn annotations(out: &mut dyn Write, severity: Severity, problems: &[Problem]) -> io::Result<()> {
    problems.iter().try_for_each(|problem| writeln!(out, "{}", annotation(severity, problem)))
}

fn annotation(severity: Severity, problem: &Problem) -> String {
    let command = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut properties = Vec::new();
    if let Some(Place::File { path, line, column, .. }) = &problem.place {
        properties.push(format!("file={}", property(path)));
        properties.push(format!("line={line}"));
        properties.push(format!("col={column}"));
    }
    properties.push(format!("title={}", property(&format!("groundwork {}", problem.code))));
    let causes = problem.causes.iter().map(String::as_str);
    let lines: Vec<&str> = std::iter::once(problem.message.as_str()).chain(causes).collect();
    format!("::{command} {}::{}", properties.join(","), data(&lines.join("\n")))
}

/// What would end the message, or begin another command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use groundwork_model::Code;

    use super::*;

    fn shown(severity: Severity, problem: Problem) -> String {
        let mut out = Vec::new();
        annotations(&mut out, severity, &[problem]).expect("a vector takes everything");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_problem_of_a_spec_is_shown_at_its_line() {
        let mut problem = Problem::new(Code::NatWithoutPublicSubnet, "zone us-west-2d has no public subnet");
        let place = Place::File { path: "a,b:c.toml".to_owned(), line: 14, column: 8, span: 0..1, text: "".into() };
        problem.place = Some(place);
        assert_eq!(
            shown(Severity::Error, problem),
            "::error file=a%2Cb%3Ac.toml,line=14,col=8,title=groundwork GW1203::zone us-west-2d has no public subnet\n"
        );
    }

    #[test]
    fn text_of_others_cannot_begin_a_command_of_its_own() {
        let problem = Problem::new(Code::StackFailed, "100% failed").because("AWS said:\r\n::set-output name=x::y");
        assert_eq!(
            shown(Severity::Warning, problem),
            "::warning title=groundwork GW4003::100%25 failed%0AAWS said:%0D%0A::set-output name=x::y\n"
        );
    }
}
