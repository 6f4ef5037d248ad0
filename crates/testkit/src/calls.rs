//! What was called and when, and which calls fail.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use groundwork_engine::ports::{ApiError, Clock, ErrorClass, Service};

use crate::ScriptedClock;

/// A call that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The operation, as the service names it.
    pub operation: String,
    /// What it was about: a stack's name or id, or nothing.
    pub subject: String,
    /// When it began, in milliseconds.
    pub start_ms: u64,
    /// When it ended; `None` if it never did.
    pub end_ms: Option<u64>,
}

impl Call {
    /// Whether it changes anything.
    pub fn mutates(&self) -> bool {
        ["Create", "Execute", "Update", "Delete", "Continue", "Rollback", "Put", "POST", "PATCH", "DELETE"]
            .iter()
            .any(|verb| self.operation.starts_with(verb))
    }
}

/// How a call fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has no effect, and is answered with an error of this class.
    Refused(ErrorClass),
    /// It has its effect, and the answer is lost.
    AnswerLost,
}

type Hook = Box<dyn Fn(usize, &str)>;

/// The calls to one service.
#[derive(Clone)]
pub struct Calls(Rc<Inner>);

struct Inner {
    service: Service,
    clock: ScriptedClock,
    latency: Duration,
    log: RefCell<Vec<Call>>,
    faults: RefCell<BTreeMap<String, VecDeque<Fault>>>,
    hook: RefCell<Option<Hook>>,
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.log.borrow().iter()).finish()
    }
}

impl Calls {
    /// No calls so far, each answered after `latency`.
    pub fn new(service: Service, clock: &ScriptedClock, latency: Duration) -> Self {
        Self(Rc::new(Inner {
            service,
            clock: clock.clone(),
            latency,
            log: RefCell::default(),
            faults: RefCell::default(),
            hook: RefCell::default(),
        }))
    }

    /// Every call so far, in the order in which they began.
    pub fn all(&self) -> Vec<Call> {
        self.0.log.borrow().clone()
    }

    /// Every call so far that changes something.
    pub fn mutating(&self) -> Vec<Call> {
        self.all().into_iter().filter(Call::mutates).collect()
    }

    /// How often an operation was called.
    pub fn count(&self, operation: &str) -> usize {
        self.0.log.borrow().iter().filter(|call| call.operation == operation).count()
    }

    /// Lets the next calls of an operation fail.
    pub fn fail(&self, operation: &str, times: usize, fault: &Fault) {
        let mut faults = self.0.faults.borrow_mut();
        faults.entry(operation.to_owned()).or_default().extend(std::iter::repeat_n(fault.clone(), times));
    }

    /// Does something when a call begins, given its number from 1 and its operation.
    pub fn on_call(&self, hook: impl Fn(usize, &str) + 'static) {
        *self.0.hook.borrow_mut() = Some(Box::new(hook));
    }

    /// The longest chain of calls of which each began after the one before had ended.
    pub fn depth(&self) -> usize {
        let mut ended: Vec<(u64, usize)> = Vec::new();
        for call in self.all() {
            let before = ended.iter().filter(|(end_ms, _)| *end_ms <= call.start_ms).map(|(_, depth)| *depth);
            let depth = before.max().unwrap_or_default() + 1;
            ended.push((call.end_ms.unwrap_or(u64::MAX), depth));
        }
        ended.into_iter().map(|(_, depth)| depth).max().unwrap_or_default()
    }

    /// Makes a call: half of the latency passes before its effect, half after it.
    pub(crate) async fn make<T>(
        &self,
        operation: &str,
        subject: &str,
        effect: impl FnOnce() -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let inner = &self.0;
        let number = inner.log.borrow().len();
        inner.log.borrow_mut().push(Call {
            operation: operation.to_owned(),
            subject: subject.to_owned(),
            start_ms: inner.clock.now_ms(),
            end_ms: None,
        });
        if let Some(hook) = &*inner.hook.borrow() {
            hook(number + 1, operation);
        }
        inner.clock.sleep(inner.latency / 2).await;
        let fault = inner.faults.borrow_mut().get_mut(operation).and_then(VecDeque::pop_front);
        let outcome = match fault {
            None => effect(),
            Some(Fault::Refused(class)) => Err(self.error(operation, class, "scripted failure")),
            Some(Fault::AnswerLost) => {
                effect().and_then(|_| Err(self.error(operation, ErrorClass::Unavailable, "the answer was lost")))
            }
        };
        inner.clock.sleep(inner.latency / 2).await;
        inner.log.borrow_mut()[number].end_ms = Some(inner.clock.now_ms());
        outcome
    }

    pub(crate) fn error(&self, operation: &str, class: ErrorClass, message: &str) -> ApiError {
        ApiError {
            service: self.0.service,
            operation: operation.to_owned(),
            class,
            code: None,
            message: message.to_owned(),
            request_id: None,
        }
    }
}
