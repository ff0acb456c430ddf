"""Consumer groups and transactional ids belong to one service each.

Two services in one group take each other's records; two with one transactional id fence each other off.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.loading.checks.claim import overlaps
from levee.model.claim import Claim, Kind
from levee.model.declared import Declared
from levee.model.name import NamePattern
from levee.model.origin import Origin
from levee.model.problem import Problem
from levee.plan.carriers import carrier_name


def shared_groups(declared: Declared) -> Iterator[Problem]:
    """No two services claim one consumer group, by name or by prefix."""
    claims = [
        _claim(Kind.GROUP, pattern, consumer.service, consumer.origin.at("groups", index))
        for stream in declared.streams
        for consumer in stream.consumers
        for index, pattern in enumerate(consumer.groups)
    ]
    claims += [
        _claim(Kind.GROUP, pattern, service.name, grant.origin.at("groups", index))
        for service, grant in declared.grants()
        for index, pattern in enumerate(grant.groups)
    ]
    hint = "give each service groups of its own: two services in one group take each other's records"
    for claim, other in overlaps(claims):
        yield _shared("shared-group", claim, other, hint)


def shared_transactional_ids(declared: Declared) -> Iterator[Problem]:
    """No two services claim one transactional id, by name or by prefix."""
    claims = [
        _claim(Kind.TRANSACTIONAL_ID, pattern, source.service, source.origin.at("transactional_ids", index))
        for stream in declared.streams
        for source in stream.sources
        for index, pattern in enumerate(source.transactional_ids)
    ]
    claims += _carriers(declared)
    hint = "give each service ids of its own: two services with one id fence each other off"
    for claim, other in overlaps(claims):
        yield _shared("shared-transactional-id", claim, other, hint)


def _carriers(declared: Declared) -> Iterator[Claim]:
    """The ids that whatever drains a log group uses as its source's service."""
    stack = declared.stack
    for stream in declared.streams if stack is not None else ():
        for source in stream.sources:
            if stack is not None and stack.block.carries(source):
                name = NamePattern(carrier_name(stack.name, stream.key, source.service))
                yield _claim(Kind.TRANSACTIONAL_ID, name, source.service, source.origin)


def _claim(kind: Kind, pattern: NamePattern, service: str, origin: Origin) -> Claim:
    return Claim(kind, "", pattern, service, f"the {kind} {pattern}", origin)


def _shared(id_: str, claim: Claim, other: Claim, hint: str) -> Problem:
    message = f"{claim.what} of {claim.holder} is also {other.holder}'s, as {other.pattern}"
    return Problem(id_, message, hint, claim.origin, other=other.origin)
