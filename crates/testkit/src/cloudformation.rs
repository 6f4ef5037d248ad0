//! A working CloudFormation in memory: stacks, change sets, events; statuses advance with time.

use std::collections::{BTreeMap, VecDeque};

use groundwork_engine::ports::{
    ChangeSet, ChangeSetHandle, ChangeSetKind, ChangeSetRequest, ChangeSetStatus, ErrorClass, Finding, ObservedAction,
    ObservedChange, ParameterInput, StackEvent,
};
use groundwork_model::run_environment::is_secret_parameter;
use groundwork_model::world::{Observed, ObservedParameter, Stack, StackPhase, Stuck};
use groundwork_model::{Arn, LogicalId, ParameterKey, StackId, StackName};

use crate::record::{MadeChangeSet, Record, Stale, shown};
use crate::template::{Scope, Template};
use crate::timeline::{Happening, Script, Timeline};
use crate::writes::Write;

/// What is scripted for change sets and reads.
#[derive(Clone, Debug)]
pub(crate) struct Oddities {
    /// How long a change set is in the making.
    pub change_set_ms: u64,
    /// Changes that the next change set has beside the real ones.
    pub excess: Vec<ObservedChange>,
    /// Why the next change set fails.
    pub change_set_failure: Option<String>,
    /// The next change set is obsolete as soon as it is made.
    pub obsolete: bool,
    /// So many reads of a stack after an operation has begun still show what was before.
    pub stale_stacks: usize,
    /// So many reads of events after an operation has begun still show what was before.
    pub stale_events: usize,
    /// What validations and hooks have found.
    pub findings: Vec<Finding>,
}

impl Default for Oddities {
    fn default() -> Self {
        Self {
            change_set_ms: 2000,
            excess: Vec::new(),
            change_set_failure: None,
            obsolete: false,
            stale_stacks: 0,
            stale_events: 0,
            findings: Vec::new(),
        }
    }
}

/// Why a request is refused: the class and the words.
pub(crate) type Refusal = (ErrorClass, String);

pub(crate) fn invalid(message: impl Into<String>) -> Refusal {
    (ErrorClass::Invalid, message.into())
}

/// All stacks of an account and Region.
#[derive(Clone, Debug)]
pub(crate) struct CloudFormation {
    pub account: String,
    region: String,
    pub(crate) records: Vec<Record>,
    made: usize,
    pub script: Script,
    pub oddities: Oddities,
}

impl CloudFormation {
    pub(crate) fn new(account: &str, region: &str) -> Self {
        Self {
            account: account.to_owned(),
            region: region.to_owned(),
            records: Vec::new(),
            made: 0,
            script: Script { resource_ms: 3000, ..Script::default() },
            oddities: Oddities::default(),
        }
    }

    /// Lets everything happen that is due.
    pub(crate) fn settle(&mut self, now_ms: u64) {
        self.records.iter_mut().for_each(|record| record.settle(now_ms));
    }

    /// Puts a stack there that was always there.
    pub(crate) fn put(&mut self, stack: Stack, now_ms: u64) {
        let status = stack.phase.status();
        let updated = stack.updated.clone().or_else(|| Some(rfc3339(now_ms)));
        let mut record = Record {
            stack: Stack { updated, ..stack },
            events: Vec::new(),
            change_sets: BTreeMap::new(),
            ahead: VecDeque::new(),
            next: None,
            token: None,
            tokens: Vec::new(),
            stale: None,
        };
        let reason = record.stack.status_reason.clone();
        record.happen(Happening { at_ms: now_ms, resource: None, status, reason });
        self.records.push(record);
    }

    /// Every stack that is not deleted, shells too.
    pub(crate) fn living(&self) -> Vec<Stack> {
        self.records.iter().filter(|record| !record.is_deleted()).map(|record| record.stack.clone()).collect()
    }

    /// How many change sets there are.
    pub(crate) fn change_sets(&self) -> usize {
        self.records.iter().filter(|record| !record.is_deleted()).map(|record| record.change_sets.len()).sum()
    }

    pub(crate) fn change(&mut self, name: &StackName, change: impl FnOnce(&mut Stack)) {
        change(&mut self.living_record(name).expect("a stack that is there").stack);
    }

    fn living_record(&mut self, name: &StackName) -> Option<&mut Record> {
        self.records.iter_mut().find(|record| record.stack.name == *name && !record.is_deleted())
    }

    pub(crate) fn position(&self, id: &StackId) -> Option<usize> {
        self.records.iter().position(|record| record.stack.id == *id)
    }

    pub(crate) fn record(&mut self, id: &StackId) -> Option<&mut Record> {
        self.records.iter_mut().find(|record| record.stack.id == *id)
    }

    pub(crate) fn by_name(&mut self, name: &StackName) -> Observed<Stack> {
        match self.living_record(name) {
            Some(record) => Observed::Present(shown(record)),
            None => Observed::Absent,
        }
    }

    pub(crate) fn by_id(&mut self, id: &StackId) -> Observed<Stack> {
        match self.record(id) {
            Some(record) => Observed::Present(shown(record)),
            None => Observed::Absent,
        }
    }

    pub(crate) fn template(&mut self, name: &StackName) -> Observed<String> {
        match self.living_record(name).and_then(|record| record.stack.template.clone()) {
            Some(template) => Observed::Present(template),
            None => Observed::Absent,
        }
    }

    pub(crate) fn events(&mut self, id: &StackId, until: Option<&str>) -> Result<Vec<StackEvent>, Refusal> {
        let record = self.record(id).ok_or_else(|| (ErrorClass::Gone, "the stack does not exist".to_owned()))?;
        let visible = match &mut record.stale {
            Some(stale) if stale.events_left > 0 => {
                stale.events_left -= 1;
                stale.events
            }
            _ => record.events.len(),
        };
        let newest_first = record.events[..visible].iter().rev();
        Ok(newest_first.take_while(|event| until != Some(event.id.as_str())).cloned().collect())
    }

    /// Of a stack by id, or of the one of that name that is not deleted.
    pub(crate) fn newest_event(&mut self, name_or_id: &str) -> Observed<StackEvent> {
        let is_it = |record: &&Record| {
            record.stack.id.as_str() == name_or_id || record.stack.name.as_str() == name_or_id && !record.is_deleted()
        };
        let newest = self.records.iter().find(is_it).and_then(|record| record.events.last());
        newest.map_or(Observed::Absent, |event| Observed::Present(event.clone()))
    }

    pub(crate) fn create_change_set(
        &mut self,
        request: &ChangeSetRequest,
        now_ms: u64,
    ) -> Result<ChangeSetHandle, Refusal> {
        let at = self.target(request, now_ms)?;
        let known = self.records[at].change_sets.iter().find(|(_, set)| set.request.token == request.token);
        let stack_id = self.records[at].stack.id.clone();
        if let Some((id, _)) = known {
            return Ok(ChangeSetHandle { id: id.clone(), stack_id });
        }
        if self.records[at].change_sets.values().any(|set| set.request.name == request.name) {
            return Err(invalid(format!("ChangeSet {} already exists", request.name)));
        }
        let (status, changes) = self.compare(at, request)?;
        let id: Arn = format!("{}/change-set/{}", stack_id.as_str(), request.name).parse().expect("an ARN");
        let made_ms = now_ms + self.oddities.change_set_ms;
        let set = MadeChangeSet { request: request.clone(), made_ms, status, changes };
        self.records[at].change_sets.insert(id.clone(), set);
        Ok(ChangeSetHandle { id, stack_id })
    }

    /// The stack that a change set is about; a new one gets its shell.
    fn target(&mut self, request: &ChangeSetRequest, now_ms: u64) -> Result<usize, Refusal> {
        let found = self.records.iter().position(|record| match &request.stack_id {
            Some(id) => record.stack.id == *id && !record.is_deleted(),
            None => record.stack.name == request.stack && !record.is_deleted(),
        });
        let phase = found.map(|at| self.records[at].stack.phase.clone());
        match (request.kind, found, phase) {
            (ChangeSetKind::Create, Some(at), Some(StackPhase::Shell))
            | (ChangeSetKind::Update, Some(at), Some(StackPhase::Settled(_))) => Ok(at),
            (ChangeSetKind::Create, None, _) => {
                let stack = self.shell(&request.stack);
                self.put(stack, now_ms);
                Ok(self.records.len() - 1)
            }
            (_, Some(_), Some(phase)) => Err(invalid(format!("the stack is in {}", phase.status()))),
            (ChangeSetKind::Create | ChangeSetKind::Update, ..) => Err(invalid("the stack does not exist")),
        }
    }

    fn shell(&mut self, name: &StackName) -> Stack {
        self.made += 1;
        let id = format!("arn:aws:cloudformation:{}:{}:stack/{name}/{:08x}", self.region, self.account, self.made);
        Stack {
            id: id.parse().expect("an ARN"),
            name: name.clone(),
            phase: StackPhase::Shell,
            status_reason: None,
            template: None,
            parameters: BTreeMap::new(),
            tags: BTreeMap::new(),
            outputs: BTreeMap::new(),
            termination_protection: false,
            updated: None,
            last_event: None,
            contents: None,
        }
    }

    fn compare(
        &mut self,
        at: usize,
        request: &ChangeSetRequest,
    ) -> Result<(ChangeSetStatus, Vec<ObservedChange>), Refusal> {
        let after = Template::parse(&request.template).ok_or_else(|| invalid("the template is not valid"))?;
        let stack = &self.records[at].stack;
        let parameters = parameters(stack, request)?;
        let before = stack.template.as_deref().and_then(Template::parse).unwrap_or_default();
        let mut changes = before.changes_to(&after);
        let same_template = stack.template.as_deref() == Some(request.template.as_str());
        if stack.tags != request.tags {
            touch_tags(&mut changes, &before, &after);
        }
        changes.append(&mut self.oddities.excess);
        let status = match self.oddities.change_set_failure.take() {
            Some(reason) => ChangeSetStatus::Failed(reason),
            None if std::mem::take(&mut self.oddities.obsolete) => ChangeSetStatus::Obsolete,
            None if same_template && stack.tags == request.tags && stack.parameters == parameters => {
                ChangeSetStatus::NoChanges
            }
            None => ChangeSetStatus::Ready,
        };
        Ok((status, changes))
    }

    pub(crate) fn change_set(&mut self, handle: &ChangeSetHandle, now_ms: u64) -> Result<ChangeSet, Refusal> {
        let set = self.record(&handle.stack_id).and_then(|record| record.change_sets.get(&handle.id));
        let set = set.ok_or_else(|| (ErrorClass::Gone, "the change set does not exist".to_owned()))?;
        if now_ms < set.made_ms {
            return Ok(ChangeSet { status: ChangeSetStatus::Pending, changes: Vec::new() });
        }
        Ok(ChangeSet { status: set.status.clone(), changes: set.changes.clone() })
    }

    /// Executes a change set; says what that was, unless the call only repeats an earlier one.
    pub(crate) fn execute(
        &mut self,
        handle: &ChangeSetHandle,
        token: &str,
        now_ms: u64,
    ) -> Result<Option<Write>, Refusal> {
        let (account, region) = (self.account.clone(), self.region.clone());
        let (stale_stacks, stale_events) = (self.oddities.stale_stacks, self.oddities.stale_events);
        let Some(at) = self.records.iter().position(|record| record.stack.id == handle.stack_id) else {
            return Err(invalid("the stack does not exist"));
        };
        let record = &mut self.records[at];
        if record.tokens.iter().any(|known| known == token) {
            return Ok(None);
        }
        let set = record.change_sets.get(&handle.id).ok_or_else(|| invalid("the change set does not exist"))?.clone();
        if set.status != ChangeSetStatus::Ready || now_ms < set.made_ms {
            return Err(invalid("the change set cannot be executed in its status"));
        }
        let write = Write::execution(&record.stack, &set.request, &set.changes);
        record.stale = Some(Stale {
            stack: record.stack.clone(),
            stacks_left: stale_stacks,
            events: record.events.len(),
            events_left: stale_events,
        });
        record.stack.updated = Some(rfc3339(now_ms));
        let next = deployed(&record.stack, &set.request, &account, &region)?;
        if set.request.kind == ChangeSetKind::Create {
            // A new stack has its template, parameters and tags from the start, its outputs at the end.
            record.stack = Stack { outputs: BTreeMap::new(), ..next.clone() };
        }
        record.next = Some(next);
        record.tokens.push(token.to_owned());
        record.token = Some(token.to_owned());
        record.change_sets.clear();
        let timeline = Timeline::new(&mut self.script, now_ms);
        record.ahead = match set.request.kind {
            ChangeSetKind::Create => timeline.create(&resources(&set.request.template)).into(),
            ChangeSetKind::Update => timeline.update(&set.changes).into(),
        };
        self.settle(now_ms);
        Ok(Some(write))
    }

    pub(crate) fn delete_change_set(&mut self, handle: &ChangeSetHandle) {
        if let Some(record) = self.record(&handle.stack_id) {
            record.change_sets.remove(&handle.id);
        }
    }

    /// Deletes a stack; says what that was, unless it is gone already or the call only repeats an earlier one.
    pub(crate) fn delete(
        &mut self,
        id: &StackId,
        retain: &[LogicalId],
        token: &str,
        now_ms: u64,
    ) -> Result<Option<Write>, Refusal> {
        let Some(at) = self.records.iter().position(|record| record.stack.id == *id && !record.is_deleted()) else {
            return Ok(None);
        };
        let record = &mut self.records[at];
        if record.stack.termination_protection {
            return Err(invalid(format!("Stack [{}] cannot be deleted while TerminationProtection is enabled", id)));
        }
        if record.tokens.iter().any(|known| known == token) {
            return Ok(None);
        }
        let write =
            Write::Deletion { stack: record.stack.name.clone(), id: id.clone(), was: record.stack.phase.clone() };
        record.tokens.push(token.to_owned());
        record.token = Some(token.to_owned());
        if !retain.is_empty() && record.stack.phase != StackPhase::Stuck(Stuck::DeleteFailed) {
            return Err(invalid("RetainResources is only valid for stacks in the DELETE_FAILED state"));
        }
        let mut resources = record.stack.template.as_deref().map(resources).unwrap_or_default();
        resources.retain(|(id, _)| !retain.iter().any(|retained| retained.as_str() == id));
        record.ahead = Timeline::new(&mut self.script, now_ms).delete(&resources).into();
        self.settle(now_ms);
        Ok(Some(write))
    }
}

fn rfc3339(now_ms: u64) -> String {
    let now = i64::try_from(now_ms).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    now.unwrap_or_default().to_string()
}

fn resources(template: &str) -> Vec<(String, String)> {
    Template::parse(template).map(|template| template.resources()).unwrap_or_default()
}

/// A change of the stack's tags reaches its resources.
fn touch_tags(changes: &mut Vec<ObservedChange>, before: &Template, after: &Template) {
    for (id, resource_type) in after.resources() {
        let logical_id = id.parse().expect("a resource's name is a logical id");
        match changes.iter_mut().find(|change| change.logical_id == logical_id) {
            Some(change) if change.action == ObservedAction::Modify => change.properties.push("Tags".to_owned()),
            Some(_) => {}
            None if before.resources().iter().any(|(known, _)| *known == id) => changes.push(ObservedChange {
                logical_id,
                resource_type,
                action: ObservedAction::Modify,
                properties: vec!["Tags".to_owned()],
            }),
            None => {}
        }
    }
}

fn parameters(stack: &Stack, request: &ChangeSetRequest) -> Result<BTreeMap<ParameterKey, ObservedParameter>, Refusal> {
    let value = |key: &ParameterKey, input: &ParameterInput| match input {
        ParameterInput::Text(text) if is_secret_parameter(key.as_str()) => {
            Ok(ObservedParameter::Secret(groundwork_model::Secret::new(text.clone())))
        }
        ParameterInput::Text(text) => Ok(ObservedParameter::Plain(text.clone())),
        ParameterInput::Secret(secret) => Ok(ObservedParameter::Secret(secret.clone())),
        ParameterInput::Previous => {
            stack.parameters.get(key).cloned().ok_or_else(|| invalid(format!("there is no previous value of {key}")))
        }
    };
    request.parameters.iter().map(|(key, input)| Ok((key.clone(), value(key, input)?))).collect()
}

fn deployed(stack: &Stack, request: &ChangeSetRequest, account: &str, region: &str) -> Result<Stack, Refusal> {
    let parameters = parameters(stack, request)?;
    let template = Template::parse(&request.template).ok_or_else(|| invalid("the template is not valid"))?;
    let unique = stack.id.as_str();
    let outputs = template.outputs(&Scope { account, region, unique, parameters: &parameters });
    Ok(Stack {
        template: Some(request.template.clone()),
        tags: request.tags.clone(),
        parameters,
        outputs,
        ..stack.clone()
    })
}
