//! Ctrl-C and SIGTERM: passed on to the program that runs, after which we end in an orderly way.

use std::fmt;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The error of a run that a signal ended.
#[derive(Debug)]
pub struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

#[derive(Default)]
struct State {
    signal: Option<Signal>,
    running: Option<Pid>,
}

/// Runs programs one after the other, until a signal comes.
pub struct Runner(Arc<Mutex<State>>);

impl Runner {
    /// Starts to listen for signals: from now on they no longer end this process by themselves.
    pub fn start() -> Result<Self> {
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        let runner = Self(Arc::default());
        let state = Arc::clone(&runner.0);
        thread::spawn(move || {
            for number in signals.forever() {
                if let Ok(signal) = Signal::try_from(number) {
                    pass_on(&state, signal);
                }
            }
        });
        Ok(runner)
    }

    /// Runs a program to its end; [`Interrupted`] if a signal came before or meanwhile.
    pub fn run(&self, command: &mut Command) -> Result<ExitStatus> {
        self.check()?;
        // In a group of its own: from a terminal, Ctrl-C would reach it a second time.
        let mut child = command.process_group(0).spawn().with_context(|| format!("cannot start {command:?}"))?;
        let pid = Pid::from_raw(i32::try_from(child.id())?);
        let came_first = {
            let mut state = lock(&self.0);
            state.running = Some(pid);
            state.signal
        };
        if let Some(signal) = came_first {
            // It was not yet known to the thread that passes signals on.
            let _ended_already = kill(pid, signal);
        }
        let status = child.wait();
        lock(&self.0).running = None;
        self.check()?;
        Ok(status?)
    }

    /// Fails if a signal has come.
    pub fn check(&self) -> Result<()> {
        match lock(&self.0).signal {
            Some(_) => Err(Interrupted.into()),
            None => Ok(()),
        }
    }
}

fn pass_on(state: &Mutex<State>, signal: Signal) {
    let mut state = lock(state);
    state.signal = Some(signal);
    if let Some(pid) = state.running {
        let _ended_already = kill(pid, signal);
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
