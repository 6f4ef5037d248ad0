//! The role, and whether CloudReactor could assume it at all.

use groundwork_model::problem::Problem;
use groundwork_model::spec::{ManagedRole, Role};
use groundwork_model::{Arn, Code, Partition};

use super::{Known, adoption, check_mode, mode, stack_name};
use crate::raw::RoleSection;
use crate::read::Field;
use crate::text::{Principal, Text};
use crate::word::Mode;

pub(super) fn resolve(
    section: RoleSection,
    known: &Known,
    domain_suffix: String,
    problems: &mut Vec<Problem>,
) -> Option<Role> {
    let mode = mode(&section.mode, Mode::Create)?;
    check_mode("role", &section, mode, problems);
    let stack_name = stack_name(&section.stack_name, known.stack_name(""));
    if mode == Mode::Use {
        return Some(Role::Use { stack_name });
    }
    problems.extend(partition_problem(&section.principal, known));
    Some(Role::Create(ManagedRole {
        stack_name,
        adoption: adoption(section.adopt),
        log_group_pattern: section.log_group_pattern.given().map_or("*".to_owned(), |Text(pattern)| pattern.0),
        secrets_path_prefix: section
            .secrets_path_prefix
            .given()
            .map_or("CloudReactor/".to_owned(), |Text(path)| path.0),
        lambda_path_prefix: section.lambda_path_prefix.given().map_or(String::new(), |Text(prefix)| prefix.0),
        principal: section.principal.given().and_then(|Text(principal)| arn(&principal)),
        domain_suffix: section.domain_suffix.given().map_or(domain_suffix, |Text(suffix)| suffix.0),
    }))
}

fn arn(principal: &Principal) -> Option<Arn> {
    principal.0.parse().ok()
}

/// No principal can assume a role of another partition.
fn partition_problem(principal: &Field<Text<Principal>>, known: &Known) -> Option<Problem> {
    let region = known.region.as_ref()?;
    let partition = region.partition();
    match principal {
        Field::Given(Text(principal)) if arn_is_in(&principal.0, partition) => None,
        Field::Given(_) => {
            let message = format!("the principal is not in the partition of {region} ({partition})");
            let problem = Problem::new(Code::PartitionUnsupported, message).at("role.principal");
            Some(problem.help("roles can be assumed from within their partition only"))
        }
        Field::Absent if partition != Partition::Commercial => {
            let message = format!("CloudReactor has no principal in the partition of {region} ({partition})");
            Some(
                Problem::new(Code::PartitionUnsupported, message)
                    .at("environment.region")
                    .because("it is in the partition aws, and no role can be assumed from another partition")
                    .help("use a Region of the partition aws")
                    .help("or, with a CloudReactor of your own in that partition, set role.principal"),
            )
        }
        Field::Absent | Field::Broken => None,
    }
}

/// Whether an ARN is of a partition.
pub(crate) fn arn_is_in(arn: &str, partition: Partition) -> bool {
    let written = arn.split(':').nth(1).unwrap_or_default();
    match partition {
        // There are several, and the model does not tell them apart.
        Partition::Isolated => written.starts_with(partition.as_str()),
        Partition::Commercial | Partition::China | Partition::GovCloud | Partition::EuropeanSovereign => {
            written == partition.as_str()
        }
    }
}
