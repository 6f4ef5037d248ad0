//! The fields of each block of settings, in the order in which the server answers them.

/// A field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub name: &'static str,
    pub kind: Kind,
}

/// What a field holds. Every field may be absent or null, unless it is required.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    /// A text without which the object around it is invalid.
    RequiredText,
    Bool,
    Int,
    OneOf(&'static [&'static str]),
    List(&'static Kind),
    /// An object of texts.
    Texts,
    /// An object of these fields; others are dropped.
    Object(&'static [Field]),
    /// An object of anything.
    AnyObject,
    /// Computed at each save; whatever is sent is ignored.
    Derived,
}

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind }
}

const TEXT_LIST: Kind = Kind::List(&Kind::Text);
const LAUNCH_TYPE: Kind = Kind::OneOf(&["FARGATE", "EC2", "EXTERNAL"]);

/// `infrastructure_settings.AWS.__default__.settings`.
pub(crate) const AWS: &[Field] = &[
    field("account_id", Kind::Text),
    field("region", Kind::Text),
    field("access_key", Kind::Text),
    field("secret_key", Kind::Text),
    field("events_role_arn", Kind::Text),
    field("events_role_infrastructure_website_url", Kind::Derived),
    field("assumed_role_external_id", Kind::Text),
    field("execution_role_arn", Kind::Text),
    field("execution_role_infrastructure_website_url", Kind::Derived),
    field("workflow_starter_lambda_arn", Kind::Text),
    field("workflow_starter_lambda_infrastructure_website_url", Kind::Derived),
    field("workflow_starter_access_key", Kind::Text),
    field("network", Kind::Object(NETWORK)),
    field("logging", Kind::Object(LOGGING)),
    field("xray", Kind::Object(&[field("trace_id", Kind::Text), field("context_missing", Kind::Text)])),
    field("tags", Kind::Texts),
];

const NETWORK: &[Field] = &[
    field("region", Kind::Text),
    field("availability_zone", Kind::Text),
    field("subnets", TEXT_LIST),
    field("subnet_infrastructure_website_urls", Kind::Derived),
    field("security_groups", TEXT_LIST),
    field("security_group_infrastructure_website_urls", Kind::Derived),
    field("assign_public_ip", Kind::Bool),
    field("networks", Kind::List(&Kind::AnyObject)),
    field("vpc_id", Kind::Text),
    field("selected_subnet", Kind::Text),
    field("selected_subnet_infrastructure_website_url", Kind::Derived),
];

const LOGGING: &[Field] = &[
    field("driver", Kind::Text),
    field("options", Kind::Object(LOGGING_OPTIONS)),
    field("infrastructure_website_url", Kind::Derived),
];

const LOGGING_OPTIONS: &[Field] = &[
    field("region", Kind::Text),
    field("group", Kind::Text),
    field("create_group", Kind::Text),
    field("stream_prefix", Kind::Text),
    field("stream", Kind::Text),
    field("stream_infrastructure_website_url", Kind::Derived),
    field("datetime_format", Kind::Text),
    field("multiline_pattern", Kind::Text),
    field("mode", Kind::Text),
    field("max_buffer_size", Kind::Text),
];

/// `execution_method_settings."AWS ECS".__default__.settings`.
pub(crate) const ECS: &[Field] = &[
    field("launch_type", LAUNCH_TYPE),
    field("cluster_arn", Kind::Text),
    field("cluster_infrastructure_website_url", Kind::Derived),
    field("task_definition_arn", Kind::Text),
    field("task_definition_infrastructure_website_url", Kind::Derived),
    field("execution_role_arn", Kind::Text),
    field("execution_role_infrastructure_website_url", Kind::Derived),
    field("task_role_arn", Kind::Text),
    field("task_role_infrastructure_website_url", Kind::Derived),
    field("platform_version", Kind::OneOf(&["1.4.0", "LATEST"])),
    field("capacity_provider_strategy", Kind::List(&Kind::Object(STRATEGY_ITEM))),
    field("task_group", Kind::Text),
    field("propagate_tags", Kind::OneOf(&["TASK_DEFINITION", "SERVICE"])),
    field("enable_ecs_managed_tags", Kind::Bool),
    field("enable_execute_command", Kind::Bool),
    field("infrastructure_website_url", Kind::Derived),
    field("supported_launch_types", Kind::List(&LAUNCH_TYPE)),
    field("main_container_name", Kind::Text),
    field("main_container_cpu_units", Kind::Int),
    field("main_container_memory_mb", Kind::Int),
    field("monitor_container_name", Kind::Text),
    field("containers", Kind::List(&Kind::Object(CONTAINER))),
];

const STRATEGY_ITEM: &[Field] =
    &[field("capacity_provider", Kind::RequiredText), field("weight", Kind::Int), field("base", Kind::Int)];

const CONTAINER: &[Field] = &[
    field("name", Kind::Text),
    field("docker_id", Kind::Text),
    field("docker_name", Kind::Text),
    field("image_name", Kind::Text),
    field("image_id", Kind::Text),
    field("labels", Kind::Texts),
    field("container_arn", Kind::Text),
];

/// `execution_method_settings."AWS Lambda".__default__.settings`.
pub(crate) const LAMBDA: &[Field] = &[
    field("runtime_id", Kind::Text),
    field("function_arn", Kind::Text),
    field("function_name", Kind::Text),
    field("function_version", Kind::Text),
    field("init_type", Kind::Text),
    field("dotnet_prejit", Kind::Text),
    field("function_memory_mb", Kind::Int),
];
