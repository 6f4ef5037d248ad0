//! A Mermaid flowchart: nodes, boxes around nodes, arrows. Only here are names given and labels escaped.

use groundwork_model::plan::Action;

use crate::markdown::escape::label;

/// A line of a label has so many characters at the most.
const LONGEST_LABEL: usize = 64;

/// Dark text on light grounds, set for each class, so that it can be read in a dark theme too.
const CLASSES: [&str; 5] = [
    "classDef create fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    "classDef update fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    "classDef replace fill:#fbefff,stroke:#8250df,color:#1f2328",
    "classDef delete fill:#ffebe9,stroke:#cf222e,color:#1f2328",
    "classDef same fill:#f6f8fa,stroke:#656d76,color:#1f2328",
];

/// The name of a node or of a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Id(String);

/// A flowchart that is being drawn.
#[derive(Default)]
pub(super) struct Chart {
    drawn: usize,
    depth: usize,
    body: Vec<String>,
    edges: Vec<String>,
}

impl Chart {
    /// Draws a node with these lines of text. The colour repeats what one of them says of the action.
    pub fn node(&mut self, texts: &[&str], action: Action) -> Id {
        let id = self.name();
        let node = format!("{}[\"{}\"]:::{}", id.0, joined(texts), class(action));
        self.line(&node);
        id
    }

    /// Opens a box. What is drawn until it is closed stands in it.
    pub fn open(&mut self, title: &str) -> Id {
        let id = self.name();
        self.line(&format!("subgraph {}[\"{}\"]", id.0, joined(&[title])));
        self.depth += 1;
        id
    }

    /// Closes the box that was opened last.
    pub fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.line("end");
    }

    /// Draws an arrow.
    pub fn edge(&mut self, from: &Id, to: &Id) {
        self.edges.push(format!("  {} --> {}", from.0, to.0));
    }

    /// Draws an arrow with words on it. They are ours, and so need no escape.
    pub fn told_edge(&mut self, from: &Id, words: &'static str, to: &Id) {
        self.edges.push(format!("  {} -->|\"{words}\"| {}", from.0, to.0));
    }

    /// The chart's text.
    pub fn lines(self) -> Vec<String> {
        let classes = CLASSES.iter().map(|class| format!("  {class}"));
        let mut lines = vec!["flowchart LR".to_owned()];
        lines.extend(self.body.into_iter().chain(self.edges).chain(classes));
        lines
    }

    fn name(&mut self) -> Id {
        self.drawn += 1;
        Id(format!("n{}", self.drawn))
    }

    fn line(&mut self, text: &str) {
        self.body.push(format!("{}{text}", "  ".repeat(self.depth + 1)));
    }
}

fn joined(texts: &[&str]) -> String {
    let texts = texts.iter().filter(|text| !text.is_empty());
    texts.map(|text| label(text, LONGEST_LABEL)).collect::<Vec<_>>().join("<br/>")
}

fn class(action: Action) -> &'static str {
    match action {
        Action::NoOp => "same",
        Action::Create => "create",
        Action::Update => "update",
        Action::Replace => "replace",
        Action::Delete => "delete",
    }
}
