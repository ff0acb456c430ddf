"""Whose things are by the marks on the cluster: each of the plan's is its stack's, and nobody else's. Pure.

How a mark is written stands here a second time, on purpose not taken from what writes it: docs/concepts/ownership.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from levee.model.name import PatternType
from levee.plan.planned import Plan
from levee_infra.difference import marked_by, unmarked
from levee_infra.verify.access import planned_topics
from levee_infra.verify.discrepancy import Discrepancy, Kind
from levee_infra.verify.live_state import LiveAcl, LiveState

PRINCIPAL: Final = "Levee:"
OPERATIONS: Final = {"topic": frozenset({"Describe", "DescribeConfigs"}), "user": frozenset({"DescribeTokens"})}
USER: Final = "User:"


def is_mark(acl: LiveAcl) -> bool:
    """Whether an ACL marks an owner: its principal is nobody's who could log in."""
    return acl.principal.startswith(PRINCIPAL)


def ownership(plan: Plan, live: LiveState) -> Iterator[Discrepancy]:
    """Every planned topic and user whose owner isn't this stack alone, and what is marked and not planned.

    That one is missing is said elsewhere: it takes no mark.
    """
    owners = _owners(live.acls)
    missing = {("topic", topic.name) for topic in planned_topics(plan) if topic.name not in live.topics}
    if live.users is not None:
        usernames = (username for credential in plan.credentials for username in credential.usernames)
        missing |= {("user", username) for username in usernames if username not in live.users}
    planned = [("topic", topic.name) for topic in planned_topics(plan)]
    planned += [("user", name) for credential in plan.credentials for name in credential.principals]
    for thing in planned:
        found = owners.get(thing, set())
        if found != {plan.qualified_stack} and (found or thing not in missing):
            shown = ", ".join(sorted(found)) or "nobody: the mark is missing"
            name, others = " ".join(thing), found - {plan.qualified_stack}
            words = marked_by(name, others) if others else unmarked(name, plan.qualified_stack)
            yield Discrepancy(Kind.OWNER, name, plan.qualified_stack, shown, words, name)
    for thing in sorted(owners.keys() - set(planned)):
        if plan.qualified_stack in owners[thing]:
            name, mark = " ".join(thing), f"a mark of {plan.qualified_stack}"
            yield Discrepancy(Kind.OWNER, name, "nothing such", mark, f"{name} bears {mark}, undeclared", name)


def _owners(acls: Iterable[LiveAcl]) -> Mapping[tuple[str, str], set[str]]:
    owners: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for acl in acls:
        form = (acl.pattern.type, acl.host, acl.allows)
        if is_mark(acl) and form == (PatternType.LITERAL, "*", True):
            kind, name = acl.resource_type, acl.pattern.name
            if acl.operation in OPERATIONS.get(kind, ()):
                owners[kind, name.removeprefix(USER) if kind == "user" else name].add(acl.principal[len(PRINCIPAL) :])
    return owners
