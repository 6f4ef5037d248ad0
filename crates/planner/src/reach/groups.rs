//! What the security groups let tasks do: they have to reach HTTPS.

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::world::{ExistingNetworkState, Rule, SecurityGroup};

const HTTPS: i32 = 443;
const KEY: &str = "network.security_groups";

/// How far the groups let tasks out to HTTPS, all together: their rules add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Out {
    Nowhere,
    Somewhere,
    Everywhere,
}

/// Checks the groups; adds to problems and warnings.
pub(super) fn check(state: &ExistingNetworkState, problems: &mut Vec<Problem>, warnings: &mut Vec<Problem>) {
    let Some(vpc) = state.subnets.first().map(|subnet| &subnet.vpc) else { return };
    for group in state.security_groups.iter().filter(|group| group.vpc != *vpc) {
        let message = format!("security group {} lies in {}, and the subnets in {vpc}", group.id, group.vpc);
        problems.push(Problem::new(Code::NetworkUnsuitable, message).at(KEY).help("name groups of the subnets' VPC"));
    }
    let names: Vec<&str> = state.security_groups.iter().map(|group| group.id.as_str()).collect();
    let names = names.join(", ");
    match out_of(&state.security_groups) {
        Out::Everywhere => {}
        Out::Somewhere => warnings.push(
            Problem::new(Code::NotChecked, format!("{names} let tasks out to HTTPS only in part"))
                .at(KEY)
                .because("whether that covers ECR, CloudWatch Logs and CloudReactor's API was not checked"),
        ),
        Out::Nowhere => problems.push(
            Problem::new(Code::NetworkUnsuitable, format!("{names} do not let tasks out to HTTPS"))
                .at(KEY)
                .because("a task has to reach ECR for its image and CloudReactor's API")
                .help("add an egress rule for TCP port 443 to 0.0.0.0/0, or name another group"),
        ),
    }
}

/// Whether the groups let tasks out to HTTPS at every address.
pub(super) fn reaches_everything(groups: &[SecurityGroup]) -> bool {
    out_of(groups) == Out::Everywhere
}

fn out_of(groups: &[SecurityGroup]) -> Out {
    groups.iter().flat_map(|group| &group.egress).map(out).max().unwrap_or(Out::Nowhere)
}

fn out(rule: &Rule) -> Out {
    if !covers_https(rule) {
        Out::Nowhere
    } else if rule.cidrs.iter().any(|cidr| cidr == "0.0.0.0/0") {
        Out::Everywhere
    } else if rule.cidrs.iter().any(|cidr| !cidr.contains(':'))
        || !rule.groups.is_empty()
        || !rule.prefix_lists.is_empty()
    {
        Out::Somewhere
    } else {
        Out::Nowhere
    }
}

pub(super) fn covers_https(rule: &Rule) -> bool {
    match rule.protocol.as_str() {
        "-1" => true,
        "tcp" | "6" => rule.from_port.is_none_or(|from| from <= HTTPS) && rule.to_port.is_none_or(|to| to >= HTTPS),
        _ => false,
    }
}
