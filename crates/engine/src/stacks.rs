//! The stacks that a spec names, each read once, however many parts of the discovery wait for it.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{FutureExt, LocalBoxFuture, Shared, join_all};
use futures_util::join;
use groundwork_model::problem::Problem;
use groundwork_model::spec::{OutputRef, Spec};
use groundwork_model::world::{Contents, Observed, Stack, StackPhase, Stuck};
use groundwork_model::{Code, StackName};

use crate::discover::Depth;
use crate::ports::{ApiError, Cloud};
use crate::references::listed;
use crate::trouble::Trouble;

type Read<'a> = Shared<LocalBoxFuture<'a, Result<Observed<Stack>, ApiError>>>;

/// The reads of all stacks that a spec names.
pub(crate) struct Stacks<'a>(BTreeMap<&'a StackName, Read<'a>>);

impl<'a> Stacks<'a> {
    /// Prepares the reads: each begins when somebody waits for it.
    pub(crate) fn new<C: Cloud>(cloud: &'a C, spec: &'a Spec, depth: Depth) -> Self {
        let managed: BTreeSet<&StackName> = spec.managed_stacks().collect();
        let names = managed.union(&spec.referred_stacks()).copied().collect::<BTreeSet<&'a StackName>>();
        let read = |name: &'a StackName| {
            let is_managed = managed.contains(name);
            let parts = Parts {
                template: is_managed && depth != Depth::Estate,
                newest_event: depth == Depth::Basis,
                contents: is_managed,
                change_sets: is_managed && depth == Depth::Estate,
            };
            read(cloud, name, parts).boxed_local().shared()
        };
        Self(names.into_iter().map(|name| (name, read(name))).collect())
    }

    /// All stacks.
    pub(crate) async fn all(&self) -> Result<BTreeMap<StackName, Observed<Stack>>, Trouble> {
        let reads = self.0.iter().map(|(name, read)| async { ((*name).clone(), read.clone().await) });
        let mut trouble = Trouble::default();
        let mut found = BTreeMap::new();
        for (name, stack) in join_all(reads).await {
            found.extend(trouble.note(stack).map(|stack| (name, stack)));
        }
        trouble.or(Some(found))
    }

    /// One stack.
    pub(crate) async fn one(&self, name: &StackName) -> Result<Observed<Stack>, Trouble> {
        match self.0.get(name) {
            Some(read) => Ok(read.clone().await?),
            None => Ok(Observed::Absent),
        }
    }

    /// The value of an output that a key of the spec refers to, as soon as its stack is known.
    pub(crate) async fn output(&self, key: &str, output: &OutputRef) -> Result<String, Trouble> {
        let stack = match self.0.get(&output.stack) {
            Some(read) => read.clone().await?,
            None => Observed::Absent,
        };
        let Some(stack) = stack.present().filter(|stack| !is_gone(stack)) else {
            let message = format!("there is no stack {}", output.stack);
            let problem = Problem::new(Code::ReferenceNotFound, message).at(key);
            return Err(problem.because(format!("its output {} is referred to", output.key)).into());
        };
        stack.outputs.get(&output.key).cloned().ok_or_else(|| {
            let has = listed(stack.outputs.keys().map(ToString::to_string));
            Problem::new(Code::ReferenceNotFound, format!("stack {} has no output {}", output.stack, output.key))
                .at(key)
                .because(format!("its outputs: {has}"))
                .into()
        })
    }
}

fn is_gone(stack: &Stack) -> bool {
    matches!(stack.phase, StackPhase::Shell | StackPhase::Stuck(Stuck::DeleteComplete))
}

/// What is read of a stack beside its description.
#[derive(Clone, Copy)]
struct Parts {
    template: bool,
    newest_event: bool,
    /// What is left in it, if it is stuck.
    contents: bool,
    /// The change sets of a shell.
    change_sets: bool,
}

/// A stack and its parts, read side by side. A stack that is not there, or is only a shell, has no parts
/// to miss.
async fn read<C: Cloud>(cloud: &C, name: &StackName, parts: Parts) -> Result<Observed<Stack>, ApiError> {
    let template = async { if parts.template { cloud.template(name).await } else { Ok(Observed::Absent) } };
    let newest =
        async { if parts.newest_event { cloud.newest_event(name.as_str()).await } else { Ok(Observed::Absent) } };
    let (stack, template, newest) = join!(cloud.stack(name), template, newest);
    let Observed::Present(mut stack) = stack? else { return Ok(Observed::Absent) };
    stack.contents = contents(cloud, &stack, parts).await?;
    if stack.phase != StackPhase::Shell {
        stack.template = template?.into_present();
        stack.last_event = newest?.into_present().map(|event| event.id);
    }
    Ok(Observed::Present(stack))
}

/// What is in a stack whose status does not tell. It has to be waited for, and no stack that works takes it.
async fn contents<C: Cloud>(cloud: &C, stack: &Stack, parts: Parts) -> Result<Option<Contents>, ApiError> {
    match &stack.phase {
        StackPhase::Stuck(_) if parts.contents => {
            let resources = cloud.stack_resources(stack.id.as_str()).await?;
            Ok(Some(Contents { resources, ..Contents::default() }))
        }
        StackPhase::Shell if parts.change_sets => {
            let change_sets = cloud.change_set_names(&stack.id).await?;
            Ok(Some(Contents { change_sets, ..Contents::default() }))
        }
        _ => Ok(None),
    }
}
