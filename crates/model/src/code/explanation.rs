//! What each code means and what to do about it: the text of `groundwork explain` and `docs/errors.md`.
//!
//! The match is exhaustive: a code without a text does not compile.

mod access;
mod drift;
mod execution;
mod findings;
mod gates;
mod saved;
mod spec;
mod verification;

use super::Code;

/// What a code means and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// When it appears, what was and was not done, and what of AWS or CloudReactor it rests on.
    pub means: &'static str,
    /// What to do, step by step. A line that begins with four blanks is a command to copy.
    pub remedy: &'static [&'static str],
}

/// Codes that belong together: those with the same first digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// 1xxx.
    Spec,
    /// 2xxx.
    Access,
    /// 3xxx.
    Findings,
    /// 4xxx.
    Execution,
    /// 5xxx.
    Gates,
    /// 6xxx.
    SavedPlans,
    /// 9xxx.
    Groundwork,
}

impl Family {
    /// Every family, in the order of the codes.
    pub const ALL: [Self; 7] =
        [Self::Spec, Self::Access, Self::Findings, Self::Execution, Self::Gates, Self::SavedPlans, Self::Groundwork];

    /// What its codes are about.
    pub fn title(self) -> &'static str {
        match self {
            Self::Spec => "The spec and the command line",
            Self::Access => "Access to AWS and CloudReactor",
            Self::Findings => "What was found",
            Self::Execution => "What was done",
            Self::Gates => "Gates",
            Self::SavedPlans => "Saved plans",
            Self::Groundwork => "groundwork itself",
        }
    }

    /// What holds for all its codes.
    pub fn intro(self) -> &'static str {
        match self {
            Self::Spec => {
                "Found before anything is asked of AWS, except for what only the account's zones can tell. All \
                 problems of a spec are shown at once, each with its file and line, variable or flag."
            }
            Self::Access => {
                "AWS or CloudReactor could not be used or did not answer. A read that failed never counts as \
                 \"there is nothing\": no plan is made without an answer."
            }
            Self::Findings => {
                "What is in the account does not go with the spec, or is worth knowing. GW31xx are warnings: they \
                 stop nothing. The others were found by reading only, and nothing was changed."
            }
            Self::Execution => {
                "A step of apply or destroy did not end well. Steps that do not depend on it were finished; the \
                 report tells what was done. Running the same command again is safe and goes on from there. From \
                 GW4104 to GW4115, a verification found that tasks cannot run: it only reads, and all that it found is \
                 told at once. GW4202 and GW4203 are of drift, which only reads, too."
            }
            Self::Gates => "The plan is fine, but somebody has to permit it, or nobody may. Nothing was changed.",
            Self::SavedPlans => {
                "A saved plan is applied as it was reviewed or not at all. All but GW6005 are found before \
                 anything is changed."
            }
            Self::Groundwork => "A defect of the program.",
        }
    }
}

impl Code {
    /// The family that it belongs to.
    pub fn family(self) -> Family {
        match self.number() / 1000 {
            1 => Family::Spec,
            2 => Family::Access,
            3 => Family::Findings,
            4 => Family::Execution,
            5 => Family::Gates,
            6 => Family::SavedPlans,
            _ => Family::Groundwork,
        }
    }

    /// What it means and what to do about it.
    pub fn explanation(self) -> Explanation {
        match self {
            Self::SpecUnreadable => spec::SPEC_UNREADABLE,
            Self::SpecSyntax => spec::SPEC_SYNTAX,
            Self::UnknownKey => spec::UNKNOWN_KEY,
            Self::WrongType => spec::WRONG_TYPE,
            Self::MissingKey => spec::MISSING_KEY,
            Self::InvalidValue => spec::INVALID_VALUE,
            Self::KeyOutOfPlace => spec::KEY_OUT_OF_PLACE,
            Self::InvalidArguments => spec::INVALID_ARGUMENTS,
            Self::Unwritable => spec::UNWRITABLE,
            Self::InvalidName => spec::INVALID_NAME,
            Self::InvalidTag => spec::INVALID_TAG,
            Self::InvalidCidr => spec::INVALID_CIDR,
            Self::SubnetsDoNotFit => spec::SUBNETS_DO_NOT_FIT,
            Self::NatWithoutPublicSubnet => spec::NAT_WITHOUT_PUBLIC_SUBNET,
            Self::UnknownEndpoint => spec::UNKNOWN_ENDPOINT,
            Self::NoWayOut => spec::NO_WAY_OUT,
            Self::PartitionUnsupported => spec::PARTITION_UNSUPPORTED,
            Self::NoSubnetForTasks => spec::NO_SUBNET_FOR_TASKS,
            Self::Duplicate => spec::DUPLICATE,
            Self::InsecureUrl => spec::INSECURE_URL,
            Self::NoCredentials => access::NO_CREDENTIALS,
            Self::AccessDenied => access::ACCESS_DENIED,
            Self::WrongAccount => access::WRONG_ACCOUNT,
            Self::CredentialsExpired => access::CREDENTIALS_EXPIRED,
            Self::Throttled => access::THROTTLED,
            Self::AwsUnavailable => access::AWS_UNAVAILABLE,
            Self::AwsUnexpected => access::AWS_UNEXPECTED,
            Self::PermissionsMissing => access::PERMISSIONS_MISSING,
            Self::RegionDisabled => access::REGION_DISABLED,
            Self::NoCloudReactorCredentials => access::NO_CLOUDREACTOR_CREDENTIALS,
            Self::CloudReactorLogin => access::CLOUDREACTOR_LOGIN,
            Self::GroupNotFound => access::GROUP_NOT_FOUND,
            Self::AccessLevelTooLow => access::ACCESS_LEVEL_TOO_LOW,
            Self::CloudReactorUnavailable => access::CLOUDREACTOR_UNAVAILABLE,
            Self::CloudReactorUnexpected => access::CLOUDREACTOR_UNEXPECTED,
            Self::ReferenceNotFound => findings::REFERENCE_NOT_FOUND,
            Self::ReferenceAmbiguous => findings::REFERENCE_AMBIGUOUS,
            Self::StackNotOurs => findings::STACK_NOT_OURS,
            Self::StackBusy => findings::STACK_BUSY,
            Self::StackStuck => findings::STACK_STUCK,
            Self::NetworkUnsuitable => findings::NETWORK_UNSUITABLE,
            Self::ZoneUnavailable => findings::ZONE_UNAVAILABLE,
            Self::TemplateUnreadable => findings::TEMPLATE_UNREADABLE,
            Self::ClusterExists => findings::CLUSTER_EXISTS,
            Self::StackIncomplete => findings::STACK_INCOMPLETE,
            Self::StackProtected => findings::STACK_PROTECTED,
            Self::RunEnvironmentElsewhere => findings::RUN_ENVIRONMENT_ELSEWHERE,
            Self::RunEnvironmentHidesKey => findings::RUN_ENVIRONMENT_HIDES_KEY,
            Self::QuotaTooSmall => findings::QUOTA_TOO_SMALL,
            Self::ZoneWithoutFargate => findings::ZONE_WITHOUT_FARGATE,
            Self::NoInternet => findings::NO_INTERNET,
            Self::TrustNote => findings::TRUST_NOTE,
            Self::FewAddresses => findings::FEW_ADDRESSES,
            Self::NotChecked => findings::NOT_CHECKED,
            Self::LeftBehind => findings::LEFT_BEHIND,
            Self::AccountsLeftOut => findings::ACCOUNTS_LEFT_OUT,
            Self::StackSetNote => findings::STACK_SET_NOTE,
            Self::ResourceLeftOut => findings::RESOURCE_LEFT_OUT,
            Self::AddressesOverlap => findings::ADDRESSES_OVERLAP,
            Self::IgnoreExpired => drift::IGNORE_EXPIRED,
            Self::ChangeSetFailed => execution::CHANGE_SET_FAILED,
            Self::ChangeSetDisagrees => execution::CHANGE_SET_DISAGREES,
            Self::StackFailed => execution::STACK_FAILED,
            Self::StackNeedsRecovery => execution::STACK_NEEDS_RECOVERY,
            Self::StackTimedOut => execution::STACK_TIMED_OUT,
            Self::Interrupted => execution::INTERRUPTED,
            Self::DeleteFailed => execution::DELETE_FAILED,
            Self::StackSetFailed => execution::STACK_SET_FAILED,
            Self::Detached => execution::DETACHED,
            Self::RunEnvironmentFailed => execution::RUN_ENVIRONMENT_FAILED,
            Self::RunEnvironmentUnusable => execution::RUN_ENVIRONMENT_UNUSABLE,
            Self::NotAsPlanned => execution::NOT_AS_PLANNED,
            Self::RoleNotAssumable => verification::ROLE_NOT_ASSUMABLE,
            Self::ExecutionRoleNotAssumable => verification::EXECUTION_ROLE_NOT_ASSUMABLE,
            Self::PassRoleNotAllowed => verification::PASS_ROLE_NOT_ALLOWED,
            Self::SubnetUnusable => verification::SUBNET_UNUSABLE,
            Self::EgressClosed => verification::EGRESS_CLOSED,
            Self::EndpointUnusable => verification::ENDPOINT_UNUSABLE,
            Self::VpcDnsOff => verification::VPC_DNS_OFF,
            Self::ClusterInactive => verification::CLUSTER_INACTIVE,
            Self::FargateMissing => verification::FARGATE_MISSING,
            Self::RunEnvironmentDiffers => verification::RUN_ENVIRONMENT_DIFFERS,
            Self::RunEnvironmentIncapable => verification::RUN_ENVIRONMENT_INCAPABLE,
            Self::PartMissing => verification::PART_MISSING,
            Self::CapacityProvidersFailed => execution::CAPACITY_PROVIDERS_FAILED,
            Self::DriftDetectionIncomplete => drift::DRIFT_DETECTION_INCOMPLETE,
            Self::DriftDetectionTimedOut => drift::DRIFT_DETECTION_TIMED_OUT,
            Self::ClassNotAllowed => gates::CLASS_NOT_ALLOWED,
            Self::NotConfirmed => gates::NOT_CONFIRMED,
            Self::ComponentProtected => gates::COMPONENT_PROTECTED,
            Self::CostIncreaseTooHigh => gates::COST_INCREASE_TOO_HIGH,
            Self::PlanUnreadable => saved::PLAN_UNREADABLE,
            Self::PlanTampered => saved::PLAN_TAMPERED,
            Self::PlanOfOtherVersion => saved::PLAN_OF_OTHER_VERSION,
            Self::PlanStale => saved::PLAN_STALE,
            Self::PlanOutgrown => saved::PLAN_OUTGROWN,
            Self::Internal => INTERNAL,
        }
    }
}

const INTERNAL: Explanation = Explanation {
    means: "Something happened that groundwork's own checks rule out: a step that names a step which is not there, \
            a runtime that does not start. The message says what. What was finished before it stays in AWS, and is \
            recognised by the next run.",
    remedy: &[
        "Run the same command again with a log, and read the lines before the error. Secrets are never logged.",
        "    groundwork --log debug COMMAND 2> groundwork.log",
        "Report it with the message, the log and the output of this command:",
        "    groundwork version",
    ],
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const COMMAND: &str = "    ";

    #[test]
    fn titles_tell_codes_apart() {
        let titles: BTreeSet<&str> = Code::ALL.iter().map(|code| code.title()).collect();
        assert_eq!(titles.len(), Code::ALL.len());
        for title in titles {
            assert!(title.starts_with(char::is_uppercase) && !title.ends_with('.'), "{title:?}");
        }
    }

    #[test]
    fn every_meaning_is_a_few_sentences() {
        for code in Code::ALL {
            let means = code.explanation().means;
            let sentences = means.matches(". ").count() + 1;
            assert!((2..=6).contains(&sentences) && means.ends_with('.'), "{code}: {means}");
            assert!(!means.contains("  "), "{code}: a gap in {means:?}");
        }
    }

    #[test]
    fn every_remedy_begins_with_what_to_do() {
        for code in Code::ALL {
            let remedy = code.explanation().remedy;
            assert!(remedy.first().is_some_and(|step| !step.starts_with(' ')), "{code}");
            for (at, step) in remedy.iter().enumerate() {
                let text = step.strip_prefix(COMMAND).unwrap_or(step);
                assert!(!text.contains("  ") && !text.starts_with(' '), "{code}: a gap in {step:?}");
                let leads_on = step.ends_with(':');
                let command_follows = remedy.get(at + 1).is_some_and(|next| next.starts_with(COMMAND));
                assert!(!leads_on || command_follows, "{code}: nothing follows {step:?}");
                assert!(step.starts_with(COMMAND) || leads_on || step.ends_with('.'), "{code}: {step:?} has no end");
            }
        }
    }

    #[test]
    fn every_family_has_codes() {
        let families: BTreeSet<Family> = Code::ALL.iter().map(|code| code.family()).collect();
        assert!(families.into_iter().eq(Family::ALL));
    }
}
