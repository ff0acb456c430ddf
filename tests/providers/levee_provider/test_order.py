"""In which order the cluster and the store hear of a credential, watched where the requests go out."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from levee_infra.kafka.admin.wire import Wire
from tests.support.credential_engine import CredentialEngine
from tests.support.credential_inputs import WriterInputs, acl

pytestmark = pytest.mark.integration

CHANGES = ("CreateAcls", "DeleteAcls", "AlterUserScramCredentials")
Watched = list[tuple[str, list[str]]]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch, declare: WriterInputs) -> Watched:
    """Every change that goes out, with the records that the store holds at that moment."""
    seen: Watched = []
    send: Callable[[Wire, Any], Awaitable[Any]] = Wire.send

    async def watching(wire: Wire, request: Any) -> Any:
        kind = type(request).__name__.partition("Request")[0]
        if kind in CHANGES:
            seen.append((kind, records(declare.directory)))
        return await send(wire, request)

    monkeypatch.setattr(Wire, "send", watching)
    return seen


def records(directory: Path) -> list[str]:
    return sorted(path.name.split(".")[1] for path in directory.glob("*.java.properties"))


async def test_a_user_can_log_in_only_when_its_secret_is_kept_and_its_acls_are_there(
    engine: CredentialEngine, declare: WriterInputs, watched: Watched
) -> None:
    await engine.create(declare())
    assert watched == [("CreateAcls", ["g1"]), ("AlterUserScramCredentials", ["g1"])]


async def test_new_acls_come_before_old_ones_go(
    engine: CredentialEngine, declare: WriterInputs, watched: Watched, topic: str
) -> None:
    state = await engine.create(declare())
    watched.clear()
    await engine.up(state, declare(acls=[acl(topic, "Read"), acl(topic, "Describe")]))
    assert watched == [("CreateAcls", ["g1"]), ("DeleteAcls", ["g1"])]


async def test_a_revoked_user_loses_its_acls_then_its_login_then_its_secret(
    engine: CredentialEngine, declare: WriterInputs, watched: Watched
) -> None:
    state = await engine.up(await engine.create(declare()), declare(generation=2))
    watched.clear()
    state = await engine.up(state, declare(generation=2, previous="revoked"))
    assert watched == [("DeleteAcls", ["g1", "g2"]), ("AlterUserScramCredentials", ["g1", "g2"])]
    assert records(declare.directory) == ["g2"]


async def test_a_rotation_revokes_nothing_before_the_new_generation_works(
    engine: CredentialEngine, declare: WriterInputs, watched: Watched
) -> None:
    state = await engine.up(await engine.create(declare()), declare(generation=2))
    watched.clear()
    await engine.up(state, declare(generation=3))
    assert watched == [
        ("CreateAcls", ["g1", "g2", "g3"]),
        ("AlterUserScramCredentials", ["g1", "g2", "g3"]),
        ("DeleteAcls", ["g1", "g2", "g3"]),
        ("AlterUserScramCredentials", ["g1", "g2", "g3"]),
    ]
