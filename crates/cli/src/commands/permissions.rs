//! `groundwork permissions`: the identity policy that the caller needs. It asks nobody.

use groundwork_model::Exit;
use groundwork_model::least_privilege::{CallerPolicy, Verb};
use groundwork_model::rollout::AssumeRole;
use groundwork_planner::least_privilege;

use crate::args::PermissionsArguments;
use crate::commands::spec::{self, OneTarget};
use crate::failure::Outcome;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;

/// What a managed policy, and all inline policies of a role, may come to (IAM User Guide, "IAM and AWS STS quotas").
const MANAGED_POLICY: usize = 6_144;
const INLINE_POLICIES: usize = 10_240;

/// Prints the policy, and says on stderr where it fits.
pub fn run(arguments: &PermissionsArguments, surroundings: &Surroundings, terminal: &Terminal) -> Outcome {
    let OneTarget { loaded, access } = spec::load_one_offline(&arguments.spec, surroundings)?;
    let verbs: Vec<Verb> = arguments.verbs.iter().copied().map(Verb::from).collect();
    let policy = least_privilege::policy(&verbs, &loaded.spec);
    let document = serde_json::to_string_pretty(&policy.document()).unwrap_or_default();
    terminal.print(|out, _| writeln!(out, "{document}"))?;
    let notes: Vec<String> =
        [fit(&policy)].into_iter().chain(access.assume_role.as_ref().map(of_assumed_role)).collect();
    terminal.complain(|out, _| notes.iter().try_for_each(|note| writeln!(out, "{note}")))?;
    Ok(Exit::Done)
}

fn fit(policy: &CallerPolicy) -> String {
    let length = policy.length();
    let fits = match length {
        _ if length <= MANAGED_POLICY => "fits a managed policy (6,144)",
        _ if length <= INLINE_POLICIES => "fits a role's inline policy (10,240), not a managed policy (6,144)",
        _ => "is too long for one policy: ask for fewer verbs at once",
    };
    format!("{length} characters without white space, which {fits}.")
}

/// The policy is the assumed role's; whoever assumes it needs one more permission.
fn of_assumed_role(assumed: &AssumeRole) -> String {
    let tags = if assumed.tags.is_empty() { "" } else { " and sts:TagSession" };
    format!("It is for {}; whoever assumes that role needs sts:AssumeRole{tags} on it.", assumed.role)
}
