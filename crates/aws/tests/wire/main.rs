//! Placeholder until the harness stands.
