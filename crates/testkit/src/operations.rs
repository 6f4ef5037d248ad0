//! CloudFormation in memory, when something goes wrong with a stack.

use std::collections::BTreeMap;

use groundwork_engine::ports::{ApiError, ErrorClass, Finding, StackOperations};
use groundwork_model::world::{StackPhase, StackResource, Stuck};
use groundwork_model::{Arn, LogicalId, StackId, StackName};

use crate::cloud::{Account, FakeCloud};
use crate::cloudformation::{CloudFormation, Refusal, invalid};
use crate::record::{Record, STACK};
use crate::timeline::Timeline;
use crate::writes::{Undoing, Write};

impl CloudFormation {
    pub(crate) fn resources(&mut self, id: &StackId) -> Result<Vec<StackResource>, Refusal> {
        let record = self.record(id).ok_or_else(|| (ErrorClass::Gone, "the stack does not exist".to_owned()))?;
        if let Some(contents) = &record.stack.contents {
            return Ok(contents.resources.clone());
        }
        Ok(resources(record).into_values().collect())
    }

    /// Goes on with a rollback, or begins one.
    fn undo(&mut self, id: &StackId, skip: &[LogicalId], token: &str, now_ms: u64) -> Result<Option<Write>, Refusal> {
        let at = self.position(id).ok_or_else(|| invalid("the stack does not exist"))?;
        let record = &mut self.records[at];
        if record.tokens.iter().any(|known| known == token) {
            return Ok(None);
        }
        let failed = resources(record).into_values().filter(|resource| resource.status == "UPDATE_FAILED");
        let failed: Vec<StackResource> = failed.collect();
        if let Some(odd) = skip.iter().find(|id| !failed.iter().any(|resource| resource.logical_id == **id)) {
            return Err(invalid(format!("{odd} is not in UPDATE_FAILED and cannot be skipped")));
        }
        let write = Write::Undoing {
            stack: record.stack.name.clone(),
            id: id.clone(),
            was: record.stack.phase.clone(),
            what: if skip.is_empty() { Undoing::Everything } else { Undoing::AllBut(skip.to_vec()) },
        };
        record.tokens.push(token.to_owned());
        record.token = Some(token.to_owned());
        let again = failed.into_iter().filter(|resource| !skip.contains(&resource.logical_id));
        let again: Vec<_> = again.map(|resource| (resource.logical_id.to_string(), resource.resource_type)).collect();
        record.ahead = Timeline::new(&mut self.script, now_ms).go_on_rolling_back(&again).into();
        self.settle(now_ms);
        Ok(Some(write))
    }

    /// The deleted stack of a name that went last: they are kept in the order in which they were made.
    fn last_deleted(&self, name: &StackName) -> Option<StackId> {
        let mut deleted = self.records.iter().filter(|record| record.is_deleted() && record.stack.name == *name);
        deleted.next_back().map(|record| record.stack.id.clone())
    }
}

/// The resources of a stack as its events tell.
fn resources(record: &Record) -> BTreeMap<String, StackResource> {
    let mut resources = BTreeMap::new();
    for event in record.events.iter().filter(|event| event.resource_type != STACK) {
        let Ok(logical_id) = event.logical_id.parse::<LogicalId>() else { continue };
        let physical_id = Some(format!("{}-1", event.logical_id));
        let (resource_type, status, reason) = (event.resource_type.clone(), event.status.clone(), event.reason.clone());
        resources
            .insert(event.logical_id.clone(), StackResource { logical_id, resource_type, physical_id, status, reason });
    }
    resources
}

impl StackOperations for FakeCloud {
    async fn stack_resources(&self, name_or_id: &str) -> Result<Vec<StackResource>, ApiError> {
        let find = |account: &mut Account, _| {
            let living = account.formation.living().into_iter().find(|stack| stack.name.as_str() == name_or_id);
            let id = living.map(|stack| stack.id).or_else(|| name_or_id.parse().ok());
            let id = id.ok_or_else(|| invalid(format!("Stack with id {name_or_id} does not exist")))?;
            let mut resources = account.formation.resources(&id)?;
            let named = account.physical_ids(&id);
            for resource in &mut resources {
                if let Some(own) = named.get(&resource.logical_id) {
                    resource.physical_id = Some(own.clone());
                }
            }
            Ok(resources)
        };
        self.call("ListStackResources", name_or_id, find).await
    }

    async fn change_set_names(&self, id: &StackId) -> Result<Vec<String>, ApiError> {
        let names = |account: &mut Account, _| {
            let record = account.formation.record(id);
            let sets =
                record.map(|record| record.change_sets.values().map(|set| set.request.name.to_string()).collect());
            Ok(sets.unwrap_or_default())
        };
        self.call("ListChangeSets", id.as_str(), names).await
    }

    async fn continue_rollback(&self, id: &StackId, skip: &[LogicalId], token: &str) -> Result<(), ApiError> {
        self.undo("ContinueUpdateRollback", Stuck::UpdateRollbackFailed, id, skip, token).await
    }

    async fn roll_back(&self, id: &StackId, token: &str) -> Result<(), ApiError> {
        self.undo("RollbackStack", Stuck::UpdateFailed, id, &[], token).await
    }

    async fn last_deleted(&self, name: &StackName) -> Result<Option<StackId>, ApiError> {
        self.call("ListStacks", name.as_str(), |account, _| Ok(account.formation.last_deleted(name))).await
    }

    async fn change_set_findings(&self, change_set: &Arn) -> Result<Vec<Finding>, ApiError> {
        self.findings("DescribeEvents", change_set.as_str()).await
    }

    async fn operation_findings(&self, operation: &str) -> Result<Vec<Finding>, ApiError> {
        self.findings("DescribeEvents", operation).await
    }

    async fn hook_failures(&self, change_set: &Arn) -> Result<Vec<Finding>, ApiError> {
        self.findings("ListHookResults", change_set.as_str()).await
    }
}

impl FakeCloud {
    /// Lets validations and hooks have found this, whatever is asked about.
    pub fn find(&self, findings: &[Finding]) {
        self.oddities(|oddities| oddities.findings = findings.to_vec());
    }

    async fn findings(&self, operation: &'static str, subject: &str) -> Result<Vec<Finding>, ApiError> {
        self.call(operation, subject, |account, _| Ok(account.formation.oddities.findings.clone())).await
    }

    async fn undo(
        &self,
        operation: &'static str,
        from: Stuck,
        id: &StackId,
        skip: &[LogicalId],
        token: &str,
    ) -> Result<(), ApiError> {
        let undo = |account: &mut Account, now| {
            let phase = account.formation.record(id).map(|record| record.stack.phase.clone());
            let is_repeated =
                account.formation.record(id).is_some_and(|record| record.tokens.iter().any(|known| known == token));
            if phase != Some(StackPhase::Stuck(from)) && !is_repeated {
                return Err(invalid(format!("the stack is in {phase:?}")));
            }
            let write = account.formation.undo(id, skip, token, now)?;
            account.writes.extend(write);
            Ok(())
        };
        self.call(operation, id.as_str(), undo).await
    }
}
