//! 4xxx: what was done and did not end well.

use super::Explanation;

pub(super) const CHANGE_SET_FAILED: Explanation = Explanation {
    means: "CloudFormation did not make the change set, or did not execute it: it found the template or a parameter \
            wrong, a quota was reached, or the stack has changed meanwhile. The stack is as it was, and groundwork \
            removed the change set; if that failed too, the message names what is left, which changes nothing.",
    remedy: &[
        "Read AWS's words below the message.",
        "Plan again, since the stack may have changed, then run the same command again:",
        "    groundwork plan -f PATH",
        "CloudFormation keeps up to 1,000 change sets of a stack; delete old ones of others if that is the reason.",
    ],
};

pub(super) const CHANGE_SET_DISAGREES: Explanation = Explanation {
    means: "AWS is not as the plan took it to be. CloudFormation's own change set would replace, delete or change \
            something that the plan did not announce; or the stack or cluster is not the one that was planned for. \
            Every excess is listed. Nothing of this component was changed, and the change set was removed.",
    remedy: &[
        "Plan again and read what is different now:",
        "    groundwork plan -f PATH",
        "If the new plan says the same as before, and apply refuses again, report it with the list: CloudFormation \
         then replaces something that groundwork takes for changeable in place.",
    ],
};

pub(super) const STACK_FAILED: Explanation = Explanation {
    means: "A resource of the stack could not be made or changed, and CloudFormation rolled the stack back. After an \
            update the stack is as it was before; after a creation it is gone, or left in ROLLBACK_COMPLETE, a state \
            in which it can only be deleted. Components that were done before stay. The resource that failed first \
            is named with AWS's words; failures that only follow from it are not.",
    remedy: &[
        "Remove the cause: a quota, a missing permission, a name that is taken. Known causes come with help.",
        "See what failed once more, at any time and from any machine:",
        "    groundwork diagnose -f PATH",
        "Run the same command again. Where a failed creation left the stack behind, permit that it is deleted first:",
        "    groundwork apply -f PATH --allow delete",
    ],
};

pub(super) const STACK_NEEDS_RECOVERY: Explanation = Explanation {
    means: "A change of a stack failed, and so did undoing it. The stack is left in a state in which it takes no \
            update, such as UPDATE_ROLLBACK_FAILED. What exists goes on working as it stands. Which resource could not \
            be undone, and why, is named.",
    remedy: &[
        "See what failed, and what kept it from being undone:",
        "    groundwork diagnose -f PATH",
        "Remove the cause, then see what leads out of the state, and do it; --skip leaves out what cannot be undone:",
        "    groundwork recover -f PATH",
        "    groundwork recover -f PATH --confirm NAME",
        "Where something is deleted, that has to be allowed: --allow delete. Then run the same command again.",
    ],
};

pub(super) const STACK_TIMED_OUT: Explanation = Explanation {
    means: "groundwork stopped waiting for a stack: the time of --stack-timeout is over, or AWS could no longer be \
            asked, or never confirmed that it began. CloudFormation works on by itself, without groundwork. What \
            depends on the stack was not begun.",
    remedy: &[
        "Look how far it is:",
        "    groundwork status -f PATH",
        "Once AWS is done, run the same command again: it goes on where this run stopped. Wait longer with:",
        "    groundwork apply -f PATH --stack-timeout 120",
    ],
};

pub(super) const INTERRUPTED: Explanation = Explanation {
    means: "A signal (Ctrl-C, or a pipeline that was cancelled) stopped the run. What AWS had begun goes on without \
            groundwork; what was not begun was left, and a change set that was not yet executed was removed.",
    remedy: &[
        "Run the same command again: it finds what was done and goes on from there. While AWS is still working on a \
         stack, it says so (GW3004).",
    ],
};

pub(super) const DELETE_FAILED: Explanation = Explanation {
    means: "CloudFormation could not delete a stack. Most often something outside of the stack still uses a part of \
            it: tasks that run in the cluster, network interfaces in a subnet, a security group that another one \
            refers to. What could be deleted is gone, the rest is left in DELETE_FAILED.",
    remedy: &[
        "Remove what is named; for a subnet or a group, see which interfaces use it:",
        "    aws ec2 describe-network-interfaces --filters Name=subnet-id,Values=SUBNET --region REGION",
        "Then delete again; --skip LOGICAL_ID leaves over what cannot be deleted:",
        "    groundwork recover -f PATH --confirm NAME --allow delete",
        "Then run the same command again.",
    ],
};

pub(super) const RUN_ENVIRONMENT_FAILED: Explanation = Explanation {
    means: "The stacks are done, but the Run Environment could not be saved or deleted: CloudReactor refused it or did \
            not answer, it was exchanged for another one since the plan, or a value that a stack should have could not \
            be read. A lost answer is looked up, so that no second one is made.",
    remedy: &[
        "Read the cause. Where CloudReactor names a field, correct it in the spec or in the dashboard.",
        "Run the same command again: the stacks need nothing more, only the Run Environment is saved.",
    ],
};

pub(super) const RUN_ENVIRONMENT_UNUSABLE: Explanation = Explanation {
    means: "CloudReactor took the Run Environment, but what it made of it shows that it cannot work with it: it can \
            neither start nor schedule tasks, or it did not process the ECS settings, or it belongs to another group. \
            CloudReactor answers such settings with a success, so groundwork looks at the result.",
    remedy: &[
        "Look at its settings in the dashboard; the help has the address. Fields that others have set there, and that \
         groundwork keeps, may be invalid.",
        "Correct them, and run the same command again.",
    ],
};

pub(super) const NOT_AS_PLANNED: Explanation = Explanation {
    means: "A wave of the rollout has `pause = \"verify\"`. All that the plan of a target said was done there, and when \
            the target was read again, its spec still wanted something changed: somebody else is changing the same \
            things, or AWS or CloudReactor did not keep what they took. The target counts as failed.",
    remedy: &[
        "See what differs, and who changes it:",
        "    groundwork plan -f SPEC --target NAME",
        "Run the same command again: it changes what still differs, and goes on with the targets that were not started.",
    ],
};

pub(super) const CAPACITY_PROVIDERS_FAILED: Explanation = Explanation {
    means: "The spec uses an existing cluster, which lacks FARGATE or FARGATE_SPOT as capacity providers, and ECS did \
            not take the addition. The cluster is as it was. ECS refuses it while the cluster is being updated.",
    remedy: &[
        "Look at the cluster, and run the same command again once it is settled:",
        "    aws ecs describe-clusters --clusters CLUSTER --region REGION",
        "Or add the providers yourself, beside those that are there; the plan then has nothing to do:",
        "    aws ecs put-cluster-capacity-providers --cluster CLUSTER --capacity-providers FARGATE FARGATE_SPOT \
         --default-capacity-provider-strategy capacityProvider=FARGATE,weight=1",
    ],
};

pub(super) const STACK_SET_FAILED: Explanation = Explanation {
    means: "CloudFormation could not bring the role stack to some accounts, more than the wave's max_failures permits, \
            and stopped. The accounts and AWS's reasons stand below the message. Accounts that have the stack keep it; \
            in the others it was rolled back. Nothing else was begun in any target.",
    remedy: &[
        "Mend what AWS names in those accounts: a role that exists, a service control policy, an account that is closed.",
        "Run the same command again: it goes on with the accounts whose stack is missing.",
        "    groundwork apply -f PATH",
    ],
};

pub(super) const DETACHED: Explanation = Explanation {
    means: "apply was told to leave as soon as AWS works (--detach), and did. CloudFormation goes on by itself. What \
            depends on the stacks, the Run Environment above all, was not begun: it needs what they put out.",
    remedy: &[
        "Follow the stacks to their end, from any machine that has the spec:",
        "    groundwork watch -f PATH",
        "Then finish; this also waits for the stacks by itself:",
        "    groundwork apply -f PATH",
    ],
};
