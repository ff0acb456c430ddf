"""The section `ibm` of the levee provider's configuration, and what resources are refused by their inputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee.clock import SYSTEM_CLOCK
from levee_infra.providers.levee.provider import LeveeProvider
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.providers.protocol.kind import Declaration, Naming, ResourceKind
from levee_infra.providers.protocol.properties import UNKNOWN, Properties, Value
from levee_infra.targets.ibm.connection import IbmConnection, api_key

CONNECTION: Properties = {"account": "a" * 32, "region": "eu-de", "bootstrapServers": ["broker.example:9093"]}
GUID = "00000000-0000-4000-8000-000000000001"
COMPLIANT: dict[str, Properties] = {
    "levee:ibm:AuthorizationPolicy": {
        "sourceService": "logs",
        "sourceInstance": GUID,
        "targetService": "messagehub",
        "targetInstance": GUID,
        "role": "Writer",
        "description": "levee payments/prod: Cloud Logs writes",
    },
    "levee:ibm:LogsStream": {
        "instanceUrl": "https://logs.example",
        "name": "payments/prod/audit",
        "filter": "<v1>true",
        "active": True,
        "compression": "gzip",
        "brokers": ["broker.example:9093"],
        "topic": "audit",
    },
    "levee:ibm:Topic": {"adminUrl": "https://admin.example", "name": "audit", "partitions": 3},
    "levee:ibm:ServiceId": {
        "service": "siem",
        "name": "prod-siem",
        "description": "levee payments/prod: siem",
        "instance": GUID,
        "policies": [{"kind": "topic", "name": "audit", "match": "literal", "role": "Reader"}],
        "generations": [1],
        "secretStore": {"kind": "file", "directory": "/secrets"},
    },
}


def kinds(connection: Properties = CONNECTION) -> dict[str, ResourceKind]:
    package = LeveeProvider(SYSTEM_CLOCK).configure({"ibm": connection})
    return {kind.token: kind for kind in package.kinds}


async def refusals(token: str, changes: Properties, connection: Properties = CONNECTION) -> set[str]:
    try:
        await kinds(connection)[token].check(Declaration({**COMPLIANT[token], **changes}, {}, Naming("a")))
    except RefusedError as refusal:
        return {problem.property for problem in refusal.problems}
    return set()


@pytest.mark.parametrize("token", COMPLIANT)
async def test_it_complies(token: str) -> None:
    assert set(kinds()) == set(COMPLIANT)
    assert await refusals(token, {}) == set()
    assert await refusals(token, dict.fromkeys(COMPLIANT[token], UNKNOWN)) == set()


@pytest.mark.parametrize("token", COMPLIANT)
async def test_each_needed_input_is_missed(token: str) -> None:
    for name in COMPLIANT[token]:
        assert name in {found.partition(".")[0] for found in await refusals(token, {name: None})}


@pytest.mark.parametrize(
    ("token", "changes", "where"),
    [
        ("AuthorizationPolicy", {"sourceInstance": "*"}, "sourceInstance"),
        ("AuthorizationPolicy", {"targetInstance": f"crn:v1:bluemix:public:messagehub::::{GUID}"}, "targetInstance"),
        ("AuthorizationPolicy", {"role": "Administrator"}, "role"),
        ("AuthorizationPolicy", {"resourceType": "topic"}, "resource"),
        ("AuthorizationPolicy", {"description": "d" * 301}, "description"),
        ("LogsStream", {"instanceUrl": "http://logs.example"}, "instanceUrl"),
        ("LogsStream", {"compression": "zstd"}, "compression"),
        ("LogsStream", {"brokers": ["broker.example"]}, "brokers"),
        ("LogsStream", {"filter": "<v1>\ntrue"}, "filter"),
        ("LogsStream", {"filter": "a" * 4097}, "filter"),
        ("Topic", {"adminUrl": "http://admin.example"}, "adminUrl"),
        ("Topic", {"name": "a" * 201}, "name"),
        ("Topic", {"name": "a/b"}, "name"),
        ("Topic", {"partitions": 0}, "partitions"),
        ("Topic", {"onRemoval": "keep"}, "onRemoval"),
        ("ServiceId", {"service": "SIEM"}, "service"),
        ("ServiceId", {"generations": [1, 1]}, "generations"),
        ("ServiceId", {"generations": [0]}, "generations"),
        ("ServiceId", {"policies": [{"kind": "topic", "match": "literal", "role": "Administrator"}]}, "policies"),
        ("ServiceId", {"policies": [{"kind": "bucket", "match": "literal", "role": "Reader"}]}, "policies"),
        ("ServiceId", {"policies": [{"kind": "topic", "match": "regex", "role": "Reader"}]}, "policies"),
        ("ServiceId", {"secretStore": {"kind": "file", "directory": "secrets"}}, "secretStore.directory"),
        ("ServiceId", {"secretStore": {"kind": "secrets-manager"}}, "secretStore.kind"),
    ],
)
async def test_what_can_not_be_is_refused_there(token: str, changes: Properties, where: str) -> None:
    assert await refusals(f"levee:ibm:{token}", changes) == {where}


async def test_keys_are_not_kept_with_settings_that_reach_nothing() -> None:
    nowhere = {name: value for name, value in CONNECTION.items() if name != "bootstrapServers"}
    assert await refusals("levee:ibm:ServiceId", {}, nowhere) == {"service"}
    assert await refusals("levee:ibm:Topic", {}, nowhere) == set()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"account": "local"}, "ibm.account"),
        ({"account": None}, "ibm.account"),
        ({"region": None}, "ibm.region"),
        ({"endpoints": {"iam": "http://iam.example"}}, "ibm.endpoints"),
        ({"endpoints": {"iam": "https://who:secret@iam.example"}}, "ibm.endpoints"),
        ({"endpoints": {"aim": "https://iam.example"}}, "ibm.endpoints"),
        ({"apiKey": "it has no place here"}, "ibm.apiKey"),
    ],
)
def test_a_connection_that_can_not_be(changes: dict[str, Value], where: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        LeveeProvider(SYSTEM_CLOCK).check_config({"ibm": {**CONNECTION, **changes}})
    assert [problem.property for problem in refusal.value.problems] == [where]
    assert "secret@" not in str(refusal.value)


def test_what_is_not_known_yet_is_checked_later() -> None:
    provider = LeveeProvider(SYSTEM_CLOCK)
    provider.check_config({"ibm": {**CONNECTION, "account": UNKNOWN}})
    with pytest.raises(RefusedError, match="must be known"):
        provider.configure({"ibm": {**CONNECTION, "account": UNKNOWN}})


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_key_that_others_can_read_is_not_used(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "api-key"
    file.write_text("an-api-key\n")
    file.chmod(mode)
    connection = IbmConnection("a" * 32, "eu-de", str(file))
    if mode == 0o600:
        assert api_key(connection) == "an-api-key"
        return
    with pytest.raises(FailedError, match="chmod 600"):
        api_key(connection)
