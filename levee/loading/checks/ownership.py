"""Consumer groups and transactional ids belong to one service each.

Two services in one group take each other's records; two with one transactional id fence each other off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from levee.loading.checks.declared import Declared
from levee.loading.problem import Problem
from levee.model.name import NamePattern, PatternType
from levee.model.origin import Origin


class _Claim(NamedTuple):
    pattern: NamePattern
    service: str
    origin: Origin


def shared_groups(declared: Declared) -> Iterator[Problem]:
    """No two services claim one consumer group, by name or by prefix."""
    claims = [
        _Claim(pattern, consumer.service, consumer.origin.at("groups", index))
        for stream in declared.streams
        for consumer in stream.consumers
        for index, pattern in enumerate(consumer.groups)
    ]
    claims += [
        _Claim(pattern, service.name, grant.origin.at("groups", index))
        for service, grant in declared.grants()
        for index, pattern in enumerate(grant.groups)
    ]
    for claim, other in _overlaps(claims):
        message = f"the group {claim.pattern} of {claim.service} is also {other.service}'s, as {other.pattern}"
        hint = "give each service groups of its own: two services in one group take each other's records"
        yield Problem("shared-group", message, hint, claim.origin, other=other.origin)


def shared_transactional_ids(declared: Declared) -> Iterator[Problem]:
    """No two services claim one transactional id, by name or by prefix."""
    claims = [
        _Claim(pattern, source.service, source.origin.at("transactional_ids", index))
        for stream in declared.streams
        for source in stream.sources
        for index, pattern in enumerate(source.transactional_ids)
    ]
    for claim, other in _overlaps(claims):
        message = (
            f"the transactional id {claim.pattern} of {claim.service} is also {other.service}'s, as {other.pattern}"
        )
        hint = "give each service ids of its own: two services with one id fence each other off"
        yield Problem("shared-transactional-id", message, hint, claim.origin, other=other.origin)


def _overlaps(claims: Iterable[_Claim]) -> Iterator[tuple[_Claim, _Claim]]:
    """Each claim that meets another service's, with the nearest such claim that covers it.

    In order of name, what covers a claim stands on a stack of prefixes that each cover the next. A service's claim is
    told of once however often it is written.
    """
    first: dict[tuple[NamePattern, str], _Claim] = {}
    for claim in claims:
        first.setdefault((claim.pattern, claim.service), claim)
    covering: list[_Claim] = []
    for claim in sorted(first.values(), key=lambda claim: (claim.pattern.name, _rank(claim), claim.service)):
        while covering and not _covers(covering[-1], claim):
            covering.pop()
        if covering and covering[-1].service != claim.service:
            yield claim, covering[-1]
        covering.append(claim)


def _rank(claim: _Claim) -> int:
    """A prefix comes before the exact name that is spelled alike, which it covers."""
    return 0 if claim.pattern.type is PatternType.PREFIXED else 1


def _covers(outer: _Claim, inner: _Claim) -> bool:
    return outer.pattern.covers(inner.pattern)
