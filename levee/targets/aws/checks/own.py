"""What a stack on aws names must be of its own account and region, and fit together there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from levee.catalog.partition import partition_name, partition_of
from levee.model.cloud_name import arn_in
from levee.model.cluster import AWS_SECRETS_MANAGER
from levee.model.declared import Declared
from levee.model.name import PatternType
from levee.model.origin import Origin
from levee.model.problem import Problem
from levee.model.stack import StackSpec
from levee.model.stream import MonitorKind
from levee.model.target_block import STACK_KEY
from levee.plan.carriers import carrier_name
from levee.targets.aws.block import AwsBlock, aws_block
from levee.targets.aws.names import MAX_ROLE_LENGTH, delivery_role_name, role_name

_MSK_PREFIX: Final = re.compile(r"AmazonMSK_[A-Za-z0-9/_+=.@-]*/")


def secrets_manager(_: Declared, stack: StackSpec) -> Iterator[Problem]:
    """Secrets Manager needs a prefix and a key."""
    secrets, origin = stack.secrets, stack.origin.at("secrets")
    if secrets.in_aws:
        for name, value in (("prefix", secrets.prefix), ("encrypted_by", secrets.key)):
            if value is None:
                message = f"{AWS_SECRETS_MANAGER} needs `{name}`"
                hint = f"write `prefix: AmazonMSK_levee/{stack.name}/` and `encrypted_by: {STACK_KEY}` or a key's ARN"
                yield Problem("secret-store", message, hint, origin)


def msk_cluster(_: Declared, stack: StackSpec) -> Iterator[Problem]:
    """An MSK cluster is named by its ARN, and takes only secrets of a prefix of their own."""
    arn = aws_block(stack).cluster_arn
    if arn is None:
        return
    wrong = _cluster_problem(arn)
    if wrong is not None:
        origin = stack.block.origin.at("cluster_arn")
        yield Problem("cluster-arn", f"{arn} {wrong}", "copy it from the MSK console", origin)
    prefix = stack.secrets.prefix
    if stack.secrets.in_aws and prefix is not None and not _MSK_PREFIX.fullmatch(prefix):
        message = f"{prefix} begins no secrets that MSK takes as those of one stack"
        hint = f"write `prefix: AmazonMSK_levee/{stack.name}/`"
        yield Problem("secret-store", message, hint, stack.origin.at("secrets", "prefix"))


def _cluster_problem(arn: str) -> str | None:
    from levee.targets.aws.iam.arn import ClusterArn  # few stacks need it, and every command waits for its imports

    try:
        ClusterArn.parse(arn)
    except ValueError as error:
        return str(error)
    return None


def of_its_own(declared: Declared, stack: StackSpec) -> Iterator[Problem]:
    """What a stack on aws works with directly is of its own account and region: nothing reaches across."""
    if partition_of(stack.region) is None:
        return
    for name, origin, form in _named(declared, stack, aws_block(stack)):
        found = _misplaced(name, stack, form)
        if found is not None:
            id_, message, hint = found
            yield Problem(id_, message, hint, origin)
    for stream in declared.streams:
        if stream.archive is None:
            continue
        place, origin = stream.archive.place, stream.archive.origin
        if place.region not in (None, stack.region):
            message = f"levee makes archives in the stack's own region, {stack.region}, and in no other"
            yield Problem("wrong-region", message, "remove `region`", origin.at("region"))
        if place.account not in (None, stack.account):
            message = f"levee makes archives in the stack's own account, {stack.account}, and in no other"
            yield Problem("wrong-account", message, "remove `account`", origin.at("account"))


def _named(declared: Declared, stack: StackSpec, aws: AwsBlock) -> Iterator[tuple[str, Origin, str]]:
    """The names of what is there already, each with how its kind's begin after the account."""
    if aws.cluster_arn is not None and _cluster_problem(aws.cluster_arn) is None:
        yield aws.cluster_arn, aws.origin.at("cluster_arn"), "kafka:cluster/"
    for index, action in enumerate(aws.alarm_actions):
        yield action, aws.origin.at("alarm_actions", index), "sns:"
    keys = [(stack.secrets.key, stack.origin.at("secrets", "encrypted_by"))]
    keys += [
        (stream.archive.key, stream.archive.origin.at("encrypted_by")) for stream in declared.streams if stream.archive
    ]
    for key, origin in keys:
        if key not in (None, STACK_KEY):
            yield str(key), origin, "kms:"


def _misplaced(name: str, stack: StackSpec, form: str) -> tuple[str, str, str] | None:
    """What is wrong with a name: its form, its account, or its region; and what to write."""
    own = f"arn:{partition_name(stack.region)}:{form.replace(':', f':{stack.region}:{stack.account}:')}"
    service, _, resource = form.partition(":")
    parts = name.split(":", 5)
    if parts[0] != "arn" or len(parts) < 6 or parts[2] != service or not parts[5].startswith(resource):
        return ("wrong-arn", f"{name} is not the ARN that is needed here", f"write one that begins with {own}")
    if parts[4] != stack.account:
        whose = f"of account {parts[4]}" if parts[4] else "of no account"
        return ("wrong-account", f"{name} is {whose}, and the stack of {stack.account}", f"name one of {stack.account}")
    if parts[3] != stack.region or parts[1] != partition_name(stack.region):
        where = f"in {parts[3] or 'no region'} of partition {parts[1]}"
        message = f"{name} is {where}, and the stack is in {stack.region}"
        return ("wrong-region", message, f"name one in {stack.region}")
    return None


def archive_on_aws(declared: Declared, _: StackSpec) -> Iterator[Problem]:
    """What levee makes itself is locked and encrypted with a key that a policy guards."""
    for stream in declared.streams:
        archive = stream.archive
        if archive is not None and not archive.locked:
            message = "an archive on aws is locked (S3 Object Lock)"
            yield Problem("archive", message, "write `locked: true`", archive.origin.at("locked"))
        if archive is not None and archive.key is None:
            message = "an archive on aws is encrypted with a key of one's own"
            yield Problem("archive", message, f"write `encrypted_by: {STACK_KEY}` or a key's ARN", archive.origin)


def names_fit(declared: Declared, stack: StackSpec) -> Iterator[Problem]:
    """A role's name is made of the stack's and of what it is for, and IAM's limit is the shortest of all."""
    for service in stack.services.values():
        if service.assumed_by is not None:
            yield from _role_fits(role_name(stack.name, service.name), service.origin.at("assumed_by"))
    for stream in declared.streams:
        for source in stream.sources:
            if source.log_group is not None:
                carrier = carrier_name(stack.name, stream.key, source.service)
                yield from _role_fits(delivery_role_name(carrier), source.origin.at("log_group"))


def _role_fits(name: str, origin: Origin) -> Iterator[Problem]:
    if len(name) > MAX_ROLE_LENGTH:
        message = f"the role {name} would have a name of {len(name)} characters; IAM allows {MAX_ROLE_LENGTH}"
        yield Problem("role-name", message, "shorten the name of the service, the stream or the stack", origin)


def key_by_its_own_name(_: Declared, stack: StackSpec) -> Iterator[Problem]:
    """What levee makes on aws is bound to its key by policies, and those don't match an alias."""
    for key, origin in _keys(stack):
        name = arn_in(key or "")
        if name is not None and name.resource.startswith("alias/"):
            message = "the key is named by an alias, which policies of IAM don't match"
            yield Problem("key-alias", message, "write the key's own ARN: arn:aws:kms:…:key/<id>", origin)


def _keys(stack: StackSpec) -> Iterator[tuple[str | None, Origin]]:
    yield stack.secrets.key, stack.origin.at("secrets", "encrypted_by")
    for stream in stack.streams:
        if stream.archive is not None:
            yield stream.archive.key, stream.archive.origin.at("encrypted_by")


def lag_of_nobody(declared: Declared, _: StackSpec) -> Iterator[Problem]:
    """A lag is a consumer group's, and on aws each has an alarm of its own."""
    for stream in declared.streams:
        if stream.key in declared.partial:
            continue
        groups = [group for consumer in stream.consumers for group in consumer.groups]
        for monitor in stream.monitors:
            if monitor.kind is MonitorKind.LAG and not any(group.type is PatternType.LITERAL for group in groups):
                message = "a lag monitor watches consumer groups, and none is named in full"
                hint = "name the groups of a consumer, such as `groups: [detection-engine]`, or remove the monitor"
                yield Problem("monitor-groups", message, hint, monitor.origin)
