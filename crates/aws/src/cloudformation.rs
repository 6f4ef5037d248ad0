//! CloudFormation: stacks, change sets, events.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{Parameter, Tag};
use groundwork_engine::ports::ParameterInput;
use groundwork_model::ParameterKey;

use crate::cloud::Aws;

pub(crate) mod change_sets;
pub(crate) mod drift;
pub(crate) mod events;
pub(crate) mod operations;
pub(crate) mod stack_sets;
pub(crate) mod stacks;

/// CloudFormation has seen this client token: the operation is our own, sent again after its answer
/// was lost.
const TOKEN_IS_KNOWN: &str = "TokenAlreadyExistsException";

/// The stack has a change set of this name. Ours are named by chance, so this one is our own as well.
const NAME_IS_TAKEN: &str = "AlreadyExistsException";

/// Takes the secrets among parameters into custody: no message repeats them.
fn keep(aws: &Aws, parameters: &BTreeMap<ParameterKey, ParameterInput>) {
    for input in parameters.values() {
        if let ParameterInput::Secret(secret) = input {
            aws.custody.take(secret);
        }
    }
}

fn parameters(inputs: &BTreeMap<ParameterKey, ParameterInput>) -> Vec<Parameter> {
    let parameter = |(key, input): (&ParameterKey, &ParameterInput)| {
        let parameter = Parameter::builder().parameter_key(key.as_str());
        match input {
            ParameterInput::Text(text) => parameter.parameter_value(text),
            ParameterInput::Secret(secret) => parameter.parameter_value(secret.expose()),
            ParameterInput::Previous => parameter.use_previous_value(true),
        }
        .build()
    };
    inputs.iter().map(parameter).collect()
}

fn tags(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
