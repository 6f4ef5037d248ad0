"""What ministack lacks of answers about what would be allowed: dry runs, IAM's simulation, and Service Quotas.

ministack carries a call out that asks for a dry run; it simulates a single resource without a context; and it has no
Service Quotas. What is added follows AWS's API references. ministack's own evaluator of policies decides.
"""
import json

from ministack import app
from ministack.core import iam_actions, router
from ministack.core.iam_evaluator import EvalContext, _gather_role_policies, _gather_user_policies, evaluate
from ministack.core.responses import get_account_id, get_region
from ministack.services import ec2, iam

# What an account has unless it is set otherwise, by (service, code); what is None has no value of the account's own.
QUOTAS = {("vpc", "L-F678F1CE"): 5, ("vpc", "L-A4707A72"): 5, ("ec2", "L-0263D0A3"): 5, ("vpc", "L-FE5A380F"): 5,
          ("vpc", "L-29B6F2EB"): 50, ("vpc", "L-1B52E74A"): None}
USUAL = {("vpc", "L-1B52E74A"): 20}
# The names of the settings that the emulator's own limits have.
LIMITS = {("vpc", "L-F678F1CE"): "vpcs", ("ec2", "L-0263D0A3"): "addresses"}

DECISIONS = {"Allow": "allowed", "Deny": "explicitDeny", "ImplicitDeny": "implicitDeny"}


def members(params, prefix):
    """The items of a list in a query: strings, or the fields of structures."""
    found = {}
    for name, values in params.items():
        if name.startswith(prefix + ".member."):
            at, _, field = name.removeprefix(prefix + ".member.").partition(".")
            if field:
                found.setdefault(int(at), {})[field] = values[0]
            else:
                found[int(at)] = values[0]
    return [found[at] for at in sorted(found)]


def dry(action, handler):
    """The handler of a call that can be rehearsed. Whether it is allowed was decided before."""
    def wrapped(params):
        if (params.get("DryRun") or ["false"])[0].lower() == "true":
            return ec2._error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
        return handler(params)
    return wrapped


def context_of(params):
    """The condition keys of a simulation."""
    context = {}
    for entry in members(params, "ContextEntries"):
        at = "ContextKeyValues.member."
        values = [entry[name] for name in sorted(entry) if name.startswith(at)]
        context[entry["ContextKeyName"].lower()] = values if entry["ContextKeyType"].endswith("List") else values[0]
    return context


def simulate(params):
    """One result for each action, which has one for each resource if there are several."""
    principal, account = params["PolicySourceArn"][0], get_account_id()
    kind, name = principal.split(":")[5].split("/")[0], principal.rsplit("/", 1)[1]
    policies = (_gather_user_policies if kind == "user" else _gather_role_policies)(name, account)
    context = context_of(params)

    def decide(action, resource):
        asked = EvalContext(principal_arn=principal, principal_type="AssumedRole", principal_account=account,
                            action=action, resource_arn=resource, region=get_region(), service_context=context)
        return DECISIONS[evaluate(asked, policies).decision]

    results = ""
    for action in members(params, "ActionNames"):
        decisions = [(resource, decide(action, resource)) for resource in members(params, "ResourceArns") or ["*"]]
        worst = next((decision for _, decision in decisions if decision != "allowed"), "allowed")
        each = "".join(f"<member><EvalResourceName>{resource}</EvalResourceName><EvalResourceDecision>{decision}"
                       "</EvalResourceDecision><MatchedStatements/><MissingContextValues/></member>"
                       for resource, decision in decisions)
        specific = f"<ResourceSpecificResults>{each}</ResourceSpecificResults>" if len(decisions) > 1 else ""
        results += (f"<member><EvalActionName>{action}</EvalActionName><EvalResourceName>{decisions[0][0]}"
                    f"</EvalResourceName><EvalDecision>{worst}</EvalDecision><MatchedStatements/>"
                    f"<MissingContextValues/>{specific}</member>")
    return iam._xml(200, "SimulatePrincipalPolicyResponse",
                    f"<SimulatePrincipalPolicyResult><EvaluationResults>{results}</EvaluationResults>"
                    "<IsTruncated>false</IsTruncated></SimulatePrincipalPolicyResult>", ns="iam")


def quotas(setting):
    """The service, which reads an account's limits by `setting`."""
    async def handle(method, path, headers, body, query):
        operation, asked = headers["x-amz-target"].rsplit(".", 1)[1], json.loads(body)
        key = asked["ServiceCode"], asked["QuotaCode"]
        if operation == "GetServiceQuota":
            value = setting("limits", {}).get(LIMITS.get(key), QUOTAS.get(key))
        else:
            value = USUAL.get(key, QUOTAS.get(key))
        if value is None:
            return answer(400, {"__type": "NoSuchResourceException", "Message": "The quota was not found."})
        return answer(200, {"Quota": {"ServiceCode": key[0], "QuotaCode": key[1], "Value": float(value)}})
    return handle


def answer(status, body):
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()


def register(setting):
    for action in ("CreateVpc", "CreateInternetGateway", "AllocateAddress"):
        ec2._ACTION_MAP[action] = dry(action, ec2._ACTION_MAP[action])
    iam._IAM_HANDLERS["SimulatePrincipalPolicy"] = simulate
    router.SERVICE_PATTERNS["servicequotas"] = {"target_prefixes": ["ServiceQuotasV20190624"]}
    app.SERVICE_HANDLERS["servicequotas"] = quotas(setting)
    iam_actions.SERVICE_TO_IAM_NAMESPACE["servicequotas"] = "servicequotas"
