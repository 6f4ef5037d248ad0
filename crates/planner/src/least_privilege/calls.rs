//! What groundwork itself asks of AWS, verb by verb.
//!
//! A call that only trouble brings about, such as the look at what is left in a stack that is stuck, is in the list
//! of every verb that may meet the trouble: a policy that is enough only on good days is not enough.

use groundwork_model::least_privilege::Verb;
use groundwork_model::plan::Component;
use groundwork_model::quota::Quota;

use super::Draft;
use super::arns::Arns;

/// Allows what groundwork calls for a verb.
pub(super) fn add(draft: &mut Draft, verb: Verb, arns: &Arns<'_>) {
    let mut calls = Calls { draft, arns };
    match verb {
        Verb::Status => calls.discover(),
        Verb::Plan => {
            calls.discover();
            calls.follow();
        }
        Verb::Preflight => {
            calls.discover();
            calls.rehearse();
        }
        Verb::Apply => {
            calls.discover();
            calls.follow();
            calls.deploy();
            calls.delete();
            calls.verify();
        }
        Verb::Verify => calls.verify(),
        Verb::Drift => {
            calls.discover();
            calls.compare();
        }
        Verb::Diagnose => calls.diagnose(),
        Verb::Watch => {
            calls.follow();
            calls.diagnose();
        }
        Verb::Recover => {
            calls.follow();
            calls.undo();
            calls.delete();
        }
        Verb::Destroy => {
            calls.discover();
            calls.delete();
        }
    }
}

struct Calls<'a, 's> {
    draft: &'a mut Draft,
    arns: &'a Arns<'s>,
}

impl Calls<'_, '_> {
    /// What a plan is made from.
    fn discover(&mut self) {
        self.draft.allow_anywhere("ReadZones", ["ec2:DescribeAvailabilityZones"]);
        self.on_stacks(["cloudformation:DescribeStacks"]);
        self.on_own_stacks(["cloudformation:GetTemplate", "cloudformation:ListStackResources"]);
        self.read_cluster();
        if self.arns.uses_network() {
            self.read_network();
        }
    }

    /// What it takes to see what is under way in the stacks, and to follow it. A saved plan also takes down the newest
    /// event of each.
    fn follow(&mut self) {
        self.on_stacks(["cloudformation:DescribeStacks", "cloudformation:DescribeStackEvents"]);
        self.on_own_stacks(["cloudformation:ListStackResources", "cloudformation:ListChangeSets"]);
    }

    fn deploy(&mut self) {
        self.on_own_stacks([
            "cloudformation:CreateChangeSet",
            "cloudformation:DeleteChangeSet",
            "cloudformation:DescribeChangeSet",
            "cloudformation:ExecuteChangeSet",
            // Every change set sets tags: they say whose the stack is.
            "cloudformation:TagResource",
        ]);
        if self.arns.managed().next().is_some() {
            // What validations and hooks found wrong with a change set stands nowhere else. It is asked for by the
            // change set, and AWS does not document of which stack the results of a hook then are.
            self.draft.allow("ReadFindings", ["cloudformation:DescribeEvents"], &[self.arns.change_sets()]);
            self.draft.allow_anywhere("ReadHookResults", ["cloudformation:ListHookResults"]);
        }
        if self.arns.uses_cluster() {
            self.draft.allow("SetCapacityProviders", ["ecs:PutClusterCapacityProviders"], &[self.arns.cluster()]);
        }
    }

    fn delete(&mut self) {
        self.on_own_stacks(["cloudformation:DeleteStack", "cloudformation:DescribeStackEvents"]);
    }

    fn undo(&mut self) {
        self.on_own_stacks(["cloudformation:ContinueUpdateRollback", "cloudformation:RollbackStack"]);
    }

    fn diagnose(&mut self) {
        if self.arns.managed().next().is_none() {
            return;
        }
        self.on_own_stacks(["cloudformation:DescribeStacks", "cloudformation:DescribeStackEvents"]);
        // An operation is asked about by its id, which names no resource; and a stack that is gone is found by its id
        // only, and that in the list of all.
        let actions = ["cloudformation:DescribeEvents", "cloudformation:ListStacks"];
        self.draft.allow_anywhere("ReadHistory", actions);
    }

    fn verify(&mut self) {
        self.on_stacks(["cloudformation:DescribeStacks"]);
        self.read_cluster();
        self.read_network();
        let roles = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"];
        self.draft.allow("ReadRoles", roles, &self.arns.roles());
        let policies = ["iam:GetPolicy", "iam:GetPolicyVersion"];
        self.draft.allow("ReadPolicies", policies, &self.arns.managed_policies());
    }

    /// What tells beforehand whether a verb could be carried out. Where IAM may not be asked, EC2 is asked by calls of
    /// the verb's own.
    fn rehearse(&mut self) {
        // What is wrong with a Region that refuses every call.
        self.draft.allow_anywhere("ReadRegions", ["ec2:DescribeRegions"]);
        self.draft.allow("FindOwnRole", ["iam:GetRole"], &[self.arns.any_role()]);
        let principals = [self.arns.any_role(), self.arns.any_user()];
        self.draft.allow("AskWhatIsAllowed", ["iam:SimulatePrincipalPolicy"], &principals);
        let quotas = self.arns.quotas();
        let named: Vec<String> = quotas.iter().map(|quota| self.arns.quota(*quota)).collect();
        self.draft.allow("ReadQuotas", ["servicequotas:GetServiceQuota"], &named);
        if !quotas.is_empty() {
            self.draft.allow_anywhere("ReadUsualQuotas", ["servicequotas:GetAWSDefaultServiceQuota"]);
            self.draft.allow_anywhere("Count", quotas.iter().flat_map(|quota| counting(*quota)).copied());
        }
    }

    /// What CloudFormation's drift detection takes, and what shows the objects of our stacks themselves.
    fn compare(&mut self) {
        self.on_own_stacks(["cloudformation:DescribeStackResourceDrifts", "cloudformation:DetectStackDrift"]);
        let of: Vec<Component> = self.arns.managed().collect();
        if !of.is_empty() {
            // A detection is asked about by its id, which is no resource's. What AWS looks up of types it looks up in
            // the caller's name.
            let actions =
                ["cloudformation:BatchDescribeTypeConfigurations", "cloudformation:DescribeStackDriftDetectionStatus"];
            self.draft.allow_anywhere("DetectDrift", actions);
        }
        if of.contains(&Component::Role) {
            let roles = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"];
            self.draft.allow("ReadRoles", roles, &self.arns.roles());
        }
        if of.contains(&Component::Network) {
            self.read_network();
            let actions = ["ec2:DescribeAddresses", "ec2:DescribeInternetGateways", "ec2:DescribeNetworkAcls"];
            self.draft.allow_anywhere("ReadWaysOut", actions);
        }
    }

    fn read_cluster(&mut self) {
        self.draft.allow("ReadCluster", ["ecs:DescribeClusters"], &[self.arns.cluster()]);
    }

    fn read_network(&mut self) {
        self.draft.allow_anywhere(
            "ReadNetwork",
            [
                "ec2:DescribeNatGateways",
                "ec2:DescribeRouteTables",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcEndpoints",
                "ec2:DescribeVpcs",
            ],
        );
        self.draft.allow("ReadVpcAttributes", ["ec2:DescribeVpcAttribute"], &[self.arns.vpcs()]);
    }

    /// On all stacks that the spec names.
    fn on_stacks<const N: usize>(&mut self, actions: [&str; N]) {
        self.on_own_stacks(actions);
        self.draft.allow("ReferredStacks", actions, &self.arns.referred_stacks());
    }

    /// On those that it makes.
    fn on_own_stacks<const N: usize>(&mut self, actions: [&str; N]) {
        self.draft.allow("OwnStacks", actions, &self.arns.own_stacks());
    }
}

/// What tells how many there are.
fn counting(quota: Quota) -> &'static [&'static str] {
    match quota {
        Quota::Vpcs => &["ec2:DescribeVpcs"],
        Quota::InternetGateways => &["ec2:DescribeInternetGateways"],
        Quota::Addresses => &["ec2:DescribeAddresses"],
        // A gateway names its subnet, and only that its zone.
        Quota::NatGateways => &["ec2:DescribeNatGateways", "ec2:DescribeSubnets"],
        Quota::InterfaceEndpoints | Quota::GatewayEndpoints => &["ec2:DescribeVpcEndpoints"],
    }
}
