//! Renders plans, problems and status for people, and status for machines.
//!
//! Views write what they are given to a stream that they are given. They know nothing of AWS, of the
//! engine, or of the terminal: width and colour are handed in.

pub mod human;
pub mod json;
mod paint;
mod text;

pub use paint::{Color, Style};
