//! The plan of a stack set that brings the role stack to the accounts of a rollout.
//!
//! What changes in the template is told as for one account: the set stands in the place of the stack. Beside that
//! come the accounts whose stack is missing. Nobody can preview what AWS does in each of them.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::cost::Cost;
use groundwork_model::plan::{
    Action, Component, ComponentPlan, Egress, FieldChange, Plan, Purpose, Reason, Shown, Subject,
};
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Rollout, RolloutTarget, Wave};
use groundwork_model::spec::{ManagedRole, Role, Spec};
use groundwork_model::stack_set::{
    DeployStackSet, InstanceStatus, MissingStacks, Preferences, RoleStackSet, StackInstance, StackSet, StackSetKind,
};
use groundwork_model::step::{DeployStack, Op, Step};
use groundwork_model::world::{Caller, CloudReactorState, Group, Observed, Settled, Stack, StackPhase, World};
use groundwork_model::{AccountId, Code, Region, StackId, StackName};
use serde_json::json;

use crate::context::Context;

use crate::part::Part;
use crate::role::{self, RoleFacts};

/// The key of the spec that asks for a stack set.
const ENGINE: &str = "rollout.role.engine";

/// So many accounts are named in one problem.
const NAMED: usize = 10;

/// A stack set as it stands, with its stacks.
#[derive(Clone, Debug, PartialEq)]
pub struct ObservedSet {
    /// Who reads it.
    pub caller: Caller,
    /// The set.
    pub set: Observed<StackSet>,
    /// Its stacks, in whatever account.
    pub instances: Vec<StackInstance>,
}

impl ObservedSet {
    /// The stack of the set in an account and Region, if it is there and as the set says.
    pub fn stack(&self, account: &AccountId, region: &Region) -> Option<StackName> {
        let current = self.instance(account, region).filter(|found| found.status == InstanceStatus::Current)?;
        // The name of a stack is the second part of its ARN's resource.
        current.stack.as_ref()?.as_str().split('/').nth(1)?.parse().ok()
    }

    fn instance(&self, account: &AccountId, region: &Region) -> Option<&StackInstance> {
        self.instances.iter().find(|found| found.account == *account && found.region == *region)
    }

    /// The set's stack in a target's account, or the place of one.
    fn of(&self, target: &RolloutTarget) -> Option<&StackInstance> {
        self.instance(&target.account, &target.spec.environment.region)
    }
}

/// Plans the set for the targets of a rollout, which are in these units. The plan is empty exactly if every target
/// has its role stack, and all of them are as they shall be.
pub fn plan(
    rollout: &Rollout,
    wish: &RoleStackSet,
    units: &[String],
    observed: &ObservedSet,
    tool_version: &str,
) -> Result<Plan, Vec<Problem>> {
    let (spec, role) = common(rollout, wish).map_err(|problem| vec![problem])?;
    check(rollout, wish, observed)?;
    let planner = Planner { rollout, wish, observed, spec: &spec, role: &role, tool_version };
    planner.plan(units).map_err(|problem| vec![problem])
}

/// The spec that all targets share as far as the set goes, with the set's name for the stack's.
fn common(rollout: &Rollout, wish: &RoleStackSet) -> Result<(Spec, ManagedRole), Problem> {
    let internal = |what: &str| Problem::new(Code::Internal, format!("a stack set for a rollout {what}"));
    let mut spec = rollout.targets.first().ok_or_else(|| internal("without targets"))?.spec.clone();
    let Role::Create(role) = &mut spec.role else { return Err(internal("that makes no role")) };
    role.stack_name = wish.name.clone();
    let role = role.clone();
    spec.environment.account_id = None;
    spec.environment.region = wish.region.clone();
    Ok((spec, role))
}

/// What no operation on the set gets out of.
fn check(rollout: &Rollout, wish: &RoleStackSet, observed: &ObservedSet) -> Result<(), Vec<Problem>> {
    let set = observed.set.present();
    if set.is_some_and(|set| !set.is_service_managed) {
        let message = format!("stack set {} has roles of its own (self-managed)", wish.name);
        let problem = Problem::new(Code::StackNotOurs, message).at(ENGINE);
        return Err(vec![problem.help("set another rollout.role.stack_set")]);
    }
    let known = rollout.targets.iter().filter_map(|target| observed.of(target));
    let lost = known.filter(|found| found.status == InstanceStatus::Inoperable);
    let lost: Vec<String> = lost.map(place).collect();
    if lost.is_empty() {
        return Ok(());
    }
    let message = format!("stack set {} has lost hold of {} of its stacks (INOPERABLE)", wish.name, lost.len());
    let problem =
        lost.into_iter().take(NAMED).fold(Problem::new(Code::StackStuck, message).at(ENGINE), Problem::because);
    Err(vec![problem.help(
        "delete the stack in the account by hand, then: aws cloudformation delete-stack-instances --retain-stacks",
    )])
}

fn place(instance: &StackInstance) -> String {
    let reason = instance.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
    format!("in {} {}{reason}", instance.account, instance.region)
}

struct Planner<'a> {
    rollout: &'a Rollout,
    wish: &'a RoleStackSet,
    observed: &'a ObservedSet,
    spec: &'a Spec,
    role: &'a ManagedRole,
    tool_version: &'a str,
}

impl Planner<'_> {
    fn plan(&self, units: &[String]) -> Result<Plan, Problem> {
        let part = self.planned(self.observed.set.present().map(|set| self.as_stack(set)))?;
        let missing = self.missing();
        let kind = self.kind(&part);
        let component = self.component(&part, &missing, &kind)?;
        let is_needed = component.action != Action::NoOp;
        let op = self.op(part, kind, missing, units)?;
        let steps = vec![Step { id: role::STEP, component: Component::Role, needs: BTreeSet::new(), op }];
        Ok(Plan {
            purpose: Purpose::Apply,
            target: Context::new(self.spec, &self.world(None)).target,
            components: vec![component],
            egress: Egress::default(),
            cost: Cost::default(),
            policy: self.spec.policy.clone(),
            warnings: if is_needed { vec![self.note()] } else { Vec::new() },
            steps: if is_needed { steps } else { Vec::new() },
        })
    }

    /// The role in a world with this stack of it.
    fn planned(&self, stack: Option<Stack>) -> Result<Part<RoleFacts>, Problem> {
        role::plan(&Context::new(self.spec, &self.world(stack)), self.tool_version)
    }

    /// A world in which there is nothing but a stack: only the role is planned in it.
    fn world(&self, stack: Option<Stack>) -> World {
        let nobody = Group { id: 0, name: String::new() };
        World {
            caller: self.observed.caller.clone(),
            zones: Vec::new(),
            stacks: BTreeMap::from([(self.wish.name.clone(), stack.map_or(Observed::Absent, Observed::Present))]),
            network: None,
            cluster: Observed::Absent,
            cloudreactor: CloudReactorState {
                user: String::new(),
                group: nobody,
                access_level: 0,
                run_environment: Observed::Absent,
            },
        }
    }

    /// The set as if it were the stack that it brings.
    fn as_stack(&self, set: &StackSet) -> Stack {
        Stack {
            id: self.stack_id(set),
            name: set.name.clone(),
            phase: StackPhase::Settled(Settled::CreateComplete),
            status_reason: None,
            template: Some(set.template.clone()),
            parameters: set.parameters.clone(),
            tags: set.tags.clone(),
            outputs: BTreeMap::new(),
            termination_protection: false,
            updated: None,
            last_event: None,
            contents: None,
        }
    }

    fn stack_id(&self, set: &StackSet) -> StackId {
        let (region, account) = (&self.wish.region, &self.observed.caller.account);
        let id = format!("arn:{}:cloudformation:{region}:{account}:stackset/{}", region.partition(), set.id);
        id.parse().expect("these parts make an ARN")
    }

    fn kind(&self, part: &Part<RoleFacts>) -> StackSetKind {
        let Some(set) = self.observed.set.present() else { return StackSetKind::Create };
        let differs = !part.steps.is_empty() || set.auto_deployment != self.wish.auto_deployment;
        if differs || self.has_outdated() {
            return StackSetKind::Update { preferences: self.preferences_of_update() };
        }
        StackSetKind::Keep
    }

    fn has_outdated(&self) -> bool {
        let mut known = self.rollout.targets.iter().filter_map(|target| self.observed.of(target));
        known.any(|found| found.status == InstanceStatus::Outdated)
    }

    /// An update reaches all accounts in one operation: the last wave's limits are those of most.
    fn preferences_of_update(&self) -> Preferences {
        let accounts: BTreeSet<&AccountId> = self.observed.instances.iter().map(|found| &found.account).collect();
        let last = self.rollout.waves.iter().enumerate().rev();
        let mut last = last.filter(|(at, _)| self.rollout.targets.iter().any(|target| target.wave == *at));
        preferences(last.next().map_or(&self.rollout.waves[0], |(_, wave)| wave), accounts.len())
    }

    /// The stacks that are missing, wave by wave and Region by Region.
    fn missing(&self) -> Vec<MissingStacks> {
        let mut missing: Vec<MissingStacks> = Vec::new();
        for (at, wave) in self.rollout.waves.iter().enumerate() {
            let mut regions: Vec<(Region, Vec<AccountId>)> = Vec::new();
            let of_wave = self.rollout.targets.iter().filter(|target| target.wave == at);
            for target in of_wave.filter(|target| self.observed.of(target).is_none()) {
                let region = &target.spec.environment.region;
                match regions.iter_mut().find(|(known, _)| known == region) {
                    Some((_, accounts)) => accounts.push(target.account.clone()),
                    None => regions.push((region.clone(), vec![target.account.clone()])),
                }
            }
            missing.extend(regions.into_iter().map(|(region, accounts)| MissingStacks {
                wave: wave.name.clone(),
                region,
                preferences: preferences(wave, accounts.len()),
                accounts,
            }));
        }
        missing
    }

    /// What changes, as it is shown.
    fn component(
        &self,
        part: &Part<RoleFacts>,
        missing: &[MissingStacks],
        kind: &StackSetKind,
    ) -> Result<ComponentPlan, Problem> {
        let mut component = part.component.clone();
        if component.action == Action::NoOp && !missing.is_empty() {
            // What comes to the accounts is what would come to one.
            component = self.planned(None)?.component;
        } else if component.action == Action::NoOp && *kind != StackSetKind::Keep {
            (component.action, component.reason) = (Action::Update, Reason::Differs);
        }
        component.subject = Subject::StackSet(self.wish.name.clone());
        component.fields.extend(self.fields(missing));
        Ok(component)
    }

    fn fields(&self, missing: &[MissingStacks]) -> Vec<FieldChange> {
        let field =
            |path: &str, before, after| FieldChange { path: path.to_owned(), before, after, create_only: false };
        let mut fields = Vec::new();
        let set = self.observed.set.present();
        let automatic = set.map(|set| set.auto_deployment);
        if automatic != Some(self.wish.auto_deployment) {
            let before = automatic.map_or(Shown::Absent, |automatic| Shown::Json(json!(automatic)));
            fields.push(field("auto_deployment", before, Shown::Json(json!(self.wish.auto_deployment))));
        }
        let regions: BTreeSet<&Region> = missing.iter().map(|missing| &missing.region).collect();
        for region in regions {
            let has = self.observed.instances.iter().filter(|found| found.region == *region).count();
            let more = missing.iter().filter(|missing| missing.region == *region);
            let more: usize = more.map(|missing| missing.accounts.len()).sum();
            let before = if has == 0 { Shown::Absent } else { Shown::Json(json!(has)) };
            fields.push(field(&format!("stacks in {region}"), before, Shown::Json(json!(has + more))));
        }
        fields
    }

    fn op(
        &self,
        part: Part<RoleFacts>,
        kind: StackSetKind,
        missing: Vec<MissingStacks>,
        units: &[String],
    ) -> Result<Op, Problem> {
        let deploy = match deployment(part) {
            Some(deploy) => deploy,
            None => self.unchanged()?,
        };
        Ok(Op::DeployStackSet(DeployStackSet {
            stack_set: self.wish.name.clone(),
            call_as: self.wish.call_as,
            kind,
            template: deploy.template,
            parameters: deploy.parameters,
            tags: deploy.tags,
            auto_deployment: self.wish.auto_deployment,
            units: units.to_vec(),
            missing,
        }))
    }

    /// The template, parameters and tags of a set that has them already.
    fn unchanged(&self) -> Result<DeployStack, Problem> {
        let new = deployment(self.planned(None)?)
            .ok_or_else(|| Problem::new(Code::Internal, "a role that needs no stack"))?;
        let mut parameters = new.parameters;
        parameters.extend(role::kept_secrets(&self.spec.environment, self.role));
        let tags = self.observed.set.present().map_or(new.tags, |set| set.tags.clone());
        Ok(DeployStack {
            parameters,
            tags,
            template: new.template,
            stack: new.stack,
            kind: new.kind,
            announced: new.announced,
        })
    }

    fn note(&self) -> Problem {
        let message = "a stack set gives no preview for single accounts, and one external id to all of them";
        let problem = Problem::new(Code::StackSetNote, message).at(ENGINE);
        match self.observed.set.present() {
            None => problem,
            Some(_) => problem.because("an update of it reaches all of its accounts, whichever are selected"),
        }
    }
}

/// How the role's stack would be deployed, if it has to be.
fn deployment(part: Part<RoleFacts>) -> Option<DeployStack> {
    part.steps.into_iter().find_map(|step| match step.op {
        Op::DeployStack(deploy) => Some(deploy),
        _ => None,
    })
}

fn preferences(wave: &Wave, accounts: usize) -> Preferences {
    Preferences { max_concurrent: wave.max_concurrent, max_failures: wave.max_failures.of(accounts) }
}
