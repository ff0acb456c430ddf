"""The schema that the plugin serves, kept as a file: what programs are written against."""

import json
from pathlib import Path
from typing import Any

from levee.clock import SYSTEM_CLOCK
from levee_infra.providers.levee.provider import LeveeProvider
from tests.support.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden" / "schema.json"
WITHOUT_ORDER = {"required", "requiredInputs"}


def test_the_schema_is_the_one_that_programs_know() -> None:
    schema = json.loads(LeveeProvider(SYSTEM_CLOCK).schema())
    assert schema.pop("version") == LeveeProvider.version
    assert_golden(GOLDEN, json.dumps(_in_order(schema), indent=1, sort_keys=True) + "\n")


def _in_order(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: sorted(each) if key in WITHOUT_ORDER else _in_order(each) for key, each in value.items()}
