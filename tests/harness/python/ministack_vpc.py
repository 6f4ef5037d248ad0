#!/usr/bin/env python3
"""Starts ministack, an AWS emulator, with what groundwork's templates and tests need beyond it.

ministack 1.5.33 comes from PyPI unchanged. It has the EC2 calls for Elastic IPs and NAT gateways, but no
CloudFormation handlers for them; it does not know which EC2 and ECS properties force a replacement; it
finishes every stack before the next request is answered; and it refuses little that AWS refuses. What is
added here was written for this project, after AWS's documentation: a test that passes on it shows that
groundwork does what the documentation asks for, not that AWS does the same. It reaches into ministack's
modules, hence the exact version in requirements.txt.

It listens on a free loopback port, prints its URL, and ends when its standard input does, so that it never
outlives whoever started it. Beside ministack's own environment it reads

    PROVISION_DELAY   seconds that each resource takes (default 0)

and `POST /_harness/accounts/ACCOUNT_ID` replaces one account's settings by those in the JSON body:

    delay    seconds that each resource takes
    limits   {"vpcs": N, "addresses": N}: a stack past the limit fails with AWS's words
    refuse   {"create LOGICAL_ID": REASON}: doing that to that resource fails; also "update", "revert" (an
             update that is rolled back) and "delete"; "plan STACK" has its change sets fail
"""
import asyncio
import ipaddress
import json
import os
import re
import socket
import tempfile

# ministack reads its surroundings when it is imported, so they come first. Until there is somebody to answer,
# callers wait in the socket's queue instead of being refused.
LISTENER = socket.create_server(("127.0.0.1", 0), backlog=1024)
SCRATCH = tempfile.mkdtemp(prefix="groundwork-emulator-")
os.environ["GATEWAY_PORT"] = str(LISTENER.getsockname()[1])
os.environ.update({name: SCRATCH for name in ("HOME", "TMPDIR", "STATE_DIR", "S3_DATA_DIR")})
tempfile.tempdir = SCRATCH

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app
from ministack.core import iam_actions
from ministack.core.responses import get_account_id, new_uuid
from ministack.services import ec2, iam
from ministack.services.cloudformation import _change_sets as change_sets, changesets, handlers, stacks
from ministack.services.cloudformation import provisioners as cfn

import lifeline
import ministack_access

# Create-only properties, from the CloudFormation resource reference.
CREATE_ONLY = {
    "AWS::EC2::VPC": ("CidrBlock", "Ipv4IpamPoolId", "Ipv4NetmaskLength"),
    "AWS::EC2::Subnet": ("VpcId", "CidrBlock", "AvailabilityZone", "AvailabilityZoneId", "OutpostArn"),
    "AWS::EC2::SecurityGroup": ("VpcId", "GroupName", "GroupDescription"),
    "AWS::EC2::InternetGateway": (),
    "AWS::EC2::VPCGatewayAttachment": ("VpcId",),
    "AWS::EC2::RouteTable": ("VpcId",),
    "AWS::EC2::Route": ("RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"),
    "AWS::EC2::SubnetRouteTableAssociation": ("SubnetId", "RouteTableId"),
    "AWS::EC2::EIP": ("Domain", "NetworkBorderGroup", "TransferAddress"),
    "AWS::EC2::NatGateway": ("SubnetId", "AllocationId", "ConnectivityType"),
    "AWS::EC2::VPCEndpoint": ("VpcId", "ServiceName", "VpcEndpointType"),
    "AWS::ECS::Cluster": ("ClusterName",),
    "AWS::IAM::Policy": (),
    "AWS::Lambda::Permission": ("FunctionName", "Action", "Principal", "SourceArn", "SourceAccount",
                                "EventSourceToken"),
}

ACCOUNTS = "/_harness/accounts/"
DELAY = float(os.environ.get("PROVISION_DELAY") or 0)
SETTINGS = {}  # account id -> what POST /_harness/accounts/ID said last


def setting(name, default):
    """A setting of the account whose request is being served."""
    return SETTINGS.get(get_account_id(), {}).get(name, default)


def refuse_past(limit, store, message):
    allowed = setting("limits", {}).get(limit)
    if allowed is not None and len(list(store.values())) >= allowed:
        raise ValueError(message)


def call(action, **params):
    """One EC2 API call inside ministack; its response body."""
    given = {name: [str(value)] for name, value in params.items() if value is not None}
    status, _, body = ec2._ACTION_MAP[action](given)
    text = body.decode() if isinstance(body, bytes) else body
    if status >= 400:
        raise ValueError(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip())
    return text


def element(body, tag):
    return re.search(f"<{tag}>([^<]+)</{tag}>", body).group(1)


# -- Elastic IP: Ref is the address, the allocation is an attribute ----------------------------------------

def eip_create(logical_id, props, stack_name):
    refuse_past("addresses", ec2._addresses, "The maximum number of addresses has been reached. "
                "(Service: Ec2, Status Code: 400, AddressLimitExceeded)")
    body = call("AllocateAddress", Domain=props.get("Domain", "vpc"))
    address, allocation = element(body, "publicIp"), element(body, "allocationId")
    cfn._ec2_apply_tags(allocation, props)
    return address, {"AllocationId": allocation, "PublicIp": address}


def allocation_of(address):
    return next((key for key, record in ec2._addresses.items() if record["PublicIp"] == address), None)


def eip_update(address, old_props, new_props, stack_name):
    allocation = allocation_of(address)
    cfn._ec2_apply_tags(allocation, new_props, old_props)
    return address, {"AllocationId": allocation, "PublicIp": address}


def eip_delete(address, props):
    if allocation := allocation_of(address):
        call("ReleaseAddress", AllocationId=allocation)


# -- NAT gateway -------------------------------------------------------------------------------------------

def nat_create(logical_id, props, stack_name):
    allocation = props.get("AllocationId")
    if allocation not in ec2._addresses:
        raise ValueError(f"The allocation ID '{allocation}' does not exist "
                         "(Service: Ec2, Status Code: 400, InvalidAllocationID.NotFound)")
    nat = element(call("CreateNatGateway", SubnetId=props.get("SubnetId"), AllocationId=allocation), "natGatewayId")
    cfn._ec2_apply_tags(nat, props)
    return nat, {"NatGatewayId": nat}


def nat_update(nat, old_props, new_props, stack_name):
    """An update that replaces nothing can only have changed the tags."""
    cfn._ec2_apply_tags(nat, new_props, old_props)
    return nat, {"NatGatewayId": nat}


def nat_delete(nat, props):
    if nat in ec2._nat_gateways:
        call("DeleteNatGateway", NatGatewayId=nat)


def describe_nat_gateways(params, original=ec2._ACTION_MAP["DescribeNatGateways"]):
    """ministack leaves the address set empty; fill it from the allocation."""
    status, headers, body = original(params)
    text = body.decode() if isinstance(body, bytes) else body

    def with_address(match):
        nat = ec2._nat_gateways.get(match.group(1)) or {}
        address = ec2._addresses.get(nat.get("AllocationId") or "")
        if not address:
            return match.group(0)
        return match.group(0).replace(
            "<natGatewayAddressSet/>",
            f"<natGatewayAddressSet><item><allocationId>{address['AllocationId']}</allocationId>"
            f"<publicIp>{address['PublicIp']}</publicIp><isPrimary>true</isPrimary>"
            "<status>succeeded</status></item></natGatewayAddressSet>")
    text = re.sub(r"<natGatewayId>([^<]+)</natGatewayId>.*?<natGatewayAddressSet/>", with_address, text, flags=re.S)
    return status, headers, text.encode()


# -- VPC endpoints -----------------------------------------------------------------------------------------

def vpc_endpoint_fields(endpoint, tag="item", original=ec2._vpce_fields_xml):
    """ministack tells neither the private name nor the security groups of an endpoint."""
    groups = "".join(f"<item><groupId>{group}</groupId></item>" for group in endpoint.get("SecurityGroupIds", []))
    private = "true" if str(endpoint.get("PrivateDnsEnabled")).lower() == "true" else "false"
    more = f"<privateDnsEnabled>{private}</privateDnsEnabled><groupSet>{groups}</groupSet>"
    return original(endpoint, tag).replace("<subnetIdSet>", more + "<subnetIdSet>")


# -- attributes and refusals that the built-in handlers lack -----------------------------------------------

def with_vpc_attributes(handler):
    def wrapped(*args):
        vpc, attributes = handler(*args)
        record = ec2._vpcs.get(vpc) or {}
        return vpc, {**attributes, "CidrBlock": record.get("CidrBlock", ""), "VpcId": vpc}
    return wrapped


def vpc_create(logical_id, props, stack_name, original=cfn._ec2_vpc_create):
    refuse_past("vpcs", ec2._vpcs, "The maximum number of VPCs has been reached. "
                "(Service: Ec2, Status Code: 400, VpcLimitExceeded)")
    return original(logical_id, props, stack_name)


def subnet_create(logical_id, props, stack_name, original=cfn._ec2_subnet_create):
    vpc, cidr = ec2._vpcs.get(props.get("VpcId")) or {}, props.get("CidrBlock")
    if vpc and cidr and not ipaddress.ip_network(cidr).subnet_of(ipaddress.ip_network(vpc["CidrBlock"])):
        raise ValueError(f"The CIDR '{cidr}' is invalid. (Service: Ec2, Status Code: 400, InvalidSubnet.Range)")
    return original(logical_id, props, stack_name)


def role_create(logical_id, props, stack_name, original=cfn._RESOURCE_HANDLERS["AWS::IAM::Role"]["create"]):
    name = props.get("RoleName")
    if name and name in iam._roles:
        raise ValueError(f"Resource of type 'AWS::IAM::Role' with identifier '{name}' already exists.")
    return original(logical_id, props, stack_name)


# -- a shell stays the same stack when another change set is made for it -----------------------------------

def create_change_set(params, original=handlers._ACTION_HANDLERS["CreateChangeSet"]):
    """ministack makes a new stack each time, so that the change sets of the old one outlive their stack."""
    name = (params.get("StackName") or [""])[0]
    shell = handlers._resolve_stack(name)
    if not shell or shell["StackStatus"] != "REVIEW_IN_PROGRESS":
        return refused_change_set(name, params, original(params))
    ids = iter([shell["StackId"].rsplit("/", 1)[1]])  # the first id that it makes is the stack's
    changesets.new_uuid = lambda: next(ids, None) or new_uuid()
    try:
        return refused_change_set(name, params, original(params))
    finally:
        changesets.new_uuid = new_uuid


def refused_change_set(stack, params, answer):
    """The answer, and the change set failed if the account's settings say so: CloudFormation says so later."""
    if reason := setting("refuse", {}).get(f"plan {stack.split('/')[1] if stack.startswith('arn:') else stack}"):
        made = (params.get("ChangeSetName") or [""])[0]
        failed = {"Status": "FAILED", "ExecutionStatus": "UNAVAILABLE", "StatusReason": reason}
        next(found for found in change_sets.values() if found["ChangeSetName"] == made).update(failed)
    return answer


# -- a resource that a rollback has failed at is shown so ---------------------------------------------------

def list_stack_resources(params, original=handlers._ACTION_HANDLERS["ListStackResources"]):
    """ministack keeps the failures of a rollback beside the resources, and shows those as they were before."""
    stack = handlers._resolve_stack((params.get("StackName") or [""])[0])
    failed = stack.get("_rollback_failed", {}) if stack and stack["StackStatus"].endswith("ROLLBACK_FAILED") else {}
    records = stack.get("_resources", {}) if stack else {}
    before = {name: records[name].get("ResourceStatus") for name in failed if name in records}
    for name in before:
        records[name]["ResourceStatus"] = "UPDATE_FAILED"
    try:
        return original(params)
    finally:
        for name, status in before.items():
            records[name]["ResourceStatus"] = status


# -- pace: a resource takes a while, and requests are answered meanwhile -----------------------------------

# What `run_reentrant` is asked to do, and where its arguments after the resource's type hold the logical id.
WORK = {
    stacks._provision_keeping_seed: ("create", 0),
    stacks._update_keeping_seed: ("update", 4),
    stacks._update_resource: ("revert", 4),
    stacks._delete_resource: ("delete", 3),
}


async def provision(function, resource_type, *args, blocks=stacks._runs_on_worker_thread,
                    on_thread=stacks.run_reentrant):
    """Stands in for ministack's `run_reentrant`: one resource's creation, update or deletion."""
    verb, position = WORK[function]
    if verb in ("create", "delete") or args[1] != args[2]:  # else its properties stay as they are
        await asyncio.sleep(setting("delay", DELAY))
        if reason := setting("refuse", {}).get(f"{verb} {args[position]}"):
            raise ValueError(reason)
    if blocks(resource_type):
        return await on_thread(function, resource_type, *args)
    # On the event loop, as ministack itself does it: its stores are not made for threads.
    return function(resource_type, *args)


# -- permissions: which resource a call is about ------------------------------------------------------------

def resource_of(service, method, path, headers, body, query, region, account, *rest,
                original=iam_actions.extract_resource_arn):
    """ministack knows the cluster of every ECS call but those that name several, and stacks, but no change sets."""
    if service == "ecs" and (named := json.loads(body or b"{}").get("clusters")):
        return named[0] if named[0].startswith("arn:") else f"arn:aws:ecs:{region}:{account}:cluster/{named[0]}"
    if service == "iam" and "PolicySourceArn" in query:
        return query["PolicySourceArn"][0]
    if service == "servicequotas" and (asked := json.loads(body or b"{}")) and "DefaultServiceQuota" not in str(headers):
        return f"arn:aws:servicequotas:{region}:{account}:{asked['ServiceCode']}/{asked['QuotaCode']}"
    if service == "cloudformation" and "StackName" not in query and (named := query.get("ChangeSetName")):
        return named[0]
    return original(service, method, path, headers, body, query, region, account, *rest)


def register():
    iam_actions.extract_resource_arn = resource_of
    resources = cfn._RESOURCE_HANDLERS
    resources["AWS::EC2::EIP"] = {"create": eip_create, "update": eip_update, "delete": eip_delete}
    resources["AWS::EC2::NatGateway"] = {"create": nat_create, "update": nat_update, "delete": nat_delete}
    vpc = resources["AWS::EC2::VPC"]
    vpc["create"] = with_vpc_attributes(vpc_create)
    vpc["update"] = with_vpc_attributes(vpc["update"])
    resources["AWS::EC2::Subnet"]["create"] = subnet_create
    resources["AWS::IAM::Role"]["create"] = role_create
    for resource_type, properties in CREATE_ONLY.items():
        cfn._REPLACING_PROPERTIES.setdefault(resource_type, properties)
    cfn._CONDITIONALLY_REPLACING_PROPERTIES.setdefault("AWS::EC2::VPC", ("InstanceTenancy",))
    for name in ("EIP", "NatGateway"):
        cfn._STACK_TAG_PROPERTY.setdefault("AWS::EC2::" + name, ("Tags", "list"))
    ec2._ACTION_MAP["DescribeNatGateways"] = describe_nat_gateways
    ec2._vpce_fields_xml = vpc_endpoint_fields
    handlers._ACTION_HANDLERS["CreateChangeSet"] = create_change_set
    handlers._ACTION_HANDLERS["ListStackResources"] = list_stack_resources
    ministack_access.register(setting)
    stacks.run_reentrant = provision
    stacks._runs_on_worker_thread = lambda resource_type: True


# -- serving -----------------------------------------------------------------------------------------------

async def with_settings(scope, receive, send):
    """ministack's application, and beside it the settings of accounts."""
    path = scope.get("path", "")
    if path == "/_ministack/reset":
        SETTINGS.clear()
    if not path.startswith(ACCOUNTS):
        return await app.app(scope, receive, send)
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    SETTINGS[path.removeprefix(ACCOUNTS)] = json.loads(body)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def main():
    register()
    config = Config()
    config.bind, config.keep_alive_timeout = [f"fd://{LISTENER.fileno()}"], 75
    config.loglevel = app.LOG_LEVEL.upper()
    lifeline.hold(SCRATCH)
    print("http://127.0.0.1:" + os.environ["GATEWAY_PORT"], flush=True)
    asyncio.run(serve(with_settings, config))


if __name__ == "__main__":
    main()
