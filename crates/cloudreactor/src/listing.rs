//! Many Run Environments of a group in few requests: the first look-up of each is answered from a list
//! of them all.
//!
//! A list is old as soon as it is read. So it answers each look-up once, for a plan; whoever looks
//! again, as one does before saving, reads anew. After a save nothing is answered from it any more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::stream::{StreamExt, TryStreamExt, iter};
use groundwork_engine::ports::{ApiError, Clock};
use groundwork_model::RunEnvironmentName;
use groundwork_model::world::Group;
use serde_json::Value;

use crate::client::{Client, RUN_ENVIRONMENTS};
use crate::once::Once;
use crate::request::Request;
use crate::wire::{self, ListPage};

/// For fewer names than this it is quicker to look each one up: a page of a list takes the server much
/// longer than one object.
const WORTH_IT: usize = 10;

/// How many Run Environments are on a page. The server permits any number, and takes seconds for
/// hundreds.
const PAGE: usize = 100;

/// How many pages are read side by side.
const SIDE_BY_SIDE: usize = 6;

/// The Run Environments that will be looked up, and the lists that answer the first look-ups.
pub(crate) struct Listing {
    names: BTreeSet<RunEnvironmentName>,
    groups: Mutex<BTreeMap<u64, Arc<Once<Answers>>>>,
    is_outdated: AtomicBool,
}

/// What the server has of each name that was not looked up yet: nothing, the object, or several.
type Answers = Arc<Mutex<BTreeMap<RunEnvironmentName, Vec<Value>>>>;

impl Listing {
    /// A listing for look-ups of these names, or none if it would not save anything.
    pub fn of(names: BTreeSet<RunEnvironmentName>) -> Option<Self> {
        let worth_it = names.len() >= WORTH_IT;
        worth_it.then(|| Self { names, groups: Mutex::default(), is_outdated: AtomicBool::new(false) })
    }

    /// What a look-up finds, if the list may and can answer it.
    pub async fn answer<K: Clock>(
        &self,
        client: &Client<K>,
        group: &Group,
        name: &RunEnvironmentName,
    ) -> Result<Option<Vec<Value>>, ApiError> {
        if self.is_outdated() || !self.names.contains(name) {
            return Ok(None);
        }
        let of_group = Arc::clone(lock(&self.groups).entry(group.id).or_default());
        let answers = of_group.get(self.read(client, group)).await?;
        let answer = lock(&answers).remove(name);
        Ok(answer.filter(|_| !self.is_outdated()))
    }

    /// Something was saved or deleted.
    pub fn outdate(&self) {
        self.is_outdated.store(true, Ordering::Relaxed);
    }

    fn is_outdated(&self) -> bool {
        self.is_outdated.load(Ordering::Relaxed)
    }

    /// Reads the whole list. It answers nothing if that takes more requests than the look-ups, or if
    /// Run Environments came or went between its pages: one that is there could be missing.
    async fn read<K: Clock>(&self, client: &Client<K>, group: &Group) -> Result<Answers, ApiError> {
        let first = page(client, group, 0).await?;
        let count = first.count;
        if count.div_ceil(PAGE) > self.names.len() {
            return Ok(Answers::default());
        }
        let rest = iter((PAGE..count).step_by(PAGE)).map(|offset| page(client, group, offset));
        let mut pages: Vec<ListPage> = rest.buffered(SIDE_BY_SIDE).try_collect().await?;
        pages.push(first);
        if pages.iter().any(|page| page.count != count) {
            return Ok(Answers::default());
        }
        let found: Vec<Value> = pages.into_iter().flat_map(|page| page.results).collect();
        let distinct: BTreeSet<&str> = found.iter().filter_map(|found| found.get("uuid")?.as_str()).collect();
        if distinct.len() != count || found.len() != count {
            return Ok(Answers::default());
        }
        Ok(self.answers(found))
    }

    fn answers(&self, found: Vec<Value>) -> Answers {
        let mut answers: BTreeMap<_, _> = self.names.iter().map(|name| (name.clone(), Vec::new())).collect();
        for found in found {
            let name = found.get("name").and_then(Value::as_str).and_then(|name| name.parse().ok());
            if let Some(answer) = name.and_then(|name: RunEnvironmentName| answers.get_mut(&name)) {
                answer.push(found);
            }
        }
        Arc::new(Mutex::new(answers))
    }
}

/// A page of the group's list. Its objects are the same as those of a look-up by name.
async fn page<K: Clock>(client: &Client<K>, group: &Group, offset: usize) -> Result<ListPage, ApiError> {
    let mut request = Request::get(RUN_ENVIRONMENTS).query("created_by_group__id", group.id).query("limit", PAGE);
    if offset > 0 {
        request = request.query("offset", offset);
    }
    let answer = client.call(&request).await.map_err(|fault| fault.error)?;
    wire::read(&request.operation(), answer)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
