//! The table of measurements.

use groundwork_harness::CallLog;

use super::measure::Usage;

/// What the runs of one piece of work took: one entry for each round.
pub struct Row {
    /// What was done.
    pub work: &'static str,
    /// With whose credentials.
    pub credentials: &'static str,
    /// The added latency of a call, in seconds.
    pub latency: f64,
    /// The rounds.
    pub rounds: Vec<(Usage, CallLog)>,
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
        let calls = self.median(|_, log| log.calls().len() as f64);
        let depth = self.median(|_, log| log.depth() as f64);
        let connections = self.median(|_, log| log.connections() as f64);
        let wall = self.median(|usage, _| usage.wall);
        let ratio = if depth > 0.0 { format!("{:.2}", wall / (depth * self.latency)) } else { "-".to_owned() };
        format!(
            "| {} | {} | {calls:.0} | {depth:.0} | {connections:.0} | {wall:.3} | {ratio} | {:.3} | {:.3} | {:.1} | {} |\n",
            self.work,
            self.credentials,
            self.median(|_, log| log.idle()),
            self.median(|usage, _| usage.cpu),
            self.median(|usage, _| usage.peak),
            self.rounds.len(),
        )
    }

    fn median(&self, figure: impl Fn(&Usage, &CallLog) -> f64) -> f64 {
        let mut figures: Vec<f64> = self.rounds.iter().map(|(usage, log)| figure(usage, log)).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
    }
}
