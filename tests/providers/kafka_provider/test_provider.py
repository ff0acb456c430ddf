"""The package as a whole: its schema, its plugin process, and how few requests it sends."""

import asyncio
import collections
import functools
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import grpc
import pulumi_kafka
import pytest
from confluent_kafka.admin import AdminClient
from google.protobuf import empty_pb2
from pulumi._types import input_type_py_to_pulumi_names
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from levee_infra.providers.kafka.provider import KafkaProvider
from levee_infra.providers.protocol.properties import Properties, Secret, encode
from tests.providers.kafka_provider import test_acl, test_topic
from tests.support.resource_engine import Resource, ResourceEngine

FOLDER = Path(__file__).resolve().parents[3] / "infra" / "providers" / "kafka"

SCHEMA = json.loads(KafkaProvider().schema())

PUBLISHED = {
    "kafka:index/topic:Topic": pulumi_kafka.TopicArgs,
    "kafka:index/acl:Acl": pulumi_kafka.AclArgs,
    "kafka:index/userScramCredential:UserScramCredential": pulumi_kafka.UserScramCredentialArgs,
    "kafka:index/quota:Quota": pulumi_kafka.QuotaArgs,
}

OURS = {
    "kafka:index/topic:Topic": (
        {"adopt", "effective", "acknowledgedIds", "onRemoval"},
        {"adopt", "adopted", "effective", "onRemoval", "owner", "recreatedAs", "topicId"},
    ),
}


@pytest.mark.parametrize(("token", "arguments"), PUBLISHED.items())
def test_schema_has_the_published_properties_and_what_is_ours(token: str, arguments: type) -> None:
    published = set(input_type_py_to_pulumi_names(arguments).values())
    inputs, outputs = OURS.get(token, (set(), set()))
    assert SCHEMA["resources"][token]["inputProperties"].keys() == published | inputs
    assert SCHEMA["resources"][token]["properties"].keys() == published | outputs
    assert not {*SCHEMA["resources"][token].get("requiredInputs", ())} - published


def test_schema_has_the_published_configuration_and_what_is_ours() -> None:
    published = set(input_type_py_to_pulumi_names(pulumi_kafka.ProviderArgs).values())
    ours = {"saslPasswordFile", "saslPasswordEnvironment", "owner", "onDestroy"}
    ours |= {"clientKeyPassphraseFile", "clientKeyPassphraseEnvironment", "saslOauthExtensions", "saslTokenCaCert"}
    assert SCHEMA["provider"]["inputProperties"].keys() == published | ours
    assert SCHEMA["config"]["variables"] == SCHEMA["provider"]["inputProperties"]


def test_schema_is_of_the_published_version() -> None:
    assert SCHEMA["version"] == KafkaProvider.version
    assert SCHEMA["resources"].keys() == PUBLISHED.keys()
    secret = {name for name, spec in SCHEMA["config"]["variables"].items() if spec.get("secret")}
    assert secret <= KafkaProvider.secret_config


def test_bad_configuration_is_refused_without_showing_a_secret() -> None:
    process = subprocess.Popen([sys.executable, FOLDER], stdout=subprocess.PIPE, text=True, cwd="/")
    assert process.stdout is not None
    config: Properties = {
        "bootstrapServers": ["x"],
        "saslPassword": "pw-1",
        "saslPasswordFile": "f",
        "version": "3.13.3",
    }
    with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        assert stub.GetPluginInfo(empty_pb2.Empty()).version == KafkaProvider.version
        assert json.loads(stub.GetSchema(provider_pb2.GetSchemaRequest()).schema) == SCHEMA
        answer = stub.CheckConfig(provider_pb2.CheckRequest(news=encode(config)))
    process.terminate()
    assert process.wait(20) == 0
    assert {failure.property for failure in answer.failures} == {"bootstrapServers", "saslPasswordFile"}
    assert "pw-1" not in str(answer)


def test_changed_configuration_never_replaces_the_provider() -> None:
    async def diff() -> provider_pb2.DiffResponse:
        old, new = {"bootstrapServers": ["a:1"]}, {"bootstrapServers": ["b:1"], "saslPassword": Secret("x")}
        request = provider_pb2.DiffRequest(
            olds=encode(cast("Any", old)), old_inputs=encode(cast("Any", old)), news=encode(cast("Any", new))
        )
        return await KafkaProvider().DiffConfig(request, cast("Any", SimpleNamespace(peer=lambda: "an engine")))

    answer = asyncio.run(diff())
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert not answer.replaces


COUNT = 200
WORKERS = 8
"""How many resources an engine reads at once on two cores."""

COUNTED = (
    "create_topics",
    "create_partitions",
    "incremental_alter_configs",
    "delete_topics",
    "describe_configs",
    "create_acls",
    "delete_acls",
    "describe_acls",
)


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> collections.Counter[str]:
    """Count what really goes to the brokers, by the client's method."""
    counter: collections.Counter[str] = collections.Counter()

    def counted(name: str, method: Callable[..., object]) -> Callable[..., object]:
        def call(client: AdminClient, *arguments: object, **options: object) -> object:
            counter[name] += 1
            return method(client, *arguments, **options)

        return call

    for name in COUNTED:
        monkeypatch.setattr(AdminClient, name, counted(name, getattr(AdminClient, name)))
    return counter


async def in_parallel(calls: Sequence[Callable[[], Awaitable[object]]], workers: int) -> list[Any]:
    room = asyncio.Semaphore(workers)

    async def one(call: Callable[[], Awaitable[object]]) -> object:
        async with room:
            return await call()

    return await asyncio.gather(*map(one, calls))


@pytest.mark.integration
async def test_resources_share_requests(
    engine: ResourceEngine, unique: str, requests: collections.Counter[str]
) -> None:
    """Topics with an ACL each, made, read, changed and removed together: requests by the dozen, not by the resource."""
    names = [f"{unique}-{number:03}" for number in range(COUNT)]
    checked = [
        (type_, name, await engine.check(type_, name, declared(name)))
        for type_, declared in ((test_topic.TOPIC, topic), (test_acl.ACL, test_acl.declared))
        for name in names
    ]
    made = await in_parallel([functools.partial(engine.create_checked, *one) for one in checked], workers=2 * COUNT)
    assert requests["create_topics"] <= COUNT / 10
    assert requests["create_acls"] <= COUNT / 10

    requests.clear()
    read = await in_parallel([functools.partial(engine.refresh, one) for one in made], workers=WORKERS)
    assert [one for one in read if one is None] == []
    assert read == made
    # Without reading ahead there would be one for each burst of WORKERS.
    assert requests["describe_configs"] < COUNT / WORKERS
    assert requests["describe_acls"] < COUNT / WORKERS

    def update(one: Resource) -> Awaitable[object]:
        changed = topic(one.id) | {"partitions": 2, "config": {"retention.ms": "7"}}
        return engine.update(one, changed, preview=False)

    topics = [one for one in made if one.type == test_topic.TOPIC]
    await in_parallel([functools.partial(update, one) for one in topics], workers=COUNT)
    assert requests["incremental_alter_configs"] <= COUNT / 5
    assert requests["create_partitions"] <= COUNT / 5

    await in_parallel([functools.partial(engine.delete, one) for one in made], workers=2 * COUNT)
    assert requests["delete_topics"] <= COUNT / 10
    assert requests["delete_acls"] <= COUNT / 10
    read = await in_parallel([functools.partial(engine.refresh, one) for one in made], workers=WORKERS)
    assert read == [None] * len(made)


def topic(name: str) -> Properties:
    return test_topic.declared(name, partitions=1)
