//! The keys of a spec with targets.

use groundwork_model::organization::UnitReference;
use groundwork_model::rollout::{OnUnreachable, Pause};
use groundwork_model::stack_set::CallAs;
use groundwork_model::{AccountId, EnvironmentName, Region, StackName, TargetName, WaveName};

use super::{CloudReactorSection, ClusterSection, DriftSection, NetworkSection, PolicySection, RoleSection};
use crate::access::{AssumeRole, ExternalId, Profile, RoleReference, SessionName};
use crate::limit::{Concurrency, FailureLimit};
use crate::pattern::NamePattern;
use crate::read::{Flag, List, section};
use crate::tables::Overlay;
use crate::tags::{Labels, SessionTags, Tags};
use crate::text::Text;
use crate::word::{OneOf, RoleEngine};

section! {
    /// How targets are reached.
    RolloutSection {
        /// What becomes of a target that cannot be read: `fail` refuses the whole rollout before anything
        /// is changed, `skip` goes on without it.
        #[schemars(extend("default" = "fail"))]
        on_unreachable: OneOf<OnUnreachable>,
        /// The role that is assumed in each target's account. Each key is the default of the same key in
        /// a target.
        assume_role: AssumeRoleSection,
        /// How the role stack comes into the accounts.
        role: RolloutRoleSection,
    }
}

section! {
    /// How the role stack comes into the accounts.
    RolloutRoleSection {
        /// `change-sets` makes and reviews each stack by itself. `stack-sets` has CloudFormation bring one stack
        /// set to the accounts of [targets.organization]: with the same template and parameters for all, one
        /// external id among them, and without a preview of any single account.
        #[schemars(extend("default" = "change-sets"))]
        engine: OneOf<RoleEngine>,
        /// The stack set's name. By default CloudReactor- and the environment's name.
        stack_set: Text<StackName>,
        /// Who administers the stack set: `delegated-admin` of StackSets, or the organization's `management`
        /// account.
        #[schemars(extend("default" = "delegated-admin"))]
        call_as: OneOf<CallAs>,
        /// Whether AWS brings the stack to accounts that join the units later, by itself. Their Run
        /// Environments are made by the next run.
        #[schemars(extend("default" = false))]
        auto_deployment: Flag,
        /// How the account is reached that administers the stack set. By default as the organization is read.
        administrator: ReaderSection,
    }
}

section! {
    /// A role that is assumed in a target's account (sts:AssumeRole).
    AssumeRoleSection {
        /// The role: its name in the target's account, with its path if it has one (deploy/groundwork),
        /// or its ARN.
        role: Text<RoleReference>,
        /// The external id that the role's trust policy asks for. It is shown nowhere.
        external_id: ExternalId,
        /// The session's name, as CloudTrail shows it.
        session_name: Text<SessionName>,
        /// Tags of the session. The role's trust policy has to permit them (sts:TagSession).
        tags: SessionTags,
    }
}

section! {
    /// Targets that are changed before those of the next wave.
    #[schemars(extend("required" = ["name"]))]
    WaveSection {
        /// Its name.
        name: Text<WaveName>,
        /// How many of its targets are changed at the same time.
        #[schemars(extend("default" = 10))]
        max_concurrent: Concurrency,
        /// How many of its targets may fail before no further one is started, in this wave and those after
        /// it: a number, or a share of the wave such as 10%.
        #[schemars(extend("default" = 0))]
        max_failures: FailureLimit,
        /// What comes between it and the next wave: `verify` reads every target again that was changed, and
        /// takes one that is not as it should be for failed; `stop-for-approval` ends the rollout with a saved
        /// plan for the rest.
        #[schemars(extend("default" = "none"))]
        pause: OneOf<Pause>,
    }
}

section! {
    /// One AWS account and Region, and what differs there from the rest of the spec.
    #[schemars(extend("required" = ["name", "account_id"]))]
    TargetSection {
        /// Its name, by which it is selected and told from others.
        name: Text<TargetName>,
        /// The only account that the target may touch. It is needed.
        account_id: Text<AccountId>,
        /// The AWS Region. By default environment.region.
        region: Text<Region>,
        /// The wave that it belongs to. By default the last one.
        wave: Text<WaveName>,
        /// Names with values that it is selected by.
        labels: Labels,
        /// The profile in AWS's configuration files that the account, or the role in it, is reached from.
        /// By default the same credentials as without targets.
        profile: Text<Profile>,
        /// The role that is assumed in the account, on top of rollout.assume_role; `false` for none.
        assume_role: AssumeRole,
        /// The target's own name for what derives from it.
        environment: TargetEnvironmentSection,
        /// Tags on top of those of the spec.
        tags: Overlay<Tags>,
        /// What differs in the role.
        role: Overlay<RoleSection>,
        /// What differs in the network.
        network: Overlay<NetworkSection>,
        /// What differs in the cluster.
        cluster: Overlay<ClusterSection>,
        /// What differs in the Run Environment. Its name is by default that of the target, or
        /// environment.name if the target has one.
        cloudreactor: Overlay<CloudReactorSection>,
        /// What differs in the rules for changes.
        policy: Overlay<PolicySection>,
        /// What differs in the rules for differences. A list of its own takes the place of the other one.
        drift: Overlay<DriftSection>,
    }
}

section! {
    /// What a target may say of the environment in place of the spec.
    TargetEnvironmentSection {
        /// The environment's name: letters and digits. Two targets in the same account and Region need
        /// different ones.
        name: Overlay<Text<EnvironmentName>>,
    }
}

section! {
    /// Targets that are found when the spec is used.
    TargetsSection {
        /// The accounts of an AWS organization.
        organization: OrganizationSection,
    }
}

section! {
    /// Accounts of an AWS organization, each a target in each Region. An account and Region with a
    /// `[[target]]` of its own is that target, and no second one. The management account and accounts that are
    /// not active are left out, and named as such.
    OrganizationSection {
        /// The organizational units whose accounts are meant, each with all that are below it: by id
        /// (ou-ab12-cdef5678), by the names from the root (Workloads/Production), or / for the whole organization.
        units: List<Text<UnitReference>>,
        /// Tags that an account must have in AWS Organizations, all of them. Without units, wherever it is.
        tags: SessionTags,
        /// Accounts that are not meant.
        exclude: List<Text<AccountId>>,
        /// The Regions. By default environment.region.
        #[schemars(extend("minItems" = 1))]
        regions: List<Text<Region>>,
        /// The names of the targets, with {account_name}, {account_id} and {region} in them; what no name may have
        /// becomes a hyphen. The Run Environment is called so, too, if nothing else names it: with {account_id}
        /// in place of {account_name} it stays the same when somebody renames the account.
        #[schemars(extend("default" = "{account_name}-{region}"))]
        name: Text<NamePattern>,
        /// The wave that they belong to. By default the last one.
        wave: Text<WaveName>,
        /// Names with values that they are selected by.
        labels: Labels,
        /// The profile in AWS's configuration files that the accounts, or the role in them, are reached from.
        profile: Text<Profile>,
        /// The role that is assumed in each account, on top of rollout.assume_role; `false` for none.
        assume_role: AssumeRole,
        /// Who reads the organization: its management account, or a delegated administrator. By default the same
        /// credentials as without targets.
        reader: ReaderSection,
    }
}

section! {
    /// How an account of the organization is reached that has a part of its own.
    ReaderSection {
        /// The profile in AWS's configuration files.
        profile: Text<Profile>,
        /// The role that is assumed for it, by its ARN.
        assume_role: AssumeRoleSection,
    }
}
