"""A thousand credentials at once cost a few requests, and none of their passwords is seen anywhere."""

import asyncio
import collections
import logging
from pathlib import Path
from typing import Any

import pytest

from levee_infra.kafka.admin.wire import Wire
from levee_infra.kafka.secret_store.client_settings import read_librdkafka
from tests.support.cluster import LocalCluster
from tests.support.credential_engine import CredentialEngine, client_settings
from tests.support.credential_inputs import WriterInputs
from tests.support.kafka_clients import produce
from tests.support.live_credentials import users

pytestmark = pytest.mark.integration

CREDENTIALS = 1_000
FEW = 60
"""How many leave together depends on how busy the machine is."""
LISTING = ("DescribeClusterRequest", "DescribeUserScramCredentialsRequest", "DescribeAclsRequest")


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> collections.Counter[str]:
    """Counts the requests that really go out, by kind."""
    counted: collections.Counter[str] = collections.Counter()
    send = Wire.send

    async def counting(wire: Wire, request: Any) -> Any:
        counted[type(request).__name__.partition("_")[0]] += 1
        return await send(wire, request)

    monkeypatch.setattr(Wire, "send", counting)
    return counted


async def test_a_thousand_credentials_take_a_few_requests(
    engine: CredentialEngine,
    declare: WriterInputs,
    cluster: LocalCluster,
    service: str,
    topic: str,
    requests: collections.Counter[str],
) -> None:
    inputs = [declare(service=f"{service}-{number}") for number in range(CREDENTIALS)]
    states = await asyncio.gather(*map(engine.create, inputs))
    made = dict(requests)
    assert set(made) == {*LISTING, "CreateAclsRequest", "AlterUserScramCredentialsRequest"}
    assert sum(made.values()) <= FEW, made
    assert produce(client_settings(states[0]), topic) is None
    assert produce(client_settings(states[-1]), topic) is None

    requests.clear()
    assert await asyncio.gather(*map(engine.refresh, states)) == states
    assert set(requests) == set(LISTING)
    assert sum(requests.values()) <= 9, requests

    requests.clear()
    await asyncio.gather(*map(engine.delete, states))
    assert sum(requests.values()) <= FEW, requests
    assert users(cluster, f"{service}-0") == users(cluster, f"{service}-999") == set()


async def test_a_password_is_in_its_files_and_nowhere_else(
    engine: CredentialEngine,
    declare: WriterInputs,
    service: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    state = await engine.create(declare())
    known = [client_settings(state)["sasl.password"]]
    state = await engine.up(state, declare(generation=2))
    known.append(client_settings(state)["sasl.password"])
    state = await engine.up(state, declare(generation=2, iterations=9_000))
    declare.directory.joinpath(f"{service}.g2.properties").chmod(0o644)
    with pytest.raises(Exception, match="open to others") as caught:
        await engine.refresh(state)
    declare.directory.joinpath(f"{service}.g2.properties").chmod(0o600)
    state = await engine.up(state, declare(generation=2, previous="revoked"))

    printed = capfd.readouterr()
    seen = "\n".join([*engine.traffic, caplog.text, printed.out, printed.err, str(state), repr(caught.value)])
    files = {path.name: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    for password in known:
        assert len(password) == 44
        assert password not in seen
    assert sorted(name for name, text in files.items() if known[1] in text) == [
        f"{service}.g2.java.properties",
        f"{service}.g2.properties",
    ]
    assert not [name for name, text in files.items() if known[0] in text]
    assert read_librdkafka(files[f"{service}.g2.properties"])["sasl.username"] == f"{service}.g2"
