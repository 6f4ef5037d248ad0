//! `groundwork validate`: the spec alone, without any network.

use groundwork_model::Exit;
use groundwork_spec::Document;

use crate::args::SpecArguments;
use crate::commands::spec;
use crate::failure::Outcome;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;

/// Checks the spec and says what it is about.
pub fn run(arguments: &SpecArguments, surroundings: &Surroundings, terminal: &Terminal) -> Outcome {
    let about = match spec::load(arguments, surroundings)? {
        Document::One(loaded) => {
            let environment = &loaded.spec.environment;
            format!("{} in {}", environment.name, environment.region)
        }
        Document::Many(loaded) => match &loaded.rollout.targets[..] {
            [one] => format!("target {}", one.name),
            several => format!("{} targets", several.len()),
        },
        Document::InOrganization(_) => "the accounts of an organization, which are found when it is used,".to_owned(),
    };
    terminal.print(|out, _| writeln!(out, "The spec of {about} is valid."))?;
    Ok(Exit::Done)
}
