"""Principals outside the plan that an ACL lets near what the plan holds. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from levee.model.login import user_of
from levee.model.name import NamePattern, PatternType
from levee.plan.planned import Plan
from levee_infra.difference import lost
from levee_infra.verify.access import planned_topics
from levee_infra.verify.discrepancy import Discrepancy, Kind, has, service_of_principal
from levee_infra.verify.live_state import LiveAcl
from levee_infra.verify.owner import is_mark

EVERYTHING: Final = "*"
SHOWN: Final = 3
RULING: Final = frozenset({"Alter", "All"})
"""Operations on the cluster that let a principal grant itself any other."""


@dataclass(frozen=True, slots=True)
class _Names:
    """Planned names of one kind. Both sequences are sorted: there may be ten thousand, and as many foreign ACLs."""

    exact: Sequence[str]
    prefixes: Sequence[str]

    @classmethod
    def of(cls, patterns: Iterable[NamePattern]) -> Self:
        distinct = sorted(set(patterns))
        return cls(
            exact=[pattern.name for pattern in distinct if pattern.type is PatternType.LITERAL],
            prefixes=[pattern.name for pattern in distinct if pattern.type is PatternType.PREFIXED],
        )

    def reached_by(self, pattern: NamePattern) -> list[str]:
        """The names that the pattern has something in common with, a prefix with its `*`."""
        if pattern == NamePattern(EVERYTHING):
            return [*self.exact, *(prefix + EVERYTHING for prefix in self.prefixes)]
        name = pattern.name
        # Prefixes that the name lies under: as many look-ups as it has characters, however many prefixes there are.
        prefixes = {prefix for end in range(len(name) + 1) for prefix in _equal_to(self.prefixes, name[:end])}
        if pattern.type is PatternType.PREFIXED:
            exact = _beginning_with(self.exact, name)
            prefixes.update(_beginning_with(self.prefixes, name))
        else:
            exact = _equal_to(self.exact, name)
        return [*exact, *(prefix + EVERYTHING for prefix in sorted(prefixes))]


def outsiders(plan: Plan, acls: Collection[LiveAcl]) -> Iterator[Discrepancy]:
    """Every right that a declared outsider lacks, or is denied. What it has beyond them, `strangers` tells."""
    for acl in sorted(_declared(plan) - set(acls)):
        words = lost(acl.principal.removeprefix("User:"), acl)
        yield Discrepancy(Kind.UNEXPECTED, acl.principal, str(acl), "missing", words)
    principals = {f"User:{each.name}" for each in plan.principals}
    for acl in sorted(each for each in acls if not each.allows and each.principal in principals):
        words = has(acl.principal.removeprefix("User:"), acl)
        yield Discrepancy(Kind.UNEXPECTED, acl.principal, "nothing such", str(acl), words)


def _declared(plan: Plan) -> set[LiveAcl]:
    return {
        LiveAcl(f"User:{each.name}", right.resource_type, right.pattern, right.operation, right.host, allows=True)
        for each in plan.principals
        for right in each.rights
    }


def unexpected_access(plan: Plan, acls: Iterable[LiveAcl]) -> Iterator[Discrepancy]:
    """Every ALLOW of another principal on a planned topic, group or transactional id, or on the ACLs themselves.

    Counted are exact names, prefixes and `*`. The stack's administrator is expected; other super users have no
    ACLs, and a broker tells nobody who they are. A mark of ownership is no access.
    """
    services, declared = {credential.service for credential in plan.credentials}, _declared(plan)
    administrator = f"User:{user_of(plan.cluster.security.admin) or ''}"
    existing = {f"User:{name}" for each in plan.credentials if each.made_elsewhere for name in each.principals}
    known = {administrator, *existing}  # of the ACLs of a service's principal another comparison tells
    names = _planned(plan)
    for acl in sorted(acls):
        name = service_of_principal(acl.principal)
        is_known = acl.principal in known or (name is not None and name.service in services)
        if acl.allows and not is_known and acl not in declared and not is_mark(acl) and (reach := _reach(acl, names)):
            words = f"{has(acl.principal.removeprefix('User:'), acl)}: it covers {reach}"
            yield Discrepancy(Kind.UNEXPECTED, acl.principal, "no right here", f"{acl}, which covers {reach}", words)


def _planned(plan: Plan) -> Mapping[str, _Names]:
    grants = [grant for credential in plan.credentials for grant in credential.grants]
    return {
        "topic": _Names.of(NamePattern(topic.name) for topic in planned_topics(plan)),
        "group": _Names.of(pattern for grant in grants for pattern in grant.groups),
        "transactionalId": _Names.of(pattern for grant in grants for pattern in grant.transactional_ids),
    }


def _reach(acl: LiveAcl, names: Mapping[str, _Names]) -> str:
    """What of the plan's the ACL covers, in words; empty if nothing."""
    if acl.resource_type == "cluster":
        return "every stream, since it may change the ACLs" if acl.operation in RULING else ""
    reached = names[acl.resource_type].reached_by(acl.pattern) if acl.resource_type in names else []
    more = f" and {len(reached) - SHOWN:,} more" if len(reached) > SHOWN else ""
    return ", ".join(reached[:SHOWN]) + more


def _equal_to(names: Sequence[str], name: str) -> Sequence[str]:
    found = bisect_left(names, name)
    return names[found : found + 1] if found < len(names) and names[found] == name else ()


def _beginning_with(names: Sequence[str], prefix: str) -> Sequence[str]:
    return names[bisect_left(names, prefix) : bisect_left(names, prefix + "\U0010ffff")]
