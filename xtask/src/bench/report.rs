//! The tables of measurements.

use groundwork_harness::CallLog;

use super::measure::Usage;

/// What was measured, once for each round.
pub struct Rounds(pub Vec<(Usage, CallLog)>);

impl Rounds {
    fn median(&self, figure: impl Fn(&Usage, &CallLog) -> f64) -> f64 {
        let mut figures: Vec<f64> = self.0.iter().map(|(usage, log)| figure(usage, log)).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn number(&self, figure: impl Fn(&CallLog) -> usize) -> f64 {
        self.median(|_, log| figure(log) as f64)
    }

    fn wall(&self) -> f64 {
        self.median(|usage, _| usage.wall)
    }

    /// How often so many round trips would fit into the time that it took.
    fn ratio(&self, depth: f64, latency: f64) -> String {
        if depth > 0.0 { format!("{:.2}", self.wall() / (depth * latency)) } else { "-".to_owned() }
    }
}

/// What the runs of one piece of work in one account took.
pub struct Row {
    /// What was done.
    pub work: &'static str,
    /// With whose credentials.
    pub credentials: &'static str,
    /// The added latency of a call, in seconds.
    pub latency: f64,
    /// The rounds.
    pub rounds: Rounds,
}

const HEAD: &str = "\
| work | credentials | calls | depth | connections | wall s | wall / (depth x L) | idle s | CPU s | peak MiB | n |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
";

/// The rows as a Markdown table. Each figure is the median of the rounds.
pub fn table(rows: &[Row]) -> String {
    HEAD.to_owned() + &rows.iter().map(Row::line).collect::<String>()
}

impl Row {
    fn line(&self) -> String {
        let Self { work, credentials, latency, rounds } = self;
        let depth = rounds.number(CallLog::depth);
        format!(
            "| {work} | {credentials} | {:.0} | {depth:.0} | {:.0} | {:.3} | {} | {:.3} | {:.3} | {:.1} | {} |\n",
            rounds.number(|log| log.calls().len()),
            rounds.number(CallLog::connections),
            rounds.wall(),
            rounds.ratio(depth, *latency),
            rounds.median(|_, log| log.idle()),
            rounds.median(|usage, _| usage.cpu),
            rounds.median(|usage, _| usage.peak),
            rounds.0.len(),
        )
    }
}

/// What the runs of one piece of work in many accounts took.
pub struct FleetRow {
    /// What was done.
    pub work: String,
    /// How many targets the fleet has.
    pub targets: usize,
    /// The added latency of a call, in seconds.
    pub latency: f64,
    /// The rounds.
    pub rounds: Rounds,
}

/// What the work is called that finds everything as it should be.
pub const CONVERGED: &str = "plan, nothing to do";

const FLEET_HEAD: &str = "\
| work | targets | calls | calls a target | AssumeRole | depth | connections | refused calls | wall s \
| wall / (depth x L) | CPU s | peak MiB | n |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
";

/// The rows as a Markdown table. Each figure is the median of the rounds.
pub fn fleet_table(rows: &[FleetRow]) -> String {
    FLEET_HEAD.to_owned() + &rows.iter().map(FleetRow::line).collect::<String>()
}

const DIGEST_HEAD: &str = "\
| work | targets | calls a target | round trips deep | refused calls | wall s | peak MiB |
|---|--:|--:|--:|--:|--:|--:|
";

/// What most readers want to know of the rows that are about fleets with nothing to do.
pub fn fleet_digest(rows: &[FleetRow]) -> String {
    let converged = rows.iter().filter(|row| row.work.starts_with(CONVERGED));
    DIGEST_HEAD.to_owned() + &converged.map(FleetRow::digest).collect::<String>()
}

impl FleetRow {
    fn digest(&self) -> String {
        let Self { work, targets, rounds, .. } = self;
        let calls = rounds.number(|log| log.calls().len());
        format!(
            "| {work} | {targets} | {:.1} | {:.0} | {:.1} % | {:.2} | {:.1} |\n",
            calls / *targets as f64,
            rounds.number(CallLog::depth_of_a_target),
            100.0 * rounds.number(CallLog::refused) / calls,
            rounds.wall(),
            rounds.median(|usage, _| usage.peak),
        )
    }

    fn line(&self) -> String {
        let Self { work, targets, latency, rounds } = self;
        let calls = rounds.number(|log| log.calls().len());
        let depth = rounds.number(CallLog::depth_of_a_target);
        let refused = rounds.number(CallLog::refused);
        format!(
            "| {work} | {targets} | {calls:.0} | {:.1} | {:.0} | {depth:.0} | {:.0} | {refused:.0} ({:.1} %) | {:.2} | {} \
             | {:.2} | {:.1} | {} |\n",
            calls / *targets as f64,
            rounds.number(|log| log.count("AssumeRole")),
            rounds.number(CallLog::connections),
            100.0 * refused / calls,
            rounds.wall(),
            rounds.ratio(depth, *latency),
            rounds.median(|usage, _| usage.cpu),
            rounds.median(|usage, _| usage.peak),
            rounds.0.len(),
        )
    }
}
