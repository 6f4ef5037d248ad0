//! Stacks as they are.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{Parameter, Stack as Described, TemplateStage};
use groundwork_engine::ports::ApiError;
use groundwork_model::run_environment::is_secret_parameter;
use groundwork_model::world::{Observed, ObservedParameter, Stack, StackPhase};
use groundwork_model::{OutputKey, ParameterKey, Secret, StackName};

use super::says_missing;
use crate::call::Call;
use crate::cloud::Aws;

/// `DescribeStacks` of one stack, by name or id.
pub(crate) async fn one(aws: &Aws, name_or_id: &str) -> Result<Observed<Stack>, ApiError> {
    let call = Call::new(aws, "DescribeStacks");
    let answer = aws.cloudformation.describe_stacks().stack_name(name_or_id).send().await;
    let answer = match answer.map_err(|error| call.failed(error)) {
        Ok(answer) => answer,
        Err(error) if says_missing(&error) => return Ok(Observed::Absent),
        Err(error) => return Err(error),
    };
    match answer.stacks() {
        [described] => Ok(Observed::Present(stack(&call, described)?)),
        // A missing stack is an error to AWS, so an empty answer does not mean that it is missing.
        several => Err(call.unexpected(format_args!("{} stacks for {name_or_id}", several.len()))),
    }
}

/// `GetTemplate`, as it was handed in. A shell has none, which AWS shows as an empty text or none.
pub(crate) async fn template(aws: &Aws, name: &StackName) -> Result<Observed<String>, ApiError> {
    let call = Call::new(aws, "GetTemplate");
    let request = aws.cloudformation.get_template().stack_name(name.as_str()).template_stage(TemplateStage::Original);
    match request.send().await.map_err(|error| call.failed(error)) {
        Ok(answer) => Ok(answer.template_body.filter(|body| !body.is_empty()).map_or(Observed::Absent, Observed::Present)),
        Err(error) if says_missing(&error) => Ok(Observed::Absent),
        Err(error) => Err(error),
    }
}

fn stack(call: &Call<'_>, described: &Described) -> Result<Stack, ApiError> {
    let parameters = described.parameters().iter().map(|shown| parameter(call, shown)).collect::<Result<_, _>>()?;
    let status = call.required("StackStatus", described.stack_status())?;
    Ok(Stack {
        id: call.id("StackId", described.stack_id())?,
        name: call.id("StackName", described.stack_name())?,
        phase: StackPhase::from_status(status.as_str()),
        status_reason: described.stack_status_reason().map(|reason| call.aws.custody.scrub(reason)),
        template: None,
        parameters,
        tags: tags(described),
        outputs: outputs(call, described)?,
        termination_protection: described.enable_termination_protection().unwrap_or_default(),
    })
}

fn parameter(call: &Call<'_>, shown: &Parameter) -> Result<(ParameterKey, ObservedParameter), ApiError> {
    let key: ParameterKey = call.id("ParameterKey", shown.parameter_key())?;
    // A parameter that takes its value from the Parameter Store shows the value apart from the name.
    let value = shown.parameter_value().unwrap_or_default();
    let value = if is_masked(value) {
        ObservedParameter::Masked
    } else if is_secret_parameter(key.as_str()) {
        let secret = Secret::new(value);
        call.aws.custody.take(&secret);
        ObservedParameter::Secret(secret)
    } else {
        ObservedParameter::Plain(value.to_owned())
    };
    Ok((key, value))
}

/// AWS shows a `NoEcho` value as asterisks, four of them so far.
fn is_masked(value: &str) -> bool {
    !value.is_empty() && value.chars().all(|c| c == '*')
}

fn tags(described: &Described) -> BTreeMap<String, String> {
    let pair = |tag: &aws_sdk_cloudformation::types::Tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned()));
    described.tags().iter().filter_map(pair).collect()
}

fn outputs(call: &Call<'_>, described: &Described) -> Result<BTreeMap<OutputKey, String>, ApiError> {
    let pair = |output: &aws_sdk_cloudformation::types::Output| {
        let value = call.required("OutputValue", output.output_value())?;
        Ok((call.id("OutputKey", output.output_key())?, value.to_owned()))
    };
    described.outputs().iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_asterisks_are_a_mask() {
        for masked in ["*", "****", "**********"] {
            assert!(is_masked(masked), "{masked}");
        }
        for shown in ["", "a***", "***a"] {
            assert!(!is_masked(shown), "{shown}");
        }
    }
}
