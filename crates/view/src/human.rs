//! Text for people: what a reviewer needs first comes first, and words carry the meaning.

pub(crate) mod cost;
pub(crate) mod diagnosis;
pub(crate) mod drift;
mod explain;
pub(crate) mod fields;
mod found;
mod groups;
pub(crate) mod names;
pub(crate) mod permissions;
pub(crate) mod plan;
pub(crate) mod preflight;
mod problem;
pub(crate) mod report;
pub(crate) mod resources;
pub(crate) mod rollout_plan;
pub(crate) mod rollout_report;
pub(crate) mod rollout_status;
pub(crate) mod rollout_verification;
mod standings;
pub(crate) mod status;
mod value;
pub(crate) mod verification;

pub use cost::cost;
pub use diagnosis::diagnosis;
pub use drift::drift;
pub use explain::{catalogue, explain};
pub use plan::plan;
pub use preflight::{preflight, preflight_of_plan};
pub use problem::{problems, warnings};
pub use report::report;
pub use rollout_plan::rollout_plan;
pub use rollout_report::rollout_report;
pub use rollout_status::rollout_status;
pub use rollout_verification::rollout_verification;
pub use status::status;
pub use verification::verification;
