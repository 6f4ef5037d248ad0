"""What the proxy has to know of AWS's wire formats: which call this is, how errors are said, and how to make
finished asynchronous work (change sets, stacks) read as still in progress."""
import json
import re
import time
from urllib.parse import unquote_plus

CREDENTIAL = re.compile(rb"Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/([^/,\s]+)/aws4_request")
TARGET = re.compile(rb"\r\nx-amz-target:\s*\S*\.(\w+)", re.I)
JSON_SERVICES = {"ecs", "servicequotas"}
# (status, code, message) by which a service says that it was called too often.
THROTTLED = {
    "cloudreactor": (429, "", "Request was throttled."),
    "ec2": (503, "RequestLimitExceeded", "Request limit exceeded."),
    "ecs": (400, "ThrottlingException", "Rate exceeded"),
    "servicequotas": (400, "TooManyRequestsException", "Rate exceeded"),
}


def describe(head, body):
    """(service, operation, region, access key, the few parameters of interest) of a request."""
    found = CREDENTIAL.search(head)
    key, region, service = (g.decode() for g in found.groups()) if found else ("-", "-", "unsigned")
    method, target = (part.decode("latin-1") for part in head.split(b" ", 2)[:2])
    path, _, query = target.partition("?")
    if path.startswith(("/auth/", "/api/v1/")):
        return "cloudreactor", f"{method} {path}", "-", key, {}
    if found := TARGET.search(head):
        return service, found.group(1).decode(), region, key, {}
    form = body.decode("utf-8", "replace") if b"Action=" in body else query
    params = {name: unquote_plus(value) for name, _, value in (pair.partition("=") for pair in form.split("&"))
              if name in ("Action", "ChangeSetName", "StackName", "RoleArn")}
    op = params.get("Action", f"{method} {path}")
    return service, op + " (DryRun)" if "DryRun=true" in form else op, region, key, params


def question(op, params, head, body):
    """What a read asks, however it does: a stack by its name and by its ARN is one stack."""
    if "StackName" in params and "ChangeSetName" not in params and b"NextToken" not in body:
        return op, params["StackName"].split("/")[1 if params["StackName"].startswith("arn:") else 0]
    return head.partition(b"\r\n")[0], body


def error_answer(service, code, message, status):
    """(response head, body) of an error in the service's own wire format."""
    if service == "cloudreactor":
        kind, body = "application/json", json.dumps({"detail": message})
    elif service in JSON_SERVICES:
        kind, body = "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message})
    elif service == "ec2":
        kind, body = "text/xml", (f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error>"
                                  "</Errors><RequestID>harness</RequestID></Response>")
    else:
        kind, body = "text/xml", (f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}"
                                  "</Message></Error><RequestId>harness</RequestId></ErrorResponse>")
    return f"HTTP/1.1 {status} -\r\nContent-Type: {kind}".encode(), body.encode()


def throttling_answer(service):
    """(response head, body) of a throttled call."""
    status, code, message = THROTTLED.get(service, (400, "Throttling", "Rate exceeded"))
    return error_answer(service, code, message, status)


def with_another_page(service, body):
    """`body`, a page of a listing, as if another one followed."""
    if service == "cloudreactor":
        return json.dumps({**json.loads(body), "next": "https://api.cloudreactor.io/again/"}).encode()
    return re.sub(rb"(</\w+Result>)", rb"<NextToken>again</NextToken>\1", body, count=1)


def element(name):
    return re.compile(f"<{name}>([^<]*)</{name}>".encode())


STACK_ID, STACK_NAME, STACK_STATUS, CHANGE_SET_ID, ID, STATUS, EXECUTION_STATUS, ACCESS_KEY_ID = map(element, (
    "StackId", "StackName", "StackStatus", "ChangeSetId", "Id", "Status", "ExecutionStatus", "AccessKeyId"))
EVENT = re.compile(rb"<member>.*?</member>", re.S)
RESOURCE_TYPE, RESOURCE_STATUS = element("ResourceType"), element("ResourceStatus")
FINAL = (b"_COMPLETE", b"_FAILED")


class Settling:
    """Rewrites CloudFormation's answers so that work reads as in progress for a while after the call that began it.

    A stack's deletion is only held back from clients that ask by ARN: by name, a deleted stack is gone.
    """

    def __init__(self, change_set_s, stack_s):
        self.change_set_s, self.stack_s = change_set_s, stack_s
        self.until = {}  # change set or stack ARN -> when it may read as done
        self.arns = {}  # (account, region, name) -> stack ARN
        self.stack_of = {}  # change set's ARN, or (stack ARN, change set's name) -> stack ARN

    def rewrite(self, op, params, scope, body):
        """`body`, the answer to `op` in `scope` (account and region), as it reads while the work settles."""
        self.learn(params, scope, body)
        stack = self.stack(params, scope)
        if op == "CreateChangeSet":
            change_set = ID.search(body).group(1)
            self.stack_of[change_set] = self.stack_of[stack, params["ChangeSetName"]] = stack
            self.until[change_set] = time.monotonic() + self.change_set_s
        elif op in ("CreateStack", "UpdateStack", "DeleteStack"):
            self.until[stack] = time.monotonic() + self.stack_s
        elif op == "ExecuteChangeSet":
            change_set = params["ChangeSetName"]
            of = self.stack_of.get(change_set.encode(), self.stack_of.get((stack, change_set)))
            self.until[of] = time.monotonic() + self.stack_s
        elif op == "DescribeChangeSet" and self.settles(CHANGE_SET_ID.search(body).group(1)):
            body = STATUS.sub(b"<Status>CREATE_IN_PROGRESS</Status>", body, count=1)
            body = EXECUTION_STATUS.sub(b"<ExecutionStatus>UNAVAILABLE</ExecutionStatus>", body, count=1)
        elif op in ("DescribeStacks", "ListStacks"):
            ids = iter(STACK_ID.findall(body))  # one StackId and one StackStatus for each stack, in the same order
            body = STACK_STATUS.sub(lambda status: status.group(0).replace(b"_COMPLETE<", b"_IN_PROGRESS<")
                                    if self.settles(next(ids, b"")) else status.group(0), body)
        elif op == "DescribeStackEvents":
            body = self.without_the_end(body)
        return body

    def settles(self, arn):
        return self.until.get(arn, 0) > time.monotonic()

    def stack(self, params, scope):
        name = params.get("StackName", "")
        return name.encode() if name.startswith("arn:") else self.arns.get((*scope, name))

    def learn(self, params, scope, body):
        ids = STACK_ID.findall(body)
        names = [params["StackName"].encode()] if "StackName" in params and ids else STACK_NAME.findall(body)
        self.arns.update({(*scope, name.decode()): arn for name, arn in zip(names, ids)})

    def without_the_end(self, events):
        """`events`, newest first, without the one that says that the stack's own work is over."""
        for event in EVENT.finditer(events):
            about = {pattern: pattern.search(event.group(0)) for pattern in (RESOURCE_TYPE, RESOURCE_STATUS, STACK_ID)}
            if not all(about.values()) or about[RESOURCE_TYPE].group(1) != b"AWS::CloudFormation::Stack":
                continue
            over = about[RESOURCE_STATUS].group(1).endswith(FINAL) and self.settles(about[STACK_ID].group(1))
            return events[:event.start()] + events[event.end():] if over else events
        return events
