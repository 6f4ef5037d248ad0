//! What `groundwork drift` says beside its report.

use super::Explanation;

pub(super) const IGNORE_EXPIRED: Explanation = Explanation {
    means: "A warning of drift. The last day of an entry of drift.ignore is over, by the calendar of UTC: what it means \
            counts as drift again, in the report and in the exit code. Nothing is ignored for ever, so that somebody \
            looks at it again.",
    remedy: &[
        "If the difference is still wanted, write another day into until, and say why in reason.",
        "Otherwise undo it as the report says, and delete the entry.",
    ],
};

pub(super) const DRIFT_DETECTION_INCOMPLETE: Explanation = Explanation {
    means: "CloudFormation's own drift detection could not compare every resource of a stack; the causes name them, with \
            AWS's reasons. It reads each resource with the caller's permissions, and its answer of such a resource says \
            neither that it differs nor that it does not. Everything else was compared and is in the report. Nothing was \
            changed.",
    remedy: &[
        "Run the same command again: most of these reasons pass.",
        "See CloudFormation's own answer, resource by resource:",
        "    aws cloudformation describe-stack-resource-drifts --stack-name STACK",
        "If a reason says that something is not permitted, allow the caller to read that resource.",
    ],
};

pub(super) const DRIFT_DETECTION_TIMED_OUT: Explanation = Explanation {
    means: "CloudFormation's drift detection of a stack did not end in time, or one that somebody else had begun kept \
            ours from beginning. A detection takes up to several minutes, and a stack takes only one at a time. What \
            groundwork read itself was compared and is in the report. Nothing was changed.",
    remedy: &[
        "Run the same command again, or give it more time:",
        "    groundwork drift -f PATH --detection-timeout 30",
    ],
};
