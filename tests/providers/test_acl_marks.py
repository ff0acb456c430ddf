"""Marks as ACLs: few requests for many, who was first, and clusters that carry none."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from kafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest

from levee_infra.kafka.admin.acl_marks import AclMarks, read_owner
from levee_infra.kafka.admin.session import LacksRightError
from levee_infra.providers.protocol import lag
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.providers.protocol.lag import Lag
from levee_infra.providers.protocol.ownership import Mark, MarksUnavailableError, Thing, ThingKind
from levee_infra.providers.protocol.properties import UNKNOWN, Properties, Value

SECURITY_DISABLED, NOT_AUTHORIZED, INVALID_REQUEST, POLICY_VIOLATION = 54, 31, 42, 44

Entry = tuple[int, str, str, int]
"""Resource type, resource name, principal, operation."""


class Cluster:
    """Answers the three requests about ACLs as a broker does."""

    def __init__(self, *, error: int = 0) -> None:
        self.acls: set[Entry] = set()
        self.error = error
        self.requests: list[str] = []
        self.filters = 0
        self.before_listing: list[Entry] = []
        """What others write just before the next listing."""

    async def send(self, request: Any) -> Any:
        self.requests.append(type(request).__name__)
        await asyncio.sleep(0)
        result = SimpleNamespace(error_code=self.error, error_message=None, matching_acls=[])
        match request:
            case DescribeAclsRequest():
                return self._described(request)
            case CreateAclsRequest():
                if not self.error:
                    self.acls |= {
                        (one.resource_type, one.resource_name, one.principal, one.operation)
                        for one in request.creations
                    }
                return SimpleNamespace(results=[result] * len(request.creations))
            case DeleteAclsRequest():
                self.filters += len(request.filters)
                for one in request.filters:
                    self.acls -= {acl for acl in self.acls if _matches(one, acl)}
                return SimpleNamespace(filter_results=[result] * len(request.filters))
        raise AssertionError(request)

    def _described(self, request: Any) -> Any:
        self.acls |= set(self.before_listing)
        self.before_listing = []
        chosen = [] if self.error else [acl for acl in self.acls if _matches(request, acl)]
        resources = [
            SimpleNamespace(
                resource_type=kind,
                resource_name=name,
                pattern_type=3,
                acls=[SimpleNamespace(principal=principal, operation=operation)],
            )
            for kind, name, principal, operation in chosen
        ]
        return SimpleNamespace(error_code=self.error, error_message=None, resources=resources)


def _matches(wanted: Any, acl: Entry) -> bool:
    kind, name, principal, operation = acl
    return (
        wanted.resource_type_filter == kind
        and wanted.resource_name_filter in {None, name}
        and wanted.principal_filter in {None, principal}
        and wanted.operation in {1, operation}
    )


async def granted(*_operations: str) -> None:
    """An administrator with every right."""


def marks(cluster: Cluster, owner: str | None = "one/dev", kind: ThingKind = ThingKind.TOPIC) -> AclMarks:
    return AclMarks(kind, cluster.send, granted, owner, settled())


def settled() -> Lag:
    """A session that began so long ago that no lag explains anything."""
    long_ago = Lag()
    long_ago._since -= 60
    return long_ago


def topic(name: str) -> Thing:
    return Thing(ThingKind.TOPIC, name)


@pytest.mark.parametrize(
    ("kind", "adopted", "entry"),
    [
        (ThingKind.TOPIC, False, (2, "x", "Levee:one/dev", 8)),
        (ThingKind.TOPIC, True, (2, "x", "Levee:one/dev", 10)),
        (ThingKind.USER, False, (7, "User:x", "Levee:one/dev", 14)),
    ],
)
async def test_a_mark_is_written_read_and_removed(kind: ThingKind, adopted: bool, entry: Entry) -> None:
    cluster, thing = Cluster(), Thing(kind, "x")
    own = marks(cluster, kind=kind)
    await own.claim(thing, adopted=adopted)
    assert cluster.acls == {entry}
    assert await own.on(thing) == {Mark("one/dev", adopted)}
    await own.release(thing)
    assert cluster.acls == set()
    assert await own.on(thing) == frozenset()


async def test_who_adopts_what_bears_the_mark_of_having_been_made_rewrites_it() -> None:
    cluster = Cluster()
    own = marks(cluster)
    for name in ("x", "made"):
        await own.claim(topic(name))
    cluster.acls.add((2, "x", "User:app", 8))
    await own.claim(topic("x"), adopted=True)
    assert cluster.acls == {(2, "x", "Levee:one/dev", 10), (2, "made", "Levee:one/dev", 8), (2, "x", "User:app", 8)}
    assert await own.on(topic("x")) == {Mark("one/dev", adopted=True)}


@pytest.mark.parametrize(
    ("kind", "adopted", "words"),
    [
        (ThingKind.TOPIC, False, "--operation Describe --topic x"),
        (ThingKind.TOPIC, True, "--operation DescribeConfigs --topic x"),
        (ThingKind.USER, False, "--operation DescribeTokens --user-principal User:x"),
        (ThingKind.USER, True, "--operation DescribeTokens --user-principal User:x"),
    ],
)
def test_the_command_by_which_a_mark_goes_names_the_entry_that_it_is(
    kind: ThingKind, adopted: bool, words: str
) -> None:
    command = marks(Cluster(), kind=kind).removal(Thing(kind, "x"), Mark("other/staging", adopted))
    assert command.endswith(f"--allow-principal Levee:other/staging {words}")


@pytest.mark.parametrize("owner", ["one/dev", "my.project_2/eu-west-1", None, UNKNOWN])
def test_an_owner_is_a_project_and_a_stack(owner: Value) -> None:
    config: Properties = {} if owner is None else {"owner": owner}
    assert read_owner(config) == (owner if isinstance(owner, str) else None)


@pytest.mark.parametrize(
    "owner", ["dev", "/dev", "one/", "a/b/c", "o ne/dev", "one/dév", "one/dev\n", "a" * 101 + "/b"]
)
def test_what_is_no_owner_is_refused(owner: str) -> None:
    with pytest.raises(RefusedError, match="must be <project>/<stack>"):
        read_owner({"owner": owner})


async def test_a_thousand_are_claimed_read_and_released_by_a_handful_of_requests() -> None:
    cluster = Cluster()
    cluster.acls = {(2, f"t{number}", "User:app", 8) for number in range(1_000)}
    things = [topic(f"t{number}") for number in range(1_000)]
    own = marks(cluster)
    await asyncio.gather(*(own.claim(thing) for thing in things))
    assert {len(found) for found in await asyncio.gather(*map(own.on, things))} == {1}
    assert len(cluster.requests) <= 6
    cluster.requests.clear()
    await asyncio.gather(*map(own.release, things))
    assert (len(cluster.requests), cluster.filters) == (2, 1)
    assert {principal for _, _, principal, _ in cluster.acls} == {"User:app"}


async def test_releasing_some_leaves_the_others_and_everybody_elses() -> None:
    cluster = Cluster()
    own = marks(cluster)
    await asyncio.gather(*(own.claim(topic(f"t{number}")) for number in range(3)))
    cluster.acls.add((2, "t0", "Levee:other/staging", 8))
    await asyncio.gather(own.release(topic("t0")), own.release(topic("t1")), own.release(topic("never")))
    assert cluster.acls == {(2, "t2", "Levee:one/dev", 8), (2, "t0", "Levee:other/staging", 8)}


async def test_anothers_mark_is_found_before_anything_is_written() -> None:
    cluster = Cluster()
    cluster.acls = {(2, "x", "Levee:other/staging", 8)}
    with pytest.raises(RefusedError, match="belongs to other/staging"):
        await marks(cluster).claim(topic("x"))
    assert "CreateAclsRequest" not in cluster.requests


async def test_of_two_at_once_the_second_takes_its_mark_away_again() -> None:
    cluster = Cluster()
    own = marks(cluster)
    assert await own.on(topic("x")) == frozenset()
    cluster.before_listing = [(2, "x", "Levee:other/staging", 8)]
    outcomes = await asyncio.gather(own.claim(topic("x")), own.claim(topic("y")), return_exceptions=True)
    assert isinstance(outcomes[0], RefusedError)
    assert outcomes[1] is None
    assert cluster.acls == {(2, "x", "Levee:other/staging", 8), (2, "y", "Levee:one/dev", 8)}


async def test_the_own_mark_that_no_broker_shows_yet_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lag, "PAUSE_SECONDS", 0.01)
    cluster = Cluster()
    own = AclMarks(ThingKind.TOPIC, cluster.send, granted, "one/dev", Lag())
    assert await own.on(topic("x")) == frozenset()
    cluster.before_listing = [(2, "x", "Levee:one/dev", 8)]
    assert await own.on(topic("x"), expected=Mark("one/dev")) == {Mark("one/dev")}


async def test_a_mark_that_is_gone_is_not_waited_for_where_no_lag_explains_it() -> None:
    cluster = Cluster()
    assert await marks(cluster).on(topic("x"), expected=Mark("one/dev")) == frozenset()
    assert len(cluster.requests) == 4  # listed, and listed once more, by two operations each


async def test_a_mark_that_was_there_before_stays_when_another_comes() -> None:
    cluster = Cluster()
    own = marks(cluster)
    await own.claim(topic("x"))
    cluster.before_listing = [(2, "x", "Levee:other/staging", 8)]
    with pytest.raises(RefusedError):
        await own.claim(topic("x"))
    assert (2, "x", "Levee:one/dev", 8) in cluster.acls


@pytest.mark.parametrize(
    ("error", "said"),
    [(SECURITY_DISABLED, "no authorizer"), (NOT_AUTHORIZED, "may not"), (INVALID_REQUEST, "don't take")],
)
async def test_a_cluster_that_carries_no_marks_says_so(error: int, said: str) -> None:
    own = marks(Cluster(error=error))
    for attempt in (own.on(topic("x")), own.claim(topic("x")), own.release(topic("x"))):
        with pytest.raises(MarksUnavailableError, match=said):
            await attempt


async def test_any_other_error_is_a_failure() -> None:
    with pytest.raises(FailedError, match="can't be listed"):
        await marks(Cluster(error=POLICY_VIOLATION)).on(topic("x"))


async def test_who_may_not_see_acls_sees_no_marks_rather_than_none() -> None:
    async def refused(*_operations: str) -> None:
        raise LacksRightError("lacks Describe")

    own = AclMarks(ThingKind.TOPIC, Cluster().send, refused, None, settled())
    with pytest.raises(MarksUnavailableError, match="lacks Describe"):
        await own.on(topic("x"))


async def test_acls_of_clients_and_of_other_forms_are_no_marks() -> None:
    cluster = Cluster()
    cluster.acls = {(2, "x", "User:Levee:one/dev", 8), (2, "x", "Levee:one/dev", 3), (3, "x", "Levee:one/dev", 8)}
    assert await marks(cluster).on(topic("x")) == frozenset()
