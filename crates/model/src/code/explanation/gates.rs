//! 5xxx: what has to be permitted, or may not be.

use super::Explanation;

pub(super) const CLASS_NOT_ALLOWED: Explanation = Explanation {
    means: "The plan contains changes of a class that nobody permitted. Making something and changing it in place need \
            no permission; replacing, deleting, another public address, a broader permission and another trust do. \
            The changes are listed by class. Nothing was changed.",
    remedy: &[
        "Read the plan. If the changes are meant, permit the classes that the message names:",
        "    groundwork apply -f PATH --allow replace,egress-address",
        "To permit a class for everybody who applies the spec, list it in [policy] as allow = [\"replace\"].",
        "If they are not meant, change the spec until they are gone.",
    ],
};

pub(super) const NOT_CONFIRMED: Explanation = Explanation {
    means: "A removal has to be confirmed by the name of the environment that goes, and the name was not given or is \
            another one. Nothing was removed.",
    remedy: &[
        "Read what would be removed, then give the name:",
        "    groundwork destroy -f PATH --confirm NAME",
        "If the name is another one than you expected, you have the wrong spec.",
    ],
};

pub(super) const COMPONENT_PROTECTED: Explanation = Explanation {
    means: "The spec's own rules refuse a change: [policy] denies its class, for all components or for this one, or \
            protects the component from being deleted and replaced. No --allow and no --confirm is stronger than \
            that, so that whoever applies the spec cannot override whoever wrote it. Nothing was changed.",
    remedy: &[
        "If the change is not meant, change the spec until it is gone from the plan.",
        "If it is, take out the key that the message names, such as policy.network.protect, and have that reviewed:",
        "    groundwork plan -f PATH",
    ],
};

pub(super) const COST_INCREASE_TOO_HIGH: Explanation = Explanation {
    means: "What AWS bills by the hour would grow by more a month than --max-monthly-increase permits. NAT gateways, \
            public addresses and interface endpoints are counted, for 730 hours; traffic is not. Where no price of the \
            Region is known, that of us-east-1 stands in for it. Nothing was changed.",
    remedy: &[
        "See every price with its source, and which settings would cost less:",
        "    groundwork plan -f PATH --explain-cost",
        "Choose something cheaper, such as nat = \"single\", or permit more:",
        "    groundwork apply -f PATH --max-monthly-increase AMOUNT",
    ],
};
