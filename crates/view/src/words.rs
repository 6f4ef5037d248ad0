//! Numbers, durations, reasons and CloudFormation's statuses in plain words.

use groundwork_model::rollout::{NotStarted, Pause, Wave};

/// `1 stack`, `2 stacks`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// `A, B and 3 more`.
pub(crate) fn some_of<S: AsRef<str>>(names: &[S], at_most: usize) -> String {
    let shown: Vec<&str> = names.iter().take(at_most).map(AsRef::as_ref).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// `A`, `A and B`, `A, B and C`.
pub(crate) fn all_of<S: AsRef<str>>(names: &[S]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// `41s`, `2m 41s`, `1h 2m`.
pub(crate) fn duration(ms: u64) -> String {
    let seconds = (ms + 500) / 1000;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0) => "under 1s".to_owned(),
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m {seconds}s"),
        (hours, minutes, _) => format!("{hours}h {minutes}m"),
    }
}

/// The time of day in UTC: `12:03:04`.
pub(crate) fn time_of_day(at_ms: u64) -> String {
    let seconds = at_ms / 1000 % 86_400;
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Why targets of a rollout were not started.
pub(crate) fn not_started(reason: NotStarted) -> &'static str {
    match reason {
        NotStarted::TooManyFailures => "more targets of a wave failed than it permits",
        NotStarted::Interrupted => "the run was interrupted",
        NotStarted::AwaitsApproval => "what comes next has to be approved",
    }
}

/// What comes between waves: `after canary what was changed is verified once more`.
pub(crate) fn pauses(waves: &[Wave]) -> Vec<String> {
    let after = |(at, wave): (usize, &Wave)| match wave.pause {
        Pause::None => None,
        Pause::Verify => Some(format!("after {} what was changed is verified once more", wave.name)),
        Pause::StopForApproval if at + 1 == waves.len() => None,
        Pause::StopForApproval => Some(format!("after {} it stops for approval", wave.name)),
    };
    waves.iter().enumerate().filter_map(after).collect()
}

/// How far something has come, as CloudFormation's statuses tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Moving,
    Done,
    Failed,
    Unknown,
}

/// How far something has come. A status that is not known is never taken for an end.
pub(crate) fn stage(status: &str) -> Stage {
    match status.rsplit('_').next() {
        Some("PROGRESS") => Stage::Moving,
        Some("COMPLETE" | "SKIPPED") => Stage::Done,
        Some("FAILED") => Stage::Failed,
        _ => Stage::Unknown,
    }
}

/// What is happening to a resource, or has happened to it. A status that is not known stays as it is.
pub(crate) fn resource_status(status: &str) -> &str {
    match status {
        "CREATE_IN_PROGRESS" => "creating",
        "CREATE_COMPLETE" => "created",
        "CREATE_FAILED" => "creating failed",
        "UPDATE_IN_PROGRESS" => "updating",
        "UPDATE_COMPLETE" => "updated",
        "UPDATE_FAILED" => "updating failed",
        "DELETE_IN_PROGRESS" => "deleting",
        "DELETE_COMPLETE" => "deleted",
        "DELETE_FAILED" => "deleting failed",
        "DELETE_SKIPPED" => "left in place",
        "IMPORT_IN_PROGRESS" => "importing",
        "IMPORT_COMPLETE" => "imported",
        "IMPORT_FAILED" => "importing failed",
        "ROLLBACK_IN_PROGRESS" | "UPDATE_ROLLBACK_IN_PROGRESS" | "IMPORT_ROLLBACK_IN_PROGRESS" => "undoing",
        "ROLLBACK_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE" | "IMPORT_ROLLBACK_COMPLETE" => "undone",
        "ROLLBACK_FAILED" | "UPDATE_ROLLBACK_FAILED" | "IMPORT_ROLLBACK_FAILED" => "undoing failed",
        other => other,
    }
}

/// What a stack's status adds to what its resources and its step tell. `None` for statuses that add
/// nothing: the ordinary beginning and end of an operation.
pub(crate) fn stack_status(status: &str) -> Option<&str> {
    Some(match status {
        "REVIEW_IN_PROGRESS" | "CREATE_IN_PROGRESS" | "CREATE_COMPLETE" | "UPDATE_IN_PROGRESS" | "UPDATE_COMPLETE"
        | "DELETE_IN_PROGRESS" | "DELETE_COMPLETE" => return None,
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" => "changed; deleting what was replaced",
        "CREATE_FAILED" => "creating the stack failed",
        "UPDATE_FAILED" => "updating the stack failed",
        "DELETE_FAILED" => "deleting the stack failed",
        "ROLLBACK_IN_PROGRESS" | "UPDATE_ROLLBACK_IN_PROGRESS" => "rolling back",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS" => "rolled back; cleaning up",
        "ROLLBACK_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE" => "rolled back",
        "ROLLBACK_FAILED" | "UPDATE_ROLLBACK_FAILED" => "rolling back failed",
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_two_units_at_most() {
        for (ms, expected) in [
            (0, "under 1s"),
            (499, "under 1s"),
            (500, "1s"),
            (59_499, "59s"),
            (59_500, "1m 0s"),
            (161_000, "2m 41s"),
            (3_600_000, "1h 0m"),
            (7_384_000, "2h 3m"),
        ] {
            assert_eq!(duration(ms), expected, "{ms} ms");
        }
    }

    #[test]
    fn times_of_day_are_utc_and_start_again_at_midnight() {
        assert_eq!(time_of_day(1_767_225_599_999), "23:59:59");
        assert_eq!(time_of_day(1_767_225_600_000), "00:00:00");
    }

    #[test]
    fn lists_read_like_a_sentence() {
        assert_eq!(all_of(&["a"]), "a");
        assert_eq!(all_of(&["a", "b", "c"]), "a, b and c");
        assert_eq!(some_of(&["a", "b", "c"], 3), "a, b, c");
        assert_eq!(some_of(&["a", "b", "c", "d"], 2), "a, b and 2 more");
        assert_eq!(some_of::<&str>(&[], 2), "");
    }

    #[test]
    fn an_unknown_status_is_shown_and_is_no_end() {
        assert_eq!(resource_status("SOMETHING_NEW"), "SOMETHING_NEW");
        assert_eq!(stack_status("SOMETHING_NEW"), Some("SOMETHING_NEW"));
        for (status, expected) in [
            ("CREATE_IN_PROGRESS", Stage::Moving),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Stage::Moving),
            ("UPDATE_ROLLBACK_COMPLETE", Stage::Done),
            ("DELETE_SKIPPED", Stage::Done),
            ("DELETE_FAILED", Stage::Failed),
            ("SOMETHING_NEW", Stage::Unknown),
        ] {
            assert_eq!(stage(status), expected, "{status}");
        }
    }
}
