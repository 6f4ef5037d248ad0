//! A role stack as the interactive wizard leaves it: the published template's names, with its old
//! runtime, its broad trust and its own way of writing things.

use std::collections::BTreeMap;

use groundwork_model::Secret;
use groundwork_model::world::{ObservedParameter, Settled, Stack, StackPhase};
use serde_json::{Value, json};

use super::id;

pub const EXTERNAL_ID: &str = "wizard-made-external-id";
pub const STARTER_KEY: &str = "wizard-made-starter-key";

/// The stack, with the parameters as a user chose them.
pub fn role_stack() -> Stack {
    let plain = |text: &str| ObservedParameter::Plain(text.to_owned());
    let secret = |text: &str| ObservedParameter::Secret(Secret::new(text));
    Stack {
        id: id("arn:aws:cloudformation:us-west-2:123456789012:stack/CloudReactor-staging/wizard"),
        name: id(super::ROLE_STACK),
        phase: StackPhase::Settled(Settled::UpdateComplete),
        status_reason: None,
        template: Some(template().to_string()),
        parameters: [
            ("DeploymentEnvironment", plain("staging")),
            ("LambdaPathPrefix", plain("jobs-")),
            ("ExternalID", secret(EXTERNAL_ID)),
            ("WorkflowStarterAccessKey", secret(STARTER_KEY)),
            ("CloudwatchLogGroupPattern", plain("*")),
            ("SecretsPathPrefix", plain("CloudReactor/")),
        ]
        .map(|(key, value)| (id(key), value))
        .into(),
        tags: BTreeMap::new(),
        outputs: [
            ("CloudreactorRoleARN", "arn:aws:iam::123456789012:role/wizard-scheduling"),
            ("TaskExecutionRoleARN", "arn:aws:iam::123456789012:role/wizard-execution"),
            ("WorkflowStarterARN", "arn:aws:lambda:us-west-2:123456789012:function:wizard-starter"),
        ]
        .map(|(key, value)| (id(key), value.to_owned()))
        .into(),
        termination_protection: false,
        updated: None,
        last_event: None,
        contents: None,
    }
}

fn template() -> Value {
    json!({
        "Parameters": {
            "DeploymentEnvironment": { "Type": "String" },
            "LambdaPathPrefix": { "Type": "String", "Default": "" },
            "ExternalID": { "Type": "String" },
            "WorkflowStarterAccessKey": { "Type": "String" },
            "CloudwatchLogGroupPattern": { "Type": "String", "Default": "*" },
            "SecretsPathPrefix": { "Type": "String", "Default": "CloudReactor/" }
        },
        "Resources": {
            "executionSchedulingRole": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "Path": "/",
                    "AssumeRolePolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Principal": { "AWS": ["arn:aws:iam::549277324696:role/customer_invoker"] },
                                "Action": "sts:AssumeRole",
                                "Condition": { "StringEquals": { "sts:ExternalId": { "Ref": "ExternalID" } } }
                            },
                            {
                                "Effect": "Allow",
                                "Principal": { "Service": "events.amazonaws.com" },
                                "Action": "sts:AssumeRole"
                            }
                        ]
                    },
                    "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AWSCodeBuildDeveloperAccess"],
                    "Tags": [
                        { "Key": "ManagedBy", "Value": "CloudReactor" },
                        { "Key": "Environment", "Value": { "Ref": "DeploymentEnvironment" } }
                    ]
                }
            },
            "taskExecutionRole": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "Path": "/",
                    "AssumeRolePolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [{
                            "Effect": "Allow",
                            "Principal": {
                                "AWS": { "Fn::GetAtt": ["executionSchedulingRole", "Arn"] },
                                "Service": ["ecs-tasks.amazonaws.com", "lambda.amazonaws.com"]
                            },
                            "Action": "sts:AssumeRole"
                        }]
                    },
                    "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"]
                }
            },
            "passRolePolicyUnmanaged": {
                "Type": "AWS::IAM::Policy",
                "Properties": {
                    "PolicyName": {
                        "Fn::Join": ["-", ["CloudreactorPassRolePolicy", { "Ref": "AWS::Region" }, { "Ref": "DeploymentEnvironment" }]]
                    },
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [{
                            "Effect": "Allow",
                            "Action": "iam:PassRole",
                            "Resource": [{ "Fn::GetAtt": "taskExecutionRole.Arn" }, { "Fn::GetAtt": "executionSchedulingRole.Arn" }]
                        }]
                    },
                    "Roles": [{ "Ref": "executionSchedulingRole" }]
                }
            },
            "cloudreactorWorkflowStarterLambda": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Handler": "index.handler",
                    "Runtime": "python3.11",
                    "Role": { "Fn::GetAtt": ["taskExecutionRole", "Arn"] },
                    "Timeout": "60",
                    "Environment": { "Variables": {
                        "URL_REQUESTER_ACCESS_KEY": { "Ref": "WorkflowStarterAccessKey" },
                        "DOMAIN_SUFFIX": ".cloudreactor.io"
                    } },
                    "Code": { "ZipFile": "import json\n\ndef handler(event, context):\n    pass\n" }
                }
            },
            "workflowStartLambdaInvokePermission": {
                "Type": "AWS::Lambda::Permission",
                "Properties": {
                    "Action": "lambda:InvokeFunction",
                    "FunctionName": { "Fn::GetAtt": ["cloudreactorWorkflowStarterLambda", "Arn"] },
                    "Principal": "events.amazonaws.com"
                }
            }
        },
        "Outputs": {
            "CloudreactorRoleARN": { "Value": { "Fn::GetAtt": ["executionSchedulingRole", "Arn"] } },
            "TaskExecutionRoleARN": { "Value": { "Fn::GetAtt": ["taskExecutionRole", "Arn"] } },
            "WorkflowStarterARN": { "Value": { "Fn::GetAtt": ["cloudreactorWorkflowStarterLambda", "Arn"] } }
        }
    })
}
