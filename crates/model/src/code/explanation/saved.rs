//! 6xxx: saved plans that cannot be applied.

use super::Explanation;

pub(super) const PLAN_UNREADABLE: Explanation = Explanation {
    means: "A file that was named as a saved plan cannot be read, is no saved plan, is cut short, or is written in a \
            form that this version does not know. Nothing was asked of AWS or CloudReactor.",
    remedy: &[
        "Check that the file is the one that plan wrote, whole, and passed on as it is: some pipelines change line \
         ends or encodings.",
        "Look at what is in it:",
        "    groundwork show PLAN",
        "Else plan again, and save that plan:",
        "    groundwork plan -f PATH --output PLAN",
    ],
};

pub(super) const PLAN_TAMPERED: Explanation = Explanation {
    means: "A saved plan is not as it was made: its digest does not match its content, or the plan in it does not \
            follow from the spec and the world that it names. Somebody or something has changed the file. What was \
            reviewed is not what stands in it, so it is not applied. Nothing was changed.",
    remedy: &[
        "Do not repair the file. Plan again, have that plan reviewed, and apply it:",
        "    groundwork plan -f PATH --output PLAN",
        "Find out who can write where the plan is kept between plan and apply.",
    ],
};

pub(super) const PLAN_OF_OTHER_VERSION: Explanation = Explanation {
    means: "A saved plan was made by another version of groundwork than the one that is to apply it. Another version \
            may write other templates from the same spec, and so would do something else than was reviewed. Nothing \
            was changed.",
    remedy: &[
        "Use the same version for plan and apply; in a pipeline, the same image by its digest:",
        "    groundwork version",
        "Or plan again with this version.",
    ],
};

pub(super) const PLAN_STALE: Explanation = Explanation {
    means: "AWS or CloudReactor is not as it was when the plan was saved: a stack was updated, a tag or parameter \
            differs, a zone, subnet or cluster has changed, somebody edited the Run Environment. Each difference is \
            named. The plan was reviewed for another situation, so it is not applied. Nothing was changed.",
    remedy: &[
        "Look at the differences, and find out who made them if nobody should.",
        "Plan again, have that plan reviewed, and apply it soon after:",
        "    groundwork plan -f PATH --output PLAN",
        "    groundwork apply PLAN",
    ],
};

pub(super) const PLAN_OUTGROWN: Explanation = Explanation {
    means: "A value that the plan called \"known after apply\" turned out to need a change that nobody has reviewed. \
            apply stopped there: what stands before it in the plan is done in AWS and stays, and what comes after it \
            was not begun.",
    remedy: &[
        "Plan again: the value is known now, and the new plan shows what follows from it.",
        "    groundwork plan -f PATH --output PLAN",
        "Have that plan reviewed, and apply it.",
    ],
};
