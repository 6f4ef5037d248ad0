//! Logging to stderr, for those who ask for it.

use tracing_subscriber::EnvFilter;

use crate::args::LogLevel;

/// Starts logging. Crates that would log requests or answers whole are capped, whatever the level:
/// external ids, keys and passwords travel in those.
pub fn start(level: LogLevel, colored: bool) {
    let directives = format!("{},{}", level.as_str(), groundwork_aws::LOG_CAPS);
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(directives))
        .with_writer(std::io::stderr)
        .with_ansi(colored)
        .finish();
    // A second call would be a defect that costs only log lines.
    drop(tracing::subscriber::set_global_default(subscriber));
}
