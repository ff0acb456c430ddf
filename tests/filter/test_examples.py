"""Every example of the language: of IBM's pages, tried on a live instance, or derived.

`level`: what was seen to be refused (seen), follows from the pages (doc), or is refused by levee alone (levee).
`col`: the first bad token. `expect`: what becomes of each record; `open` where the readings of IBM's pages differ.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from levee.diagnostics import Level
from levee.filter.evaluate import Answer, answer
from levee.filter.format import formatted
from levee.filter.operations import compiled
from levee.filter.parse import parse
from levee.filter.record import Record, record_of
from levee.filter.review import review

HERE = Path(__file__).parent
EXAMPLES: list[dict[str, Any]] = [json.loads(line) for line in (HERE / "examples.jsonl").read_text().splitlines()]
VALID = [each for each in EXAMPLES if each["valid"]]
REFUSED = [each for each in EXAMPLES if not each["valid"]]
RECORDS: dict[str, Record] = {
    json.loads(line)["id"]: record_of(line) for line in (HERE / "records.jsonl").read_text().splitlines()
}
EXPECTED = {Answer.PASSES: True, Answer.FAILS: False, Answer.OPEN: "open"}


def text_of(example: dict[str, Any]) -> str:
    return str(example["expr"])


@pytest.mark.parametrize("example", VALID, ids=text_of)
def test_what_is_taken_answers_for_every_record(example: dict[str, Any]) -> None:
    expression = review(example["expr"]).expression
    assert expression is not None
    operations = json.loads(json.dumps(compiled(expression)))
    assert {name: EXPECTED[answer(operations, record)] for name, record in RECORDS.items()} == example["expect"]


@pytest.mark.parametrize("example", VALID, ids=text_of)
def test_formatting_keeps_what_it_means(example: dict[str, Any]) -> None:
    expression = parse(example["expr"])
    assert parse(formatted(expression)) == expression


@pytest.mark.parametrize("example", VALID, ids=text_of)
def test_a_trap_is_warned_of(example: dict[str, Any]) -> None:
    levels = {remark.level for remark in review(example["expr"]).remarks}
    assert (Level.WARNING in levels) is (example["level"] == "warn")


@pytest.mark.parametrize("example", REFUSED, ids=text_of)
def test_what_is_refused_is_so_at_the_column_with_what_to_write(example: dict[str, Any]) -> None:
    found = review(example["expr"])
    assert found.expression is None
    assert found.remarks[0].at == example["col"]
    assert all(remark.message and remark.help for remark in found.remarks)
