//! Text for people: what a reviewer needs first comes first.

mod plan;
mod problem;
mod status;

pub use plan::plan;
pub use problem::{problems, warnings};
pub use status::status;
