//! Stacks: what they are, their templates, their end.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::primitives::DateTimeFormat as Format;
use aws_sdk_cloudformation::types::{self, TemplateStage};
use groundwork_engine::ports::{ApiError, ErrorClass};
use groundwork_model::run_environment::is_secret_parameter;
use groundwork_model::world::{Observed, ObservedParameter, Stack, StackPhase};
use groundwork_model::{LogicalId, ParameterKey, Secret, StackId, StackName};

use super::operations;
use crate::call::Call;
use crate::cloud::Aws;

/// `DescribeStacks` of one stack. A name finds a live stack only, an id also a deleted one.
pub(crate) async fn describe(aws: &Aws, name_or_id: &str) -> Result<Observed<Stack>, ApiError> {
    let call = Call::new(aws, "DescribeStacks");
    let answer = aws.cloudformation.describe_stacks().stack_name(name_or_id).send().await;
    let answer = match answer.map_err(|error| call.failed(error)) {
        Err(error) if error.class == ErrorClass::Gone => return Ok(Observed::Absent),
        answer => answer?,
    };
    // A missing stack is an error with AWS's own words; an empty list is none of its answers.
    match answer.stacks() {
        [stack] => read(&call, stack).map(Observed::Present),
        stacks => Err(call.unexpected(format_args!("{} stacks for {name_or_id}", stacks.len()))),
    }
}

/// `GetTemplate`: the text that was handed in. A shell that a change set left has none.
pub(crate) async fn template(aws: &Aws, name: &StackName) -> Result<Observed<String>, ApiError> {
    let call = Call::new(aws, "GetTemplate");
    let request = aws.cloudformation.get_template().stack_name(name.as_str()).template_stage(TemplateStage::Original);
    match request.send().await.map_err(|error| call.failed(error)) {
        Ok(answer) => {
            let body = answer.template_body.filter(|body| !body.is_empty());
            Ok(body.map_or(Observed::Absent, Observed::Present))
        }
        Err(error) if error.class == ErrorClass::Gone => Ok(Observed::Absent),
        Err(error) => Err(error),
    }
}

/// `DeleteStack`. The token makes a repeated call the same call.
pub(crate) async fn delete(aws: &Aws, id: &StackId, retain: &[LogicalId], token: &str) -> Result<(), ApiError> {
    let call = Call::new(aws, "DeleteStack");
    let request = aws.cloudformation.delete_stack().stack_name(id.as_str()).client_request_token(token);
    // AWS refuses even an empty list for a stack that is not in `DELETE_FAILED`.
    let retain = (!retain.is_empty()).then(|| retain.iter().map(ToString::to_string).collect());
    operations::known(request.set_retain_resources(retain).send().await.map(drop).map_err(|error| call.failed(error)))
}

fn read(call: &Call<'_>, stack: &types::Stack) -> Result<Stack, ApiError> {
    let status = call.required("StackStatus", stack.stack_status())?;
    // Parameters first: from here on, their secrets are taken out of all other texts.
    let parameters = parameters(call, stack.parameters())?;
    Ok(Stack {
        id: call.id("StackId", stack.stack_id())?,
        name: call.id("StackName", stack.stack_name())?,
        phase: StackPhase::from_status(status.as_str()),
        status_reason: call.words(stack.stack_status_reason()),
        template: None,
        parameters,
        tags: tags(call, stack.tags())?,
        outputs: stack
            .outputs()
            .iter()
            .map(|output| {
                let key = call.id("OutputKey", output.output_key())?;
                Ok((key, output.output_value().unwrap_or_default().to_owned()))
            })
            .collect::<Result<_, ApiError>>()?,
        termination_protection: stack.enable_termination_protection().unwrap_or_default(),
        updated: stack.last_updated_time().or(stack.creation_time()).and_then(|at| at.fmt(Format::DateTime).ok()),
        last_event: None,
        contents: None,
    })
}

pub(super) fn parameters(
    call: &Call<'_>,
    parameters: &[types::Parameter],
) -> Result<BTreeMap<ParameterKey, ObservedParameter>, ApiError> {
    let read = |parameter: &types::Parameter| {
        let key = call.id("ParameterKey", parameter.parameter_key())?;
        let value = observe(&key, parameter.parameter_value().unwrap_or_default());
        if let ObservedParameter::Secret(secret) = &value {
            call.connection.custody().take(secret);
        }
        Ok((key, value))
    };
    parameters.iter().map(read).collect()
}

/// The fewest asterisks that stand for a hidden value.
const SHORTEST_MASK: usize = 4;

/// AWS shows a `NoEcho` value as four asterisks, which must never be taken for the value itself. A
/// single one is a value: the log group pattern that matches everything.
fn observe(key: &ParameterKey, value: &str) -> ObservedParameter {
    if value.len() >= SHORTEST_MASK && value.bytes().all(|byte| byte == b'*') {
        ObservedParameter::Masked
    } else if is_secret_parameter(key.as_str()) {
        ObservedParameter::Secret(Secret::new(value))
    } else {
        ObservedParameter::Plain(value.to_owned())
    }
}

pub(super) fn tags(call: &Call<'_>, tags: &[types::Tag]) -> Result<BTreeMap<String, String>, ApiError> {
    let read = |tag: &types::Tag| {
        let key = call.required("a tag's key", tag.key())?;
        Ok((key.to_owned(), tag.value().unwrap_or_default().to_owned()))
    };
    tags.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_no_value_and_a_single_asterisk_is_no_mask() {
        let pattern: ParameterKey = "CloudwatchLogGroupPattern".parse().expect("a parameter's name");
        assert_eq!(observe(&pattern, "*"), ObservedParameter::Plain("*".to_owned()));
        assert_eq!(observe(&pattern, "****"), ObservedParameter::Masked);
        let secret: ParameterKey = "ExternalID".parse().expect("a parameter's name");
        assert_eq!(observe(&secret, "****"), ObservedParameter::Masked);
        assert_eq!(observe(&secret, "x"), ObservedParameter::Secret(Secret::new("x")));
    }
}
