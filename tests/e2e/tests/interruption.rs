//! A wish to stop, from a terminal or a runner: what is told, and how a run ends.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use groundwork_e2e::{Case, has};
use groundwork_harness::Settings;

/// An apply that gets a signal once AWS works on all three stacks: its exit code, and what it wrote to stderr.
fn signalled(signal: &str) -> Result<(Case, Option<i32>, String)> {
    let case = Case::new()?;
    case.world.account().set(&Settings { delay: Some(3.0), ..Settings::default() })?;
    let arguments = ["apply", "-f", &case.spec];
    let mut running = case.world.groundwork(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(running.stderr.take().context("stderr is piped")?).lines();
    let (mut told, mut started) = (String::new(), 0);
    while started < 3 {
        let line = lines.next().context("the run ended before AWS worked")??;
        started += usize::from(line.ends_with("started"));
        told.push_str(&line);
        told.push('\n');
    }
    let sent = Command::new("kill").args([signal, &running.id().to_string()]).status()?;
    ensure!(sent.success(), "the signal was not sent");
    for line in lines {
        told.push_str(&line?);
        told.push('\n');
    }
    let code = running.wait()?.code();
    Ok((case, code, told))
}

#[test]
fn a_signal_ends_the_wait_says_what_aws_goes_on_with_and_a_rerun_finishes() -> Result<()> {
    for signal in ["-INT", "-TERM"] {
        let (case, code, told) = signalled(signal)?;
        assert_eq!(code, Some(130), "{signal}: {told}");
        has(
            &told,
            &["GW4006", "AWS goes on creating stack CloudReactor-staging-network", "run the same command again"],
        );
        case.world.account().set(&Settings::default())?;
        let finished = case.run("apply", &[], 0)?;
        has(&finished.stderr, &["begun by an earlier run of groundwork"]);
        case.nothing_to_do()?;
    }
    Ok(())
}
