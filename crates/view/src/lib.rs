//! Renders plans, progress, reports, problems and status for people, and status as JSON; of one target, or of
//! the many of a rollout, where those that are [alike] are shown once.
//!
//! Views write to a stream that they are given. They know nothing of AWS, of the engine, or of where
//! their text goes: width and colour are handed in as a [`Style`]. A pipe gets the same text as a
//! terminal, without colour and without redrawing.
//!
//! Lines keep to the style's width. Exempt is what must be copied whole: the values and URLs of a
//! status or a report, commands in the help of a problem, and a file's path.

pub mod alike;
pub mod github;
pub mod html;
pub mod human;
mod line;
pub mod markdown;
mod progress;
mod schema;
mod stream;
mod text;
mod words;

pub use line::{Color, Style};
pub use progress::{Lines, Live, Reading, RolloutLines, RolloutLive, RolloutView, TargetLog, View};
pub use schema::schema;
pub use stream::{JsonLines, rfc3339};
