//! End-to-end tests live in `tests/`; the outside world that they need is in `groundwork-harness`.
