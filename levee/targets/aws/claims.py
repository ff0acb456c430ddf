"""What a stack on aws holds for itself alone in its account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from levee.model.claim import AccountClaim, Kind
from levee.model.name import PatternType
from levee.model.origin import Origin
from levee.model.stack import StackSpec
from levee.model.stream import MonitorKind, StreamSpec
from levee.targets.aws.names import alarm_name, role_name


def claims(stack: StackSpec, services: Mapping[str, Origin]) -> Iterator[AccountClaim]:
    """Every one of them. `services` are all that the stack names, with where each is first named."""
    secrets = stack.secrets
    if secrets.in_aws:
        for name, origin in services.items():
            yield AccountClaim(Kind.SECRET, f"{secrets.prefix}{name}", origin)
    if secrets.in_aws and secrets.prefix is not None:
        yield AccountClaim(Kind.SECRET_PREFIX, secrets.prefix, stack.origin.at("secrets", "prefix"))
    for service in stack.services.values():
        if service.assumed_by is not None:
            role = role_name(stack.name, service.name)
            yield AccountClaim(Kind.ROLE, role, service.origin.at("assumed_by"), in_region=False)
    for stream in stack.streams:
        yield from _of_stream(stack, stream)


def _of_stream(stack: StackSpec, stream: StreamSpec) -> Iterator[AccountClaim]:
    if stream.archive is not None:
        origin = stream.archive.origin.at("bucket")
        yield AccountClaim(Kind.ARCHIVE, stream.archive.bucket, origin, in_region=False)
    for name, origin in alarms_of(stack.name, stream):
        yield AccountClaim(Kind.ALARM, name, origin)
    for source in stream.sources:
        if stack.block.carries(source):
            yield AccountClaim(Kind.LOG_GROUP, str(source.log_group), source.origin.at("log_group"))


def alarms_of(stack: str, stream: StreamSpec) -> Iterator[tuple[str, Origin]]:
    """The names of a stream's alarms, and the monitors they are of."""
    exact = [group.name for each in stream.consumers for group in each.groups if group.type is PatternType.LITERAL]
    for monitor in stream.monitors:
        for group in exact if monitor.kind is MonitorKind.LAG else ("",):
            yield alarm_name(stack, stream.key, monitor.kind, group), monitor.origin
