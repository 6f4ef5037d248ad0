//! What is known to help against the failures of the resource types that our templates have.

/// The advice for a failure: by the resource's type, AWS's words and the handler's code. Nothing that is made up:
/// of a failure that is not known, there is none.
pub(super) fn remedies(resource_type: &str, reason: &str, code: Option<&str>) -> Vec<String> {
    if let Some(denial) = Denial::read(reason) {
        return denial.remedies();
    }
    let failure = Failure { resource_type, reason: reason.to_ascii_lowercase(), code };
    let known = CATALOGUE.iter().find(|hint| (hint.fits)(&failure));
    known.map(|hint| hint.advice.iter().map(|line| (*line).to_owned()).collect()).unwrap_or_default()
}

struct Failure<'a> {
    resource_type: &'a str,
    /// In lower case.
    reason: String,
    code: Option<&'a str>,
}

impl Failure<'_> {
    fn is_of(&self, resource_type: &str) -> bool {
        self.resource_type == resource_type
    }

    fn says(&self, words: &str) -> bool {
        self.reason.contains(words)
    }

    fn is_limit(&self) -> bool {
        self.says("maximum number") || self.says("limitexceeded") || self.code == Some("ServiceLimitExceeded")
    }

    fn is_taken(&self) -> bool {
        self.says("already exists") || self.code == Some("AlreadyExists")
    }

    /// The zone has no room, or does not have the service at all.
    fn is_of_zone(&self) -> bool {
        self.says("insufficient capacity")
            || self.says("insufficientcapacity")
            || self.says("does not support the availability zone")
            || self.says("not supported in availability zone")
            || self.says("notavailableinzone")
    }
}

struct Hint {
    fits: fn(&Failure<'_>) -> bool,
    advice: &'static [&'static str],
}

/// The first that fits is given: from the particular to the general. Quotas with their codes: VPC guide, page
/// "Amazon VPC quotas".
const CATALOGUE: [Hint; 17] = [
    Hint {
        fits: |failure| failure.is_of("AWS::EC2::EIP") && failure.is_limit(),
        advice: &[
            "free an Elastic IP address, or use nat = \"single\", which needs only one",
            "or ask AWS for more: aws service-quotas request-service-quota-increase --service-code ec2 \
             --quota-code L-0263D0A3 --desired-value 10",
        ],
    },
    Hint {
        fits: |failure| failure.is_of("AWS::EC2::VPC") && failure.is_limit(),
        advice: &[
            "delete a VPC that is not used, or use an existing one: network.mode = \"use\"",
            "or ask AWS for more: aws service-quotas request-service-quota-increase --service-code vpc \
             --quota-code L-F678F1CE --desired-value 10",
        ],
    },
    Hint {
        fits: |failure| failure.is_of("AWS::EC2::InternetGateway") && failure.is_limit(),
        advice: &["there may be as many internet gateways as VPCs: delete one, or ask AWS for more VPCs (vpc, quota \
                   L-F678F1CE)"],
    },
    Hint {
        fits: |failure| failure.is_of("AWS::EC2::NatGateway") && failure.is_limit(),
        advice: &["use nat = \"single\", or ask AWS for more NAT gateways per zone (vpc, quota L-FE5A380F)"],
    },
    Hint {
        fits: |failure| failure.is_of("AWS::EC2::VPCEndpoint") && failure.is_limit(),
        advice: &["leave out endpoints, or ask AWS for more of them (vpc; gateway endpoints: quota L-1B52E74A)"],
    },
    Hint {
        fits: |failure| failure.says("service linked role") || failure.says("service-linked role"),
        advice: &["AWS was still making the role that ECS needs in a new account: run the same command again"],
    },
    Hint {
        fits: |failure| failure.is_of("AWS::IAM::Role") && failure.is_taken(),
        advice: &["role names are unique in an account, whatever the Region: delete or rename the other role"],
    },
    Hint {
        fits: |failure| failure.is_of("AWS::IAM::Role") && failure.is_limit(),
        advice: &["the account has as many roles as it may: delete some, or ask AWS for more (iam, quota L-FE177D64)"],
    },
    Hint {
        fits: |failure| failure.is_of("AWS::Lambda::Function") && failure.says("runtime"),
        advice: &["AWS no longer takes this Lambda runtime: use a newer version of groundwork"],
    },
    Hint {
        fits: |failure| failure.is_of("AWS::Lambda::Function") && failure.says("cannot be assumed by lambda"),
        advice: &["the function's new role was not known everywhere yet: run the same command again"],
    },
    Hint {
        fits: |failure| failure.says("conflicts with another subnet") || failure.says("invalidsubnet.conflict"),
        advice: &["another subnet has these addresses: look in the VPC for subnets that are not in the template"],
    },
    Hint {
        fits: |failure| failure.is_of_zone(),
        advice: &[
            "the zone has no room for this, or does not have it: name other zones in public_zones and private_zones",
            "a want of room passes: the same command may work in an hour",
        ],
    },
    Hint {
        fits: |failure| failure.says("security token") || failure.says("expiredtoken") || failure.says("is expired"),
        advice: &[
            "CloudFormation works with the caller's session, which ended before the stack was done",
            "use credentials that live longer, then run the same command again",
        ],
    },
    Hint {
        fits: |failure| {
            failure.says("throttling") || failure.says("rate exceeded") || failure.code == Some("Throttling")
        },
        advice: &["AWS refused for its rate limit: run the same command again"],
    },
    Hint {
        fits: |failure| failure.is_taken(),
        advice: &["something of that name exists outside of the stack: delete or rename it"],
    },
    Hint {
        fits: |failure| failure.says("dependencies") || failure.says("dependent object") || failure.says("in use"),
        advice: &["something else still uses it: remove that first, then run the same command again"],
    },
    Hint {
        fits: |failure| failure.code == Some("NotStabilized") || failure.says("did not stabilize"),
        advice: &["AWS took longer than it allows itself: run the same command again"],
    },
];

/// What a principal may not do: `User: ARN is not authorized to perform: ec2:CreateVpc on resource: ARN because no
/// identity-based policy allows the ec2:CreateVpc action` (IAM guide, page "Troubleshoot access denied errors").
struct Denial<'a> {
    principal: Option<&'a str>,
    action: &'a str,
    resource: Option<&'a str>,
    because: &'a str,
}

impl<'a> Denial<'a> {
    fn read(reason: &'a str) -> Option<Self> {
        let (before, after) = reason.split_once("is not authorized to perform:")?;
        let word = |text: &'a str| {
            let text = text.trim_start();
            let end = text.find([' ', ',', ')', ';', '\n']).unwrap_or(text.len());
            Some(text[..end].trim_end_matches('.')).filter(|word| !word.is_empty())
        };
        let action = word(after).filter(|action| action.contains(':'))?;
        let resource = after.split_once("on resource:").and_then(|(_, rest)| word(rest));
        // AWS says "because no X policy allows" or "with an explicit deny in a X policy".
        let because = after.find("because").or_else(|| after.find("explicit deny")).map_or("", |at| &after[at..]);
        Some(Self {
            principal: before.trim_end().rsplit(' ').next().filter(|arn| arn.starts_with("arn:")),
            action,
            resource,
            because,
        })
    }

    fn remedies(&self) -> Vec<String> {
        let Self { principal, action, resource, because } = *self;
        let on = resource.map(|resource| format!(" on {resource}")).unwrap_or_default();
        let principal = principal.unwrap_or("the caller");
        let grant = if because.contains("service control policy") {
            vec![format!(
                "the organization forbids {action}{on} (a service control policy): whoever administers it has to \
                 allow it; no permission in this account can"
            )]
        } else if because.contains("resource control policy") {
            vec![format!(
                "the organization forbids {action}{on} (a resource control policy): ask whoever administers it"
            )]
        } else if because.contains("permissions boundary") {
            vec![format!("the permissions boundary of {principal} has to allow {action}{on}, beside its policies")]
        } else if because.contains("session policy") {
            vec![format!("the session policy that the role was assumed with has to allow {action}{on}")]
        } else if because.contains("explicit deny") {
            vec![format!("a policy denies {action}{on} to {principal}: take that statement out, or make an exception")]
        } else {
            vec![format!("give {principal} the permission {action}{on}")]
        };
        [grant, vec!["then run the same command again".to_owned()]].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(resource_type: &str, reason: &str, code: Option<&str>, expected: &str) {
        let found = remedies(resource_type, reason, code).join("\n");
        assert!(found.contains(expected), "{reason}: {found:?} should say {expected:?}");
    }

    #[test]
    fn known_failures_have_advice() {
        check("AWS::EC2::EIP", "The maximum number of addresses has been reached.", None, "L-0263D0A3");
        check("AWS::EC2::VPC", "The maximum number of VPCs has been reached.", None, "L-F678F1CE");
        check("AWS::EC2::NatGateway", "NatGatewayLimitExceeded", None, "L-FE5A380F");
        check("AWS::ECS::Cluster", "Unable to assume the service linked role.", None, "run the same command again");
        check("AWS::IAM::Role", "CloudReactor-x already exists in stack arn:...", None, "unique in an account");
        check("AWS::Logs::LogGroup", "exists", Some("AlreadyExists"), "outside of the stack");
        check("AWS::Lambda::Function", "The runtime parameter of python3.7 is no longer supported", None, "runtime");
        check("AWS::EC2::Subnet", "The CIDR '10.0.0.0/20' conflicts with another subnet", None, "another subnet");
        check("AWS::EC2::VPC", "The security token included in the request is expired", None, "live longer");
        check("AWS::EC2::VPC", "Rate exceeded", None, "rate limit");
        check("AWS::EC2::InternetGateway", "The maximum number of internet gateways has been reached", None, "as VPCs");
        check("AWS::EC2::VPCEndpoint", "VpcEndpointLimitExceeded", None, "L-1B52E74A");
        check("AWS::IAM::Role", "Cannot exceed quota", Some("ServiceLimitExceeded"), "as many roles as it may");
        check("AWS::Lambda::Function", "The role defined for the function cannot be assumed by Lambda.", None, "again");
        let zone = "The VPC endpoint service com.amazonaws.us-west-2.ecr.api does not support the availability zone";
        check("AWS::EC2::VPCEndpoint", zone, Some("InvalidRequest"), "name other zones");
        check("AWS::ECS::Cluster", "Resource did not stabilize", Some("NotStabilized"), "took longer");
        check("AWS::EC2::SecurityGroup", "resource sg-1 has a dependent object", None, "still uses it");
    }

    #[test]
    fn a_denial_names_the_action() {
        let reason = "User: arn:aws:iam::1:user/x is not authorized to perform: ec2:CreateVpc on resource: * \
                      because no identity-based policy allows it";
        let grant = "give arn:aws:iam::1:user/x the permission ec2:CreateVpc on *";
        check("AWS::EC2::VPC", reason, Some("AccessDenied"), grant);
    }

    #[test]
    fn a_denial_says_whose_policy_it_was() {
        let denied = |because: &str| {
            format!(
                "Resource handler returned message: \"User: arn:aws:sts::1:assumed-role/deployer/ci is not authorized \
                 to perform: iam:CreateRole on resource: arn:aws:iam::1:role/CloudReactor-x {because} (Service: Iam, \
                 Status Code: 403)\" (RequestToken: 1, HandlerErrorCode: AccessDenied)"
            )
        };
        for (because, expected) in [
            ("with an explicit deny in a service control policy", "organization forbids iam:CreateRole on arn:aws:iam"),
            ("because no service control policy allows the iam:CreateRole action", "organization forbids"),
            ("because no permissions boundary allows the iam:CreateRole action", "boundary of arn:aws:sts::1:assumed"),
            ("because no session policy allows the iam:CreateRole action", "session policy"),
            ("with an explicit deny in an identity-based policy", "denies iam:CreateRole"),
            ("because no identity-based policy allows it", "permission iam:CreateRole on arn:aws:iam::1:role/Cloud"),
        ] {
            check("AWS::IAM::Role", &denied(because), Some("AccessDenied"), expected);
        }
    }

    #[test]
    fn an_unknown_failure_has_no_made_up_advice() {
        assert_eq!(remedies("AWS::EC2::VPC", "Internal failure", Some("InternalFailure")), Vec::<String>::new());
    }
}
