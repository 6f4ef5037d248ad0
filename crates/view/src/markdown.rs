//! Markdown for pull requests and for the summaries of pipelines: what a reviewer needs first comes first.
//!
//! Each text is one comment of at most 65,000 characters, whatever it tells of: what does not fit is left
//! out in whole pieces, and the text says so. The first line is a mark by which a pipeline finds the
//! comment again, to replace it. Text that groundwork did not write itself stands in code.

mod changes;
mod diagnosis;
mod diagram;
mod document;
mod drift;
mod escape;
mod head;
mod permissions;
mod plan;
mod preflight;
mod problems;
mod report;
mod rollout_plan;
mod rollout_report;
mod rollout_status;
mod rollout_verification;
mod status;
mod verification;

pub use diagnosis::diagnosis;
pub use drift::drift;
pub use plan::plan;
pub use preflight::preflight;
pub use problems::problems;
pub use report::report;
pub use rollout_plan::rollout_plan;
pub use rollout_report::rollout_report;
pub use rollout_status::rollout_status;
pub use rollout_verification::rollout_verification;
pub use status::status;
pub use verification::verification;
