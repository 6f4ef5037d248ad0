//! The JSON stream: one document a line, flushed as it is written, since somebody follows it live.

use std::io::{self, Write};

use groundwork_model::TargetName;
use groundwork_model::stream::{Body, Record};
use jiff::Timestamp;

/// Writes the lines of a stream.
#[derive(Debug)]
pub struct JsonLines<W> {
    out: W,
    sequence: u64,
}

impl<W: Write> JsonLines<W> {
    /// Writes to a stream; nothing yet.
    pub fn new(out: W) -> Self {
        Self { out, sequence: 0 }
    }

    /// Writes a line, with the time in milliseconds since 1970.
    pub fn write(&mut self, at_ms: u64, body: Body) -> io::Result<()> {
        self.write_for(at_ms, None, body)
    }

    /// Writes a line about a target of a rollout, or about the whole of it.
    pub fn write_for(&mut self, at_ms: u64, target: Option<&TargetName>, body: Body) -> io::Result<()> {
        self.sequence += 1;
        let record = Record { sequence: self.sequence, at: rfc3339(at_ms), target: target.cloned(), body };
        // Written in one piece: a reader never meets half a line.
        let mut line = serde_json::to_vec(&record)?;
        line.push(b'\n');
        self.out.write_all(&line)?;
        self.out.flush()
    }

    /// Hands back what was written to.
    pub fn into_inner(self) -> W {
        self.out
    }
}

/// A time in milliseconds since 1970 as RFC 3339 in UTC, with milliseconds.
pub fn rfc3339(at_ms: u64) -> String {
    let time = i64::try_from(at_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    format!("{:.3}", time.unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests {
    use groundwork_model::Exit;
    use groundwork_model::event::Event;
    use groundwork_model::plan::Component;
    use groundwork_model::rollout::TargetEvent;
    use groundwork_model::step::StepId;
    use groundwork_model::stream::RunResult;

    use super::*;

    #[test]
    fn every_line_has_its_number_and_time() {
        let mut stream = JsonLines::new(Vec::new());
        for at_ms in [0, 1_767_225_600_123] {
            let result = RunResult { exit: Exit::Done, exit_code: 0, report: None, rollout: None };
            stream.write(at_ms, Body::Result(Box::new(result))).expect("a vector takes everything");
        }
        let text = String::from_utf8(stream.into_inner()).expect("JSON is text");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                r#"{"sequence":1,"at":"1970-01-01T00:00:00.000Z","type":"result","exit":"done","exit_code":0,"report":null}"#,
                r#"{"sequence":2,"at":"2026-01-01T00:00:00.123Z","type":"result","exit":"done","exit_code":0,"report":null}"#,
            ]
        );
    }

    #[test]
    fn a_line_about_a_target_names_it() {
        let target: TargetName = "team-7".parse().expect("a name");
        let mut stream = JsonLines::new(Vec::new());
        let step = Event::StepStarted { step: StepId::Network, component: Component::Network };
        stream.write_for(0, Some(&target), Body::Target(TargetEvent::Started)).expect("a vector takes everything");
        stream.write_for(0, Some(&target), Body::Event(step)).expect("a vector takes everything");
        let text = String::from_utf8(stream.into_inner()).expect("JSON is text");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                r#"{"sequence":1,"at":"1970-01-01T00:00:00.000Z","target":"team-7","type":"target-started"}"#,
                r#"{"sequence":2,"at":"1970-01-01T00:00:00.000Z","target":"team-7","type":"step-started","step":"network","component":"network"}"#,
            ]
        );
    }

    #[test]
    fn a_time_beyond_the_calendar_is_its_end() {
        assert!(rfc3339(u64::MAX).starts_with("9999-12-3"));
    }
}
