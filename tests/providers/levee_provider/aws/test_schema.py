"""The schema says of every kind what the kind itself says."""

import json
from importlib import resources
from typing import Any

import pytest

from infra.providers.levee.aws.aws_kind import AwsKind
from infra.providers.levee.aws_platform import KINDS


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The resources of all parts of the schema."""
    parts = (resources.files("infra.providers.levee") / "schema").iterdir()
    return {
        token: resource
        for part in parts
        for token, resource in json.loads(part.read_text(encoding="utf-8")).get("resources", {}).items()
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.token)
def test_a_kind_takes_what_its_schema_describes(kind: type[AwsKind], described: dict[str, Any]) -> None:
    schema = described[kind.token]
    common = ("tags",) * kind.has_tags + ("deletion",) * kind.holds_data

    inputs = set(schema["inputProperties"])
    assert inputs == {*kind.properties, *common}
    assert inputs <= set(schema["properties"])
    assert set(schema["requiredInputs"]) <= set(schema["required"]) <= set(schema["properties"])
