"""The reference of stack files tells every key as the schemas have it, and its examples load."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from levee.loading.load import load_stack
from levee.loading.schema.classes_file import CLASSES
from levee.loading.schema.conventions_file import CONVENTIONS
from levee.loading.schema.sites_file import SITES
from levee.loading.schema.stack_file import STACK
from levee.loading.schema.stream_file import STREAM
from levee.model.stack import Target

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "stack-files.md"
EXAMPLE = re.compile(r"```yaml\n# (stacks/\S+)\n(.*?)```", re.DOTALL)
ROW = re.compile(r"^\| (\*\*)?`([^`]+)`(?:\*\*)? \| ([^|]*) \|", re.MULTILINE)


def keys(fields: dict[str, Any], above: str = "") -> Iterator[tuple[str, bool]]:
    """Every key of a schema, as the page spells it, and whether it must be written."""
    for key, rules in fields.items():
        yield above + key, rules["required"]
        inner = rules.get("schema")
        values = rules.get("valuesrules")
        if rules["type"] == "dict" and inner:
            yield from keys(inner, f"{above}{key}.")
        elif rules["type"] == "list" and inner["type"] == "dict":
            yield from keys(inner["schema"], f"{above}{key}[].")
        elif values and values["type"] == "dict":
            yield from keys(values["schema"], f"{above}{key}.<name>.")


def section(title: str) -> str:
    return PAGE.read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize(
    ("title", "fields"),
    [
        ("The stack", STACK),
        ("A stream", STREAM),
        ("Data classes", CLASSES),
        ("Sites", SITES),
        ("Conventions", CONVENTIONS),
    ],
)
def test_every_key_is_told(title: str, fields: dict[str, Any]) -> None:
    told = {key: bool(bold) for bold, key, _ in ROW.findall(section(title))}
    assert told == dict(keys(fields))


def test_every_word_of_a_choice_is_told() -> None:
    told = {key: takes for _, key, takes in ROW.findall(section("The stack"))}
    assert told["target"] == ", ".join(f"`{target}`" for target in Target)


def test_the_examples_are_a_stack(tmp_path: Path) -> None:
    for name, text in EXAMPLE.findall(PAGE.read_text()):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    spec = load_stack(tmp_path, "production")
    assert [stream.key for stream in spec.streams] == ["payments-audit"]
