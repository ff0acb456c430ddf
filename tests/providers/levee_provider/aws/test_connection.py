"""One account in one region, said in full; nothing ambient, nothing in clear."""

from __future__ import annotations

import pytest

from levee_infra.providers.protocol.failures import RefusedError
from levee_infra.providers.protocol.properties import UNKNOWN, Properties
from levee_infra.targets.aws.connection import read_connection

WHOLE: Properties = {"account": "123456789012", "region": "eu-central-1"}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"region": "us-gov-west-1"},
        {"region": "cn-northwest-1"},
        {"region": "ap-southeast-5"},
        {"endpoint": "https://aws.example.com:8443"},
        {"endpoint": "http://127.0.0.1:5000"},
        {"endpoint": "http://[::1]:5000", "credentialsFile": "/srv/credentials"},
    ],
)
def test_what_says_one_account_and_region_is_taken(changes: Properties) -> None:
    said = {**WHOLE, **changes}
    connection = read_connection(said)
    assert connection is not None
    found = (connection.account, connection.region, connection.endpoint, connection.credentials_file)
    assert found == tuple(said.get(name) for name in ("account", "region", "endpoint", "credentialsFile"))


@pytest.mark.parametrize("name", ["account", "region", "endpoint", "credentialsFile"])
def test_what_is_not_known_yet_is_no_connection_yet(name: str) -> None:
    assert read_connection({**WHOLE, name: UNKNOWN}) is None


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"account": ""}, "account"),
        ({"account": "12345678901"}, "account"),
        ({"account": "1234-5678-9012"}, "account"),
        ({"region": ""}, "region"),
        ({"region": "frankfurt"}, "region"),
        ({"region": "eu-central-1a"}, "region"),
        ({"region": "eu-central-1.evil.example"}, "region"),
        ({"endpoint": "127.0.0.1:5000"}, "endpoint"),
        ({"endpoint": "ftp://127.0.0.1"}, "endpoint"),
        ({"endpoint": "http://aws.example.com"}, "endpoint"),
        ({"endpoint": "http://127.0.0.1.example.com"}, "endpoint"),
        ({"endpoint": "https://key:hunter2@aws.example.com"}, "endpoint"),
        ({"endpoint": "https://aws.example.com/?to=elsewhere"}, "endpoint"),
        ({"endpoint": "https://aws.example.com:port"}, "endpoint"),
        ({"endpoint": "https://[::1"}, "endpoint"),
        ({"profile": "default"}, "profile"),
        ({"secretAccessKey": "hunter2"}, "secretAccessKey"),
    ],
)
def test_what_does_not_is_refused_where_it_stands(changes: Properties, where: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_connection({**WHOLE, **changes})
    assert [problem.property for problem in refused.value.problems] == [where]
    assert "hunter2" not in str(refused.value)
