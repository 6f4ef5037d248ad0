//! Views as their readers meet them: snapshots, and what holds for every text.

mod diagnosis;
mod drift;
mod explain;
mod fleet;
mod html;
mod markdown;
mod plans;
mod preflight;
mod problems;
mod progress;
mod reports;
mod review;
mod rollout_progress;
mod rollout_status;
mod rollout_verification;
mod rollouts;
mod rules;
mod sample;
mod status;
mod verification;

use std::io::{self, Write};

use groundwork_view::{Color, Style};

/// What a view writes, without colour.
fn shown(width: usize, render: impl FnOnce(&mut dyn Write, &Style) -> io::Result<()>) -> String {
    rendered(Style { width, color: Color::Never }, render)
}

/// What a view writes.
fn rendered(style: Style, render: impl FnOnce(&mut dyn Write, &Style) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    render(&mut out, &style).expect("a Vec takes everything");
    String::from_utf8(out).expect("views write UTF-8")
}

/// The text without ANSI escapes.
fn without_colour(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = escape.split_once('m').expect("only colours are written").1;
    }
    plain.push_str(rest);
    plain
}
