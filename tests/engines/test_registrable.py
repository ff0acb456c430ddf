"""Only what levee's program could have registered is taken: known types, keys of their schemas, ids that agree."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from levee_infra.deployed.embedded_state import Put, Resource, record_from_json
from levee_infra.engines.registrable import why_not
from tests.support.earlier_state import FILES, LIVE

URN: Final = "urn:pulumi:prod::levee::"
POLICY: Final = '{"Statement":[{"Condition":{"StringEquals":{"token.actions.example.com:aud":"sts.amazonaws.com"}}}]}'


def resource(type_: str, id_: str, inputs: dict[str, Any], *, custom: bool = True, **outputs: Any) -> Resource:
    return Resource(f"{URN}{type_}::it", type_, custom, id_, inputs, {**inputs, **outputs})


KAFKA: Final = {"bootstrapServers": ["b:9092"], "saslPasswordFile": "/run/password", "owner": "bank/prod"}
COMPLIANT: Final = {
    "stack": resource(
        "pulumi:pulumi:Stack", "", {}, custom=False, topics={"token-log": "a.v1"}, approvals=[], levee="1"
    ),
    "group": resource("levee:index:LogStream", "", {}, custom=False, topic="a.v1"),
    "kafka": resource("pulumi:providers:kafka", "p", {**KAFKA, "clientKey": "/keys/admin.pem"}),
    "levee": resource(
        "pulumi:providers:levee", "q", {"kafka": {**KAFKA, "users": "scram"}, "aws": {"region": "eu-west-1"}}
    ),
    "topic": resource(
        "kafka:index/topic:Topic", "a.v1", {"name": "a.v1", "config": {"retention.ms": "1"}}, topicId="t"
    ),
    "credential": resource(
        "levee:kafka:ServiceCredential",
        "tokens",
        {"service": "tokens", "secretStore": {"kind": "file", "directory": "/s"}, "acls": [{"name": "g"}]},
        secretRef="file:/s/tokens.g1.properties",
        secretVersions={"tokens.g1": "7f1e9a2c-0000-4000-8000-000000000001"},
        madeOn={"tokens.g1": "2026-11-01"},
    ),
    "key": resource(
        "levee:aws:Key", "arn:aws:kms:::key/1", {"alias": "alias/a", "policy": POLICY}, arn="arn:aws:kms:::key/1"
    ),
    "bucket": resource(
        "levee:aws:ArchiveBucket",
        "records",
        {"name": "records", "tags": {"levee:owner": "x"}},
        arn="arn:aws:s3:::records",
    ),
    "link": resource("levee:aws:LogSubscription", "/aws/x|f", {"logGroup": "/aws/x", "filterName": "f"}),
}


def holding(resource: Resource, part: str, more: dict[str, Any]) -> Resource:
    if part == "inputs":
        return replace(resource, inputs={**resource.inputs, **more})
    return replace(resource, outputs={**resource.outputs, **more})


@pytest.mark.parametrize("name", COMPLIANT)
def test_what_levee_registers_is_taken(name: str) -> None:
    assert why_not(COMPLIANT[name]) == ""


@pytest.mark.parametrize("part", ["inputs", "outputs"])
@pytest.mark.parametrize("name", COMPLIANT)
@pytest.mark.parametrize(
    "foreign",
    [
        {"password": "hunter2secret"},
        {"note": "hunter2secret"},
        {"__note": "x"},
        {"__defaults": [{"password": "hunter2secret"}]},
        {"__internal": {"password": "hunter2secret"}},
        {"__meta": {"password": "hunter2secret"}},
    ],
)
def test_a_key_that_the_type_has_not_is_named(name: str, part: str, foreign: dict[str, Any]) -> None:
    told = why_not(holding(COMPLIANT[name], part, foreign))
    assert f"has `{part}.{next(iter(foreign))}" in told
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("stack", {"topics": {"a": {"password": "hunter2secret"}}}),
        ("stack", {"approvals": [{"password": "hunter2secret"}]}),
        ("topic", {"name": {"password": "hunter2secret"}}),
        ("topic", {"partitions": ["hunter2secret"]}),
        ("topic", {"config": {"a": {"b": "c"}}}),
        ("topic", {"config": {"sasl.password": "hunter2secret"}}),
        ("topic", {"config": {"a": "-----BEGIN PRIVATE KEY-----\nMIIB"}}),
        ("topic", {"effective": {"ssl.keystore.password": "hunter2secret"}}),
        ("credential", {"secretStore": {"kind": "file", "password": "hunter2secret"}}),
        ("credential", {"acls": [{"name": "g", "password": "hunter2secret"}]}),
        ("credential", {"drift": ["see https://admin:hunter2secret@store.example"]}),
        ("credential", {"madeOn": {"tokens.g1": ["hunter2secret"]}}),
        ("kafka", {"saslPassword": "hunter2secret"}),
        ("kafka", {"clientKey": "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----"}),
        ("kafka", {"clientKeyPassphrase": "hunter2secret"}),
        ("levee", {"kafka": {"saslPassword": "hunter2secret"}}),
        ("levee", {"kafka": {"password": "hunter2secret"}}),
        ("levee", {"aws": {"secretKey": "hunter2secret"}}),
        ("levee", {"ibm": {"apiKey": "hunter2secret"}}),
        ("levee", {"azure": {}}),
        ("key", {"policy": '{"password": "hunter2secret"}'}),
        ("bucket", {"tags": {"password": "hunter2secret"}}),
        ("bucket", {"tags": {"note": "AKIAQWERTYUIOPASDFGH"}}),
    ],
)
@pytest.mark.parametrize("part", ["inputs", "outputs"])
def test_a_secret_or_a_foreign_value_is_refused_wherever_it_stands(name: str, part: str, held: dict[str, Any]) -> None:
    told = why_not(holding(COMPLIANT[name], part, held))
    assert told
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("topic", lambda each: replace(each, id="b.v1")),
        ("topic", lambda each: replace(each, id="b.v1", outputs={**each.outputs, "name": "b.v1"})),
        ("topic", lambda each: replace(each, outputs={**each.outputs, "name": "b.v1"})),
        ("credential", lambda each: replace(each, id="other")),
        ("key", lambda each: replace(each, id="arn:aws:kms:::key/2")),
        ("bucket", lambda each: replace(each, id="b")),
        ("bucket", lambda each: replace(each, outputs={**each.outputs, "arn": "arn:aws:s3:::others"})),
        ("link", lambda each: replace(each, id="/aws/x|g")),
    ],
)
def test_an_id_that_contradicts_what_is_recorded_is_refused(name: str, change: Callable[[Resource], Resource]) -> None:
    assert "has another id than its" in why_not(change(COMPLIANT[name]))


def test_a_foreign_type_is_refused() -> None:
    for type_ in ("random:index/randomPet:RandomPet", "levee:kafka:Nothing", "pulumi:providers:aws", ""):
        assert "levee registers nothing of" in why_not(resource(type_, "a", {}))
    assert "custom: false" in why_not(replace(COMPLIANT["topic"], custom=False))
    assert "custom: true" in why_not(replace(COMPLIANT["group"], custom=True))


def test_a_secret_in_an_error_or_an_id_is_refused() -> None:
    login = "https://admin:hunter2secret@store.example"
    assert "looks like a secret" in why_not(replace(COMPLIANT["levee"], id=login))
    assert "looks like a secret" in why_not(replace(COMPLIANT["topic"], init_errors=(f"no answer of {login}",)))


def test_what_an_earlier_version_registered_is_taken() -> None:
    told = json.loads((FILES / "embedded.json").read_text())
    assert len(told) > 15
    for each in told:
        match record_from_json({"put": each}):
            case Put(kept):
                known = {key: kept.id if value == LIVE else value for key, value in kept.outputs.items()}
                assert why_not(replace(kept, outputs=known)) == ""
