//! The life of a stack, told once for every implementation of the `Cloud` port.
//!
//! The engine's tests run on a fake. What they prove is worth something only if the fake behaves as
//! the adapter does in front of a real process; so both live through the same story here.

use std::collections::BTreeMap;
use std::time::Duration;

use groundwork_engine::ports::{
    ApiError, ChangeSet, ChangeSetHandle, ChangeSetKind, ChangeSetRequest, ChangeSetStatus, Clock, Cloud,
    ObservedAction, ParameterInput,
};
use groundwork_model::world::{Observed, ObservedParameter, Settled, Stack, StackPhase, Stuck};
use groundwork_model::{Secret, StackId, StackName};

/// Looks at something so often before it counts as stuck.
const LOOKS: usize = 200;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn template(insights: &str) -> String {
    format!(
        r#"{{"Parameters": {{"ExternalID": {{"Type": "String"}}, "Pattern": {{"Type": "String"}}}},
        "Resources": {{"Cluster": {{"Type": "AWS::ECS::Cluster", "Properties": {{"ClusterName": "conformance",
        "ClusterSettings": [{{"Name": "containerInsights", "Value": "{insights}"}}]}}}}}},
        "Outputs": {{"ClusterArn": {{"Value": {{"Fn::GetAtt": ["Cluster", "Arn"]}}}}}}}}"#
    )
}

/// A cloud and its time.
pub struct Story<'a, C, K> {
    /// What is put to the test.
    pub cloud: &'a C,
    /// Its time.
    pub clock: &'a K,
}

impl<C: Cloud, K: Clock> Story<'_, C, K> {
    /// Lives through it; panics where the cloud does not do as AWS does.
    pub async fn tell(&self) -> Result<(), ApiError> {
        let name: StackName = "conformance".parse().expect("a stack's name");
        assert_eq!(self.cloud.stack(&name).await?, Observed::Absent);
        assert_eq!(self.cloud.template(&name).await?, Observed::Absent);
        self.a_change_set_that_is_given_up_leaves_nothing(&name).await?;
        let id = self.creation(&name).await?;
        self.events(&id).await?;
        self.updates(&name, &id).await?;
        self.deletion(&name, &id).await
    }

    async fn a_change_set_that_is_given_up_leaves_nothing(&self, name: &StackName) -> Result<(), ApiError> {
        let (handle, set) = self.change_set(name, None, "enabled", "given-up").await?;
        assert_eq!(set.status, ChangeSetStatus::Ready);
        let changes: Vec<_> = set.changes.iter().map(|change| (change.logical_id.as_str(), change.action)).collect();
        assert_eq!(changes, [("Cluster", ObservedAction::Add)]);
        let shell = self.cloud.stack(name).await?;
        assert_eq!(shell.present().map(|stack| &stack.phase), Some(&StackPhase::Shell));
        self.cloud.delete_change_set(&handle).await?;
        self.cloud.delete_change_set(&handle).await?;
        self.cloud.delete_stack(&handle.stack_id, &[], "given-up").await?;
        self.until("the shell is gone", async || Ok((self.cloud.stack(name).await? == Observed::Absent).then_some(())))
            .await
    }

    async fn creation(&self, name: &StackName) -> Result<StackId, ApiError> {
        let (handle, _) = self.change_set(name, None, "enabled", "creation").await?;
        self.cloud.execute_change_set(&handle, "creation").await?;
        let stack = self.settled(&handle.stack_id).await?;
        assert_eq!(stack.phase, StackPhase::Settled(Settled::CreateComplete));
        assert_eq!(stack.name, *name);
        assert!(stack.outputs.values().all(|arn| arn.ends_with(":cluster/conformance")), "{:?}", stack.outputs);
        assert_eq!(stack.outputs.len(), 1);
        assert_eq!(stack.tags.get("team").map(String::as_str), Some("data"));
        let parameter = |key: &str| stack.parameters.iter().find(|(found, _)| found.as_str() == key).map(|(_, v)| v);
        assert_eq!(parameter("Pattern"), Some(&ObservedParameter::Plain("*".to_owned())));
        assert_eq!(parameter("ExternalID"), Some(&ObservedParameter::Secret(Secret::new(SECRET))));
        assert_eq!(self.cloud.template(name).await?, Observed::Present(template("enabled")));
        Ok(handle.stack_id)
    }

    async fn events(&self, id: &StackId) -> Result<(), ApiError> {
        let events = self.cloud.stack_events(id, None).await?;
        let created = |event: &&groundwork_engine::ports::StackEvent| {
            event.logical_id == "Cluster" && event.status == "CREATE_COMPLETE"
        };
        assert_eq!(events.iter().filter(created).count(), 1);
        let newest = events.first().map(|event| event.id.as_str());
        assert_eq!(events.first().and_then(|event| event.physical_id.as_deref()), Some(id.as_str()));
        assert_eq!(self.cloud.stack_events(id, newest).await?, []);
        Ok(())
    }

    async fn updates(&self, name: &StackName, id: &StackId) -> Result<(), ApiError> {
        let (same, set) = self.change_set(name, Some(id), "enabled", "same").await?;
        assert_eq!(set.status, ChangeSetStatus::NoChanges);
        self.cloud.delete_change_set(&same).await?;
        let (handle, set) = self.change_set(name, Some(id), "disabled", "update").await?;
        assert_eq!(set.status, ChangeSetStatus::Ready);
        assert_eq!(set.changes.iter().map(|change| change.action).collect::<Vec<_>>(), [ObservedAction::Modify]);
        self.cloud.execute_change_set(&handle, "update").await?;
        let stack = self.settled(id).await?;
        assert_eq!(stack.phase, StackPhase::Settled(Settled::UpdateComplete));
        assert!(stack.parameters.values().any(|value| *value == ObservedParameter::Secret(Secret::new(SECRET))));
        Ok(())
    }

    async fn deletion(&self, name: &StackName, id: &StackId) -> Result<(), ApiError> {
        self.cloud.delete_stack(id, &[], "deletion").await?;
        self.until("the stack is gone", async || Ok((self.cloud.stack(name).await? == Observed::Absent).then_some(())))
            .await?;
        let gone = self.cloud.stack_by_id(id).await?;
        let phase = gone.present().map(|stack| &stack.phase);
        assert_eq!(phase, Some(&StackPhase::Stuck(Stuck::DeleteComplete)), "a deleted stack is seen by its id");
        Ok(())
    }

    /// Makes a change set and waits until it is made.
    async fn change_set(
        &self,
        name: &StackName,
        update: Option<&StackId>,
        insights: &str,
        token: &str,
    ) -> Result<(ChangeSetHandle, ChangeSet), ApiError> {
        let secret = match update {
            None => ParameterInput::Secret(Secret::new(SECRET)),
            Some(_) => ParameterInput::Previous,
        };
        let parameters = [("ExternalID", secret), ("Pattern", ParameterInput::Text("*".to_owned()))]
            .map(|(key, value)| (key.parse().expect("a parameter's name"), value));
        let request = ChangeSetRequest {
            stack: name.clone(),
            stack_id: update.cloned(),
            name: token.parse().expect("a change set's name"),
            kind: if update.is_some() { ChangeSetKind::Update } else { ChangeSetKind::Create },
            template: template(insights),
            parameters: parameters.into(),
            tags: BTreeMap::from([("team".to_owned(), "data".to_owned())]),
            token: token.to_owned(),
        };
        let handle = self.cloud.create_change_set(&request).await?;
        let set = self
            .until("the change set is made", async || {
                let set = self.cloud.change_set(&handle).await?;
                Ok((set.status != ChangeSetStatus::Pending).then_some(set))
            })
            .await?;
        Ok((handle, set))
    }

    /// Waits until nothing moves in a stack any more.
    async fn settled(&self, id: &StackId) -> Result<Stack, ApiError> {
        self.until("the stack comes to rest", async || {
            let Observed::Present(stack) = self.cloud.stack_by_id(id).await? else { return Ok(None) };
            Ok((!matches!(stack.phase, StackPhase::Moving(_) | StackPhase::Shell)).then_some(stack))
        })
        .await
    }

    async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Result<Option<T>, ApiError>) -> Result<T, ApiError> {
        for _ in 0..LOOKS {
            if let Some(seen) = look().await? {
                return Ok(seen);
            }
            self.clock.sleep(PAUSE).await;
        }
        panic!("in vain waited until {what}")
    }
}
