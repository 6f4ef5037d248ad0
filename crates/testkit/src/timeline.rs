//! What an operation on a stack will do, moment by moment, as real CloudFormation does it: resource
//! events, cancellations beside a failure, rollbacks, clean-up.

use std::collections::BTreeMap;

use groundwork_engine::ports::{ObservedAction, ObservedChange};

/// Something that will happen to a stack.
#[derive(Clone, Debug)]
pub(crate) struct Happening {
    pub at_ms: u64,
    /// The resource; `None` for the stack itself.
    pub resource: Option<(String, String)>,
    pub status: String,
    pub reason: Option<String>,
}

/// What is scripted for resources.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    /// How long each resource takes, if not named below.
    pub resource_ms: u64,
    pub takes_ms: BTreeMap<String, u64>,
    /// Resources that fail the next time that they are touched, and why.
    pub failures: BTreeMap<String, String>,
    /// Resources that fail when they are rolled back or deleted.
    pub undo_failures: BTreeMap<String, String>,
}

pub(crate) struct Timeline<'a> {
    script: &'a mut Script,
    now_ms: u64,
    happenings: Vec<Happening>,
}

type Resource = (String, String);

impl<'a> Timeline<'a> {
    pub(crate) fn new(script: &'a mut Script, now_ms: u64) -> Self {
        Self { script, now_ms, happenings: Vec::new() }
    }

    /// A creation. If it fails, what was made is deleted.
    pub(crate) fn create(mut self, resources: &[Resource]) -> Vec<Happening> {
        self.stack("CREATE_IN_PROGRESS", Some("User Initiated"));
        match self.each("CREATE", resources) {
            None => self.stack("CREATE_COMPLETE", None),
            Some(at) => {
                self.stack("CREATE_FAILED", Some("The following resource(s) failed to create. Delete requested."));
                self.stack("DELETE_IN_PROGRESS", None);
                let undone = self.undo("DELETE", &resources[..=at]);
                self.stack(if undone { "DELETE_COMPLETE" } else { "DELETE_FAILED" }, None);
            }
        }
        self.happenings
    }

    /// An update, by what its change set says. If it fails, it is undone.
    pub(crate) fn update(mut self, changes: &[ObservedChange]) -> Vec<Happening> {
        let resource = |change: &ObservedChange| (change.logical_id.to_string(), change.resource_type.clone());
        self.stack("UPDATE_IN_PROGRESS", Some("User Initiated"));
        let (removed, rest): (Vec<_>, Vec<_>) =
            changes.iter().partition(|change| change.action == ObservedAction::Remove);
        for (position, change) in rest.iter().enumerate() {
            let verb = if change.action == ObservedAction::Add { "CREATE" } else { "UPDATE" };
            if self.each(verb, &[resource(change)]).is_some() {
                let touched: Vec<Resource> = rest[..=position].iter().map(|change| resource(change)).collect();
                self.roll_back(&touched);
                return self.happenings;
            }
        }
        if !removed.is_empty() {
            self.stack("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", None);
            let removed: Vec<Resource> = removed.into_iter().map(resource).collect();
            self.undo("DELETE", &removed);
        }
        self.stack("UPDATE_COMPLETE", None);
        self.happenings
    }

    /// A deletion.
    pub(crate) fn delete(mut self, resources: &[Resource]) -> Vec<Happening> {
        self.stack("DELETE_IN_PROGRESS", Some("User Initiated"));
        let undone = self.undo("DELETE", resources);
        self.stack(if undone { "DELETE_COMPLETE" } else { "DELETE_FAILED" }, None);
        self.happenings
    }

    /// A rollback that failed or was never begun, of what is still to be undone.
    pub(crate) fn go_on_rolling_back(mut self, touched: &[Resource]) -> Vec<Happening> {
        self.stack("UPDATE_ROLLBACK_IN_PROGRESS", Some("User Initiated"));
        self.undo_update(touched);
        self.happenings
    }

    fn roll_back(&mut self, touched: &[Resource]) {
        self.stack("UPDATE_ROLLBACK_IN_PROGRESS", Some("The following resource(s) failed to update."));
        self.undo_update(touched);
    }

    fn undo_update(&mut self, touched: &[Resource]) {
        if self.undo("UPDATE", touched) {
            self.stack("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", None);
            self.stack("UPDATE_ROLLBACK_COMPLETE", None);
        } else {
            self.stack("UPDATE_ROLLBACK_FAILED", Some("The following resource(s) failed to update."));
        }
    }

    /// Works on resources in turn, down to the first that fails: that one is returned. The one behind
    /// it is under way already, and is cancelled.
    fn each(&mut self, verb: &str, resources: &[Resource]) -> Option<usize> {
        for (position, resource) in resources.iter().enumerate() {
            self.resource(resource, &format!("{verb}_IN_PROGRESS"), None);
            let failure = self.script.failures.remove(&resource.0);
            let beside = resources.get(position + 1).filter(|_| failure.is_some());
            if let Some(beside) = beside {
                self.resource(beside, &format!("{verb}_IN_PROGRESS"), None);
            }
            self.pass(resource);
            let Some(reason) = failure else {
                self.resource(resource, &format!("{verb}_COMPLETE"), None);
                continue;
            };
            self.resource(resource, &format!("{verb}_FAILED"), Some(&reason));
            if let Some(beside) = beside {
                self.resource(beside, &format!("{verb}_FAILED"), Some("Resource creation cancelled"));
            }
            return Some(position);
        }
        None
    }

    /// Undoes resources, last first; says whether that worked.
    fn undo(&mut self, verb: &str, resources: &[Resource]) -> bool {
        for resource in resources.iter().rev() {
            self.resource(resource, &format!("{verb}_IN_PROGRESS"), None);
            self.pass(resource);
            if let Some(reason) = self.script.undo_failures.remove(&resource.0) {
                self.resource(resource, &format!("{verb}_FAILED"), Some(&reason));
                return false;
            }
            self.resource(resource, &format!("{verb}_COMPLETE"), None);
        }
        true
    }

    fn pass(&mut self, (id, _): &Resource) {
        self.now_ms += self.script.takes_ms.get(id).copied().unwrap_or(self.script.resource_ms);
    }

    fn stack(&mut self, status: &str, reason: Option<&str>) {
        self.happen(None, status, reason);
    }

    fn resource(&mut self, resource: &Resource, status: &str, reason: Option<&str>) {
        self.happen(Some(resource.clone()), status, reason);
    }

    fn happen(&mut self, resource: Option<Resource>, status: &str, reason: Option<&str>) {
        self.happenings.push(Happening {
            at_ms: self.now_ms,
            resource,
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
        });
    }
}
