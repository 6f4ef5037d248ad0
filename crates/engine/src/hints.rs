//! What is known to help against CloudFormation's more common failures.

/// The advice for a failure: by the resource's type, AWS's words and the handler's code.
pub(crate) fn hints(resource_type: &str, reason: &str, code: Option<&str>) -> Vec<String> {
    let failure = Failure { resource_type, reason: reason.to_ascii_lowercase(), code };
    let known = CATALOGUE.iter().find(|hint| (hint.fits)(&failure));
    if let Some(action) = denied_action(reason) {
        return vec![format!("the caller needs permission for {action}; then run the same command again")];
    }
    known.map(|hint| hint.advice.iter().map(|line| (*line).to_owned()).collect()).unwrap_or_default()
}

struct Failure<'a> {
    resource_type: &'a str,
    /// In lower case.
    reason: String,
    code: Option<&'a str>,
}

impl Failure<'_> {
    fn says(&self, words: &str) -> bool {
        self.reason.contains(words)
    }

    fn is_limit(&self) -> bool {
        self.says("maximum number") || self.says("limitexceeded") || self.code == Some("ServiceLimitExceeded")
    }
}

struct Hint {
    fits: fn(&Failure<'_>) -> bool,
    advice: &'static [&'static str],
}

/// The first that fits is given: from the particular to the general.
const CATALOGUE: [Hint; 11] = [
    Hint {
        fits: |failure| failure.resource_type == "AWS::EC2::EIP" && failure.is_limit(),
        advice: &[
            "free an Elastic IP address, or use nat = \"single\", which needs only one",
            "or ask AWS for more: aws service-quotas request-service-quota-increase --service-code ec2 \
             --quota-code L-0263D0A3 --desired-value 10",
        ],
    },
    Hint {
        fits: |failure| failure.resource_type == "AWS::EC2::VPC" && failure.is_limit(),
        advice: &[
            "delete a VPC that is not used, or use an existing one: network.mode = \"use\"",
            "or ask AWS for more: aws service-quotas request-service-quota-increase --service-code vpc \
             --quota-code L-F678F1CE --desired-value 10",
        ],
    },
    Hint {
        fits: |failure| failure.resource_type == "AWS::EC2::NatGateway" && failure.is_limit(),
        advice: &["use nat = \"single\", or ask AWS for more NAT gateways per zone (vpc, quota L-FE5A380F)"],
    },
    Hint {
        fits: |failure| failure.says("service linked role") || failure.says("service-linked role"),
        advice: &["AWS was still making the role that ECS needs in a new account: run the same command again"],
    },
    Hint {
        fits: |failure| failure.resource_type == "AWS::IAM::Role" && is_taken(failure),
        advice: &["role names are unique in an account, whatever the Region: delete or rename the other role"],
    },
    Hint {
        fits: |failure| failure.resource_type == "AWS::Lambda::Function" && failure.says("runtime"),
        advice: &["AWS no longer takes this Lambda runtime: use a newer version of groundwork"],
    },
    Hint {
        fits: |failure| failure.says("conflicts with another subnet") || failure.says("invalidsubnet.conflict"),
        advice: &["another subnet has these addresses: look in the VPC for subnets that are not in the template"],
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
    Hint { fits: is_taken, advice: &["something of that name exists outside of the stack: delete or rename it"] },
    Hint {
        fits: |failure| failure.says("dependencies") || failure.says("dependent object") || failure.says("in use"),
        advice: &["something else still uses it: remove that first, then run the same command again"],
    },
];

fn is_taken(failure: &Failure<'_>) -> bool {
    failure.says("already exists") || failure.code == Some("AlreadyExists")
}

/// The action that a principal may not take: `... is not authorized to perform: ec2:CreateVpc on ...`.
fn denied_action(reason: &str) -> Option<&str> {
    const MARK: &str = "not authorized to perform:";
    let rest = reason[reason.find(MARK)? + MARK.len()..].trim_start();
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == ':' || c == '*')).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|action| action.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(resource_type: &str, reason: &str, code: Option<&str>, expected: &str) {
        let found = hints(resource_type, reason, code).join("\n");
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
        check("AWS::EC2::SecurityGroup", "resource sg-1 has a dependent object", None, "still uses it");
    }

    #[test]
    fn a_denial_names_the_action() {
        let reason = "User: arn:aws:iam::1:user/x is not authorized to perform: ec2:CreateVpc on resource: * \
                      because no identity-based policy allows it";
        check("AWS::EC2::VPC", reason, Some("AccessDenied"), "permission for ec2:CreateVpc;");
    }

    #[test]
    fn an_unknown_failure_has_no_made_up_advice() {
        assert_eq!(hints("AWS::EC2::VPC", "Internal failure", Some("InternalFailure")), Vec::<String>::new());
    }
}
