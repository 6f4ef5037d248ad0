//! CloudReactor in memory, with the server's ways: blocks are replaced whole, invalid settings are
//! taken, and only `capabilities` and the links tell what became of them.

use std::cell::RefCell;
use std::rc::Rc;

use groundwork_engine::ports::{ApiError, Created, ErrorClass, Identity, Saas, Service};
use groundwork_model::run_environment::{RunEnvironment, Settings};
use groundwork_model::world::{Group, Observed};
use groundwork_model::{RunEnvironmentName, Uuid};
use serde_json::{Value, json};

use crate::ScriptedClock;
use crate::build::id;
use crate::calls::Calls;
use crate::cloud::LATENCY;
use crate::writes::Saving;

/// CloudReactor in memory. Clones are the same CloudReactor.
#[derive(Clone, Debug)]
pub struct FakeSaas {
    /// What was called, and what fails.
    pub calls: Calls,
    state: Rc<RefCell<State>>,
}

#[derive(Clone, Debug)]
struct State {
    identity: Identity,
    environments: Vec<RunEnvironment>,
    made: usize,
    writes: Vec<Saving>,
    /// Somebody else makes the same Run Environment just before us.
    race: bool,
    /// Settings are taken and not understood.
    unusable: bool,
}

impl FakeSaas {
    /// One user, Developer in the one group "example".
    pub fn new(clock: &ScriptedClock) -> Self {
        let group = Group { id: 2, name: "example".to_owned() };
        let identity = Identity { user: "exampleuser".to_owned(), groups: vec![(group, 500)], scope: None };
        let state =
            State { identity, environments: Vec::new(), made: 0, writes: Vec::new(), race: false, unusable: false };
        Self { calls: Calls::new(Service::CloudReactor, clock, LATENCY), state: Rc::new(RefCell::new(state)) }
    }

    /// Changes who we are.
    pub fn identity_is(&self, change: impl FnOnce(&mut Identity)) {
        change(&mut self.state.borrow_mut().identity);
    }

    /// Every Run Environment.
    pub fn environments(&self) -> Vec<RunEnvironment> {
        self.state.borrow().environments.clone()
    }

    /// Everything that was written, in this order.
    pub fn writes(&self) -> Vec<Saving> {
        self.state.borrow().writes.clone()
    }

    /// Changes the Run Environments as somebody else would.
    pub fn change(&self, change: impl FnOnce(&mut Vec<RunEnvironment>)) {
        change(&mut self.state.borrow_mut().environments);
    }

    /// Lets somebody else make the same Run Environment just before us.
    pub fn race(&self) {
        self.state.borrow_mut().race = true;
    }

    /// Lets settings be taken and not understood.
    pub fn understand_nothing(&self) {
        self.state.borrow_mut().unusable = true;
    }
}

impl State {
    fn named(&self, group: &Group, name: &RunEnvironmentName) -> Option<&RunEnvironment> {
        let fits = |found: &&RunEnvironment| found.name == *name && found.group_id == Some(group.id);
        self.environments.iter().find(fits)
    }

    fn make(&mut self, group: &Group, name: &RunEnvironmentName, aws: &Settings, ecs: &Settings) -> RunEnvironment {
        self.made += 1;
        let uuid: Uuid = id(&format!("745fcdb7-fbab-4661-a07c-{:012x}", self.made));
        let mut made = RunEnvironment {
            dashboard_url: Some(format!("https://dash.cloudreactor.io/run_environments/{uuid}")),
            uuid,
            name: name.clone(),
            group_id: Some(group.id),
            aws: aws.clone(),
            ecs: ecs.clone(),
            capabilities: Vec::new(),
        };
        self.derive(&mut made);
        self.environments.push(made.clone());
        made
    }

    /// Computes what the server computes.
    fn derive(&self, environment: &mut RunEnvironment) {
        let aws = &environment.aws.0;
        let set = |key: &str| aws.get(key).is_some_and(|value| !value.is_null());
        let subnets = aws.get("network").and_then(|network| network.get("subnets")).and_then(Value::as_array);
        let usable = !self.unusable
            && ["account_id", "region", "events_role_arn", "assumed_role_external_id"].into_iter().all(set)
            && subnets.is_some_and(|subnets| !subnets.is_empty());
        let all = ["MANUAL_START", "SCHEDULING", "SETUP_SERVICE"];
        environment.capabilities = if usable { all.map(str::to_owned).into() } else { Vec::new() };
        let link = environment.ecs.0.get("cluster_arn").filter(|arn| !self.unusable && arn.is_string());
        let link = link.map_or(Value::Null, |_| json!("https://console.aws.amazon.com/ecs/"));
        environment.ecs.0.insert("cluster_infrastructure_website_url".to_owned(), link);
    }
}

impl Saas for FakeSaas {
    async fn identity(&self) -> Result<Identity, ApiError> {
        self.calls.make("GET /auth/users/me/", "", || Ok(self.state.borrow().identity.clone())).await
    }

    async fn run_environment(
        &self,
        group: &Group,
        name: &RunEnvironmentName,
    ) -> Result<Observed<RunEnvironment>, ApiError> {
        let find = || {
            let state = self.state.borrow();
            Ok(state.named(group, name).cloned().map_or(Observed::Absent, Observed::Present))
        };
        self.calls.make("GET /api/v1/run_environments/", name.as_str(), find).await
    }

    async fn create_run_environment(
        &self,
        group: &Group,
        name: &RunEnvironmentName,
        aws: &Settings,
        ecs: &Settings,
    ) -> Result<Created, ApiError> {
        let make = || {
            let mut state = self.state.borrow_mut();
            if std::mem::take(&mut state.race) {
                state.make(group, name, &Settings::default(), &Settings::default());
            }
            if state.named(group, name).is_some() {
                return Ok(Created::LookAgain);
            }
            let made = state.make(group, name, aws, ecs);
            state.writes.push(Saving { before: None, after: Some(made.clone()) });
            Ok(Created::Made(Box::new(made)))
        };
        match self.calls.make("POST /api/v1/run_environments/", name.as_str(), make).await {
            // As the adapter does: a lost answer says nothing about the effect.
            Err(error) if error.class == ErrorClass::Unavailable => Ok(Created::LookAgain),
            outcome => outcome,
        }
    }

    async fn update_run_environment(
        &self,
        uuid: &Uuid,
        aws: Option<&Settings>,
        ecs: Option<&Settings>,
    ) -> Result<RunEnvironment, ApiError> {
        const OPERATION: &str = "PATCH /api/v1/run_environments/";
        let update = || {
            let mut state = self.state.borrow_mut();
            let at = state.environments.iter().position(|environment| environment.uuid == *uuid);
            let at = at.ok_or_else(|| self.calls.error(OPERATION, ErrorClass::Gone, "not found"))?;
            let mut environment = state.environments[at].clone();
            environment.aws = aws.cloned().unwrap_or(environment.aws);
            environment.ecs = ecs.cloned().unwrap_or(environment.ecs);
            state.derive(&mut environment);
            let before = std::mem::replace(&mut state.environments[at], environment.clone());
            state.writes.push(Saving { before: Some(before), after: Some(environment.clone()) });
            Ok(environment)
        };
        self.calls.make(OPERATION, uuid.as_str(), update).await
    }

    async fn delete_run_environment(&self, uuid: &Uuid) -> Result<(), ApiError> {
        let delete = || {
            let mut state = self.state.borrow_mut();
            let gone = state.environments.extract_if(.., |environment| environment.uuid == *uuid).collect::<Vec<_>>();
            state.writes.extend(gone.into_iter().map(|gone| Saving { before: Some(gone), after: None }));
            Ok(())
        };
        self.calls.make("DELETE /api/v1/run_environments/", uuid.as_str(), delete).await
    }
}
