//! Text for people: what a reviewer needs first comes first, and words carry the meaning.

mod fields;
mod names;
mod plan;
mod problem;
mod report;
mod resources;
mod status;
mod value;

pub use plan::plan;
pub use problem::{problems, warnings};
pub use report::report;
pub use status::status;
