"""The schema says what every kind takes."""

import json

import pytest

from levee.clock import SYSTEM_CLOCK
from levee_infra.providers.levee.provider import LeveeProvider
from levee_infra.targets.aws.kinds.aws_kind import AwsKind
from levee_infra.targets.aws.platform import KINDS

RESOURCES = json.loads(LeveeProvider(SYSTEM_CLOCK).schema())["resources"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.token)
def test_the_schema_describes_every_property(kind: type[AwsKind]) -> None:
    described = RESOURCES[kind.token]
    inputs = {each.name for each in kind.takes}
    assert set(described["inputProperties"]) == inputs
    assert ("tags" in inputs, "deletion" in inputs) == (kind.has_tags, kind.holds_data)
    assert inputs <= set(described["properties"])
    assert set(described["requiredInputs"]) <= set(described["required"]) <= set(described["properties"])
