"""What a stack holds for itself alone at a place: on its cluster, in its account, in its folder of secrets."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from levee.model.claim import Claim, Kind
from levee.model.name import CHECKPOINTS, NamePattern, PatternType
from levee.model.origin import Origin
from levee.model.stack import StackSpec, Target
from levee.model.stream import StreamSpec
from levee.plan.carriers import carrier_name
from levee.targets import claims_in_account
from levee.targets.registry import MODELS, STORES


def overlaps(claims: Iterable[Claim]) -> Iterator[tuple[Claim, Claim]]:
    """Each claim that meets another holder's of its kind and place, with the nearest such claim that covers it.

    In order of name, what covers a claim stands on a stack of prefixes that each cover the next. A holder's claim is
    reported once however often it is written.
    """
    grouped: dict[tuple[Kind, str], dict[tuple[NamePattern, str], Claim]] = defaultdict(dict)
    for claim in claims:
        grouped[claim.kind, claim.place].setdefault((claim.pattern, claim.holder), claim)
    for first in grouped.values():
        covering: list[Claim] = []
        for claim in sorted(first.values(), key=_order):
            while covering and not covering[-1].pattern.covers(claim.pattern):
                covering.pop()
            if covering and covering[-1].holder != claim.holder:
                yield claim, covering[-1]
            covering.append(claim)


def _order(claim: Claim) -> tuple[str, bool, str]:
    """By name; a prefix comes before the exact name that is spelled alike, which it covers."""
    return claim.pattern.name, claim.pattern.type is not PatternType.PREFIXED, claim.holder


def places(stack: Mapping[str, Any], project: Path) -> frozenset[str] | None:
    """Where a stack claims things, by the values of its file, which may be wrong in other respects. None: unknown."""
    cluster, secrets = (_inside(stack, key) for key in ("cluster", "secrets"))
    told = [stack.get("target"), stack.get("account"), stack.get("region"), cluster.get("id"), secrets.get("store")]
    if not all(isinstance(text, str) and text for text in told) or stack["target"] not in set(Target):
        return None
    if secrets["store"] not in STORES:
        return None
    found = {cluster_of(cluster["id"])}
    if MODELS[Target(stack["target"])].account is not None:
        found.add(account_of(stack["account"], _inside(stack, stack["target"]).get("endpoint")))
    if secrets["store"] == "file":
        found.add(folder_of(str(secrets.get("directory", "")), project))
    return frozenset(found)


def _inside(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inside = values.get(key)
    return inside if isinstance(inside, Mapping) else {}


def cluster_of(cluster_id: str) -> str:
    """The place that a cluster is."""
    return f"cluster {cluster_id}"


def account_of(account: str, endpoint: object = None) -> str:
    """The place that an account is; what stands in for a platform has accounts of its own."""
    return f"account {account}" + (f" at {endpoint}" if endpoint else "")


def folder_of(directory: str, project: Path) -> str:
    """The place that a folder of secrets is, however its name is spelled and whatever links lead there."""
    real, base = (Path(os.path.realpath(each)) for each in (project / directory, project))
    return f"folder {real.relative_to(base) if real.is_relative_to(base) else real}"


def claims_of(stack: StackSpec, project: Path) -> Iterator[Claim]:
    """Everything that a stack claims."""
    return _Claims(stack, project).all()


class _Claims:
    def __init__(self, stack: StackSpec, project: Path) -> None:
        self._stack, self._project = stack, project
        self._cluster = cluster_of(stack.cluster.id)
        self._account = account_of(stack.account, stack.block.endpoint)
        self._region = f"{self._account}, {stack.region}"

    def all(self) -> Iterator[Claim]:
        for stream in self._stack.streams:
            yield self._claim(Kind.TOPIC, NamePattern(stream.topic), stream.origin.at("topic"))
            yield from self._groups_and_ids(stream)
        yield from self._grants()
        yield from self._services()
        for each in claims_in_account(self._stack, self._named()):
            place = self._region if each.in_region else self._account
            yield self._claim(each.kind, each.name, each.origin, place=place)

    def _claim(
        self, kind: Kind, pattern: NamePattern | str, origin: Origin, *, place: str = "", what: str = ""
    ) -> Claim:
        if isinstance(pattern, str):
            pattern = NamePattern(pattern)
        told = what or f"the {kind} {pattern}"
        return Claim(kind, place or self._cluster, pattern, self._stack.name, told, origin)

    def _groups_and_ids(self, stream: StreamSpec) -> Iterator[Claim]:
        for consumer in stream.consumers:
            for index, group in enumerate(consumer.groups):
                yield self._claim(Kind.GROUP, group, consumer.origin.at("groups", index))
        for source in stream.sources:
            for index, name in enumerate(source.transactional_ids):
                yield self._claim(Kind.TRANSACTIONAL_ID, name, source.origin.at("transactional_ids", index))
            if self._stack.block.carries(source):
                carrier = carrier_name(self._stack.name, stream.key, source.service)
                yield self._claim(Kind.TRANSACTIONAL_ID, carrier, source.origin)
                yield self._claim(Kind.TOPIC, f"{CHECKPOINTS}{carrier}", source.origin)

    def _grants(self) -> Iterator[Claim]:
        for service in self._stack.services.values():
            for grant in service.grants:
                if grant.topics is not None:
                    what = f"the grant {grant.topics} of {service.name}"
                    yield self._claim(Kind.TOPIC, grant.topics, grant.origin.at("topics"), what=what)
                for index, group in enumerate(grant.groups):
                    yield self._claim(Kind.GROUP, group, grant.origin.at("groups", index))

    def _services(self) -> Iterator[Claim]:
        secrets = self._stack.secrets
        folder = folder_of(secrets.directory, self._project) if secrets.kind == "file" else None
        for name, origin in self._named().items():
            yield self._claim(Kind.SERVICE, name, origin)
            if folder is not None:
                yield self._claim(Kind.CREDENTIAL_FILE, name, origin, place=folder, what=f"the credential of {name}")

    def _named(self) -> dict[str, Origin]:
        """The services by name, with where each is first named."""
        found = {service.name: service.origin for service in self._stack.services.values()}
        for stream in self._stack.streams:
            for source in stream.sources:
                found.setdefault(source.service, source.origin.at("service"))
            for consumer in stream.consumers:
                found.setdefault(consumer.service, consumer.origin.at("service"))
        return found
