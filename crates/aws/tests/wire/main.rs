//! The adapter against AWS's answers as they stand on the wire, over a real loopback connection.
//!
//! What no emulator shows is here: change sets that take their time, pages, asterisks, AWS's own
//! words, throttling, denial, broken answers. Each test also asserts what was asked.

mod change_sets;
mod child;
mod clusters;
mod drift;
mod failures;
mod lookups;
mod network;
mod operations;
mod organizations;
mod preflight;
mod replay;
mod roles;
mod secrets;
mod sessions;
mod stack_sets;
mod stacks;
mod transport;
