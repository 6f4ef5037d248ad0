//! 2xxx: access to AWS and CloudReactor.

use super::Explanation;

pub(super) const NO_CREDENTIALS: Explanation = Explanation {
    means: "No AWS credentials were found, or the source that was found gave none. groundwork looks where AWS's own \
            tools look: environment variables, the profile of AWS_PROFILE or --profile, SSO, web identity, and the \
            metadata of ECS and EC2. It never asks for any.",
    remedy: &[
        "See what AWS's own client finds with the same environment:",
        "    aws sts get-caller-identity",
        "For a profile with SSO, log in first:",
        "    aws sso login --profile NAME",
        "In a container, hand the variables in, or give the task or the instance a role.",
    ],
};

pub(super) const ACCESS_DENIED: Explanation = Explanation {
    means: "AWS refused a call: no policy permits it, or one denies it, or the Region is not enabled for the account. \
            The message names the call, and AWS's words below it the principal. Where a read was refused, no plan was \
            made: what cannot be seen is not taken for absent. plan needs only permissions to read.",
    remedy: &[
        "Give the principal the permission that AWS names; an organisation's policy or a permissions boundary can \
         deny it all the same.",
        "Check that these are the credentials that are meant:",
        "    aws sts get-caller-identity",
    ],
};

pub(super) const WRONG_ACCOUNT: Explanation = Explanation {
    means: "environment.account_id names another account than the credentials belong to. It is a guard against just \
            this. It was compared before anything else, and nothing was changed.",
    remedy: &[
        "Use credentials of the account that the spec names:",
        "    groundwork plan -f PATH --profile NAME",
        "If the spec is wrong, correct environment.account_id.",
    ],
};

pub(super) const CREDENTIALS_EXPIRED: Explanation = Explanation {
    means: "AWS refused the credentials: the session has expired, or the key is not valid any more, or the machine's \
            clock is off by minutes. If this came during apply, CloudFormation works with the caller's session and may \
            have been stopped by it; the next plan tells how the stacks stand.",
    remedy: &[
        "Get a new session and run the same command again:",
        "    aws sso login --profile NAME",
        "For a first apply, use a session of an hour or more: NAT gateways alone take minutes.",
        "Compare the machine's clock with the time in the headers of any web site.",
    ],
};

pub(super) const THROTTLED: Explanation = Explanation {
    means: "AWS refused the call for its rate limit, and went on refusing through several attempts with growing waits. \
            The limits hold for an account and Region together: other pipelines and consoles count. Nothing was \
            changed by the refused call.",
    remedy: &[
        "Wait a minute, and run the same command again.",
        "Do not run many pipelines against one account at the same time.",
    ],
};

pub(super) const AWS_UNAVAILABLE: Explanation = Explanation {
    means: "AWS could not be reached, or answered that it failed, or something else answered in its place: a proxy, a \
            captive portal, a gateway, or half of an answer came through. The cause tells the network's or AWS's own \
            words. The name of a Region that does not exist leads to a host that does not exist. If this came after a \
            change was begun, AWS goes on with it.",
    remedy: &[
        "Check the Region, the way to the internet, and a proxy (HTTPS_PROXY, NO_PROXY).",
        "    aws sts get-caller-identity --region REGION",
        "Then run the same command again.",
    ],
};

pub(super) const AWS_UNEXPECTED: Explanation = Explanation {
    means: "AWS refused a request as invalid, or answered something that this version does not understand. It is not \
            clear what it means, so groundwork stopped rather than guess.",
    remedy: &[
        "Read AWS's words below the message; with the request id AWS's support can look it up.",
        "If it goes away with a newer version of groundwork, AWS has changed something.",
        "Else report it with the message and the log:",
        "    groundwork --log debug COMMAND 2> groundwork.log",
    ],
};

pub(super) const PERMISSIONS_MISSING: Explanation = Explanation {
    means: "A preflight asked AWS what the caller may do, without doing it, and something that the verb needs is not \
            allowed. Each action is listed with what it is about and what stands in the way: no policy that allows it, a \
            statement that denies it, a permissions boundary, or a service control policy of the organization. Where \
            IAM may not be asked (iam:SimulatePrincipalPolicy), some calls of EC2 were rehearsed with DryRun, which \
            changes nothing. What AWS says beforehand is advice: session policies and resource control policies are \
            not simulated.",
    remedy: &[
        "Compare the caller's policies with the one that the verb needs:",
        "    groundwork permissions --for apply -f PATH",
        "What an organization's policy or a boundary denies, only its administrators can allow.",
    ],
};

pub(super) const REGION_DISABLED: Explanation = Explanation {
    means: "The account has not opted in to the Region, or there is no such Region. AWS refuses even valid credentials \
            there, and says that they are not valid.",
    remedy: &[
        "Enable it, which takes some minutes; in an organization the management account may have to do that:",
        "    aws account enable-region --region-name REGION",
        "Or set another environment.region.",
    ],
};

pub(super) const NO_CLOUDREACTOR_CREDENTIALS: Explanation = Explanation {
    means: "There is no CloudReactor credential that could be used: none of the variables is set, only one of user \
            name and password is, a file that a variable names cannot be read, or the key has characters that no key \
            has, such as quotes or a line break. Credentials come from the environment only, never from the spec.",
    remedy: &[
        "Set CLOUDREACTOR_API_KEY to a key of level Developer or higher, made in the dashboard under \"API keys\".",
        "Or set CLOUDREACTOR_USERNAME and CLOUDREACTOR_PASSWORD.",
        "Each can be given by a file instead, as container platforms mount secrets:",
        "    export CLOUDREACTOR_API_KEY_FILE=/run/secrets/cloudreactor-api-key",
    ],
};

pub(super) const CLOUDREACTOR_LOGIN: Explanation = Explanation {
    means: "CloudReactor refused the API key, or the user name and password. The key may have been deleted or disabled, \
            or belong to another CloudReactor than the one at cloudreactor.api_base_url. AWS was at most read from, \
            unless this came at the end of apply: then AWS is done.",
    remedy: &[
        "Check in the dashboard, under \"API keys\", that the key exists and is enabled.",
        "If CLOUDREACTOR_API_KEY is set, it is used, whatever the user name and password are.",
        "Check the URL of the API: cloudreactor.api_base_url.",
    ],
};

pub(super) const GROUP_NOT_FOUND: Explanation = Explanation {
    means: "The group that cloudreactor.group names is not one of the user's, or the user is in no group at all. \
            CloudReactor shows a user only their own groups: one that exists and one that does not look alike.",
    remedy: &[
        "Take one of the groups that the message lists, by name or id: cloudreactor.group = \"NAME\".",
        "Or have the user added to the group in the dashboard, or use a key of somebody who is in it.",
    ],
};

pub(super) const ACCESS_LEVEL_TOO_LOW: Explanation = Explanation {
    means: "The user or key may not change Run Environments in the group: that takes the level Developer. Below it, \
            CloudReactor does not even show their settings, so whether a change is needed cannot be told. A key that is \
            limited to one Run Environment can neither make nor change another one.",
    remedy: &[
        "Use a key of level Developer or higher that is not limited to another Run Environment.",
        "Or have the user made Developer of the group in the dashboard.",
    ],
};

pub(super) const CLOUDREACTOR_UNAVAILABLE: Explanation = Explanation {
    means: "CloudReactor could not be reached, failed, or kept asking to wait, through several attempts. If this came \
            before the plan was shown, nothing was changed.",
    remedy: &[
        "Check the way to the internet and a proxy, and that this URL answers at all:",
        "    curl -sI https://api.cloudreactor.io/",
        "Then run the same command again.",
    ],
};

pub(super) const CLOUDREACTOR_UNEXPECTED: Explanation = Explanation {
    means: "What answered is not CloudReactor's API, or it answered something unexpected: a web page, a redirect, half \
            an answer, a refusal that names a field. Most often the URL is that of the dashboard or of a proxy. \
            Redirects are not followed, so that a credential never goes to another host.",
    remedy: &[
        "Set cloudreactor.api_base_url to the base of the API, without /api/v1; or take it out, for CloudReactor's own \
         site.",
        "Read the cause: where CloudReactor names a field, correct what the spec says of it.",
    ],
};
