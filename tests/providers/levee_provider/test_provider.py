"""The plugin's face: configuration, schema, and its own process."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from levee.clock import SYSTEM_CLOCK
from levee_infra.kafka.credential.declared_credential import TAKES
from levee_infra.providers.levee.provider import LeveeProvider
from levee_infra.providers.protocol.properties import UNKNOWN, Properties, encode
from tests.support.credential_inputs import WriterInputs
from tests.support.provider_host import failure_of, hosted

PLUGIN = Path(__file__).resolve().parents[3] / "infra" / "providers" / "levee"
URN = "urn:pulumi:test::p::pulumi:providers:levee::levee"


def connection(**changes: Any) -> Properties:
    return {"bootstrapServers": ["kafka.example:9093"], "saslUsername": "admin", "saslPassword": "x", **changes}


async def failures_of(config: Properties) -> dict[str, str]:
    async with hosted(LeveeProvider(SYSTEM_CLOCK)) as stub:
        response = await stub.CheckConfig(provider_pb2.CheckRequest(urn=URN, news=encode(config)))
    return {failure.property: failure.reason for failure in response.failures}


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"kafka": connection()},
        {"kafka": UNKNOWN},
        {"kafka": connection(saslPassword=UNKNOWN)},
        {"kafka": json.dumps({"bootstrapServers": ["kafka.example:9093"]})},
    ],
)
async def test_a_configuration_is_taken(config: Properties) -> None:
    assert await failures_of(config) == {}


@pytest.mark.parametrize(
    ("config", "where", "words"),
    [
        ({"kafka": connection(tlsEnabled=False)}, "kafka.tlsEnabled", "need TLS"),
        ({"kafka": connection(skipTlsVerify=True)}, "kafka.skipTlsVerify", "certificate verified"),
        ({"kafka": connection(bootstrapServers=["kafka"])}, "kafka.bootstrapServers", "no host:port"),
        ({"kafka": {}}, "kafka.bootstrapServers", "needs bootstrapServers"),
        ({"kafka": 7}, "kafka", "must be an object"),
        ({"kafak": {}}, "kafak", "did you mean kafka?"),
    ],
)
async def test_a_configuration_with_one_thing_wrong_is_refused_there(
    config: Properties, where: str, words: str
) -> None:
    failures = await failures_of(config)
    assert words in failures[where]
    assert list(failures) == [where]


async def test_what_is_not_configured_is_refused_by_name() -> None:
    async with hosted(LeveeProvider(SYSTEM_CLOCK)) as stub:
        await stub.Configure(provider_pb2.ConfigureRequest(args=encode({})))
        urn = "urn:pulumi:test::p::levee:kafka:ServiceCredential::billing"
        failure = await failure_of(stub.Check(provider_pb2.CheckRequest(urn=urn, news=encode({}))))
    assert "levee:kafka:ServiceCredential, or is not configured" in str(failure.details())


async def test_the_schema_describes_every_property() -> None:
    async with hosted(LeveeProvider(SYSTEM_CLOCK)) as stub:
        response = await stub.GetSchema(provider_pb2.GetSchemaRequest())
    schema = json.loads(response.schema)
    assert schema["name"] == "levee"
    credential = schema["resources"]["levee:kafka:ServiceCredential"]
    inputs = {each.name for each in TAKES}
    assert set(credential["inputProperties"]) == inputs
    assert set(credential["properties"]) == {
        *inputs,
        "username",
        "principals",
        "secretRef",
        "secretVersions",
        "madeOn",
        "drift",
    }
    assert set(credential["required"]) == set(credential["properties"]) - {"drift", "madeOn", "secretVersions"}
    references = [part.split('"')[0] for part in response.schema.split('"#/types/')[1:]]
    assert set(references) == set(schema["types"])


def test_the_plugin_starts_as_pulumi_starts_it(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-u", str(PLUGIN), "127.0.0.1:1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            assert stub.GetPluginInfo(empty_pb2.Empty(), timeout=60).version == LeveeProvider.version
    finally:
        process.terminate()
        assert process.wait(40) == 0


async def test_two_resources_for_one_service_are_refused(tmp_path: Path) -> None:
    inputs = encode(WriterInputs(directory=tmp_path / "secrets")())
    urns = [f"urn:pulumi:test::p::levee:kafka:ServiceCredential::{name}" for name in ("one", "one", "two")]
    async with hosted(LeveeProvider(SYSTEM_CLOCK)) as stub:
        await stub.Configure(provider_pb2.ConfigureRequest(args=encode({"kafka": connection()})))
        checked = [await stub.Check(provider_pb2.CheckRequest(urn=urn, news=inputs)) for urn in urns]
    assert [len(response.failures) for response in checked] == [0, 0, 1]
    assert checked[2].failures[0].reason == "billing is declared twice, by one and two; join their acls"
