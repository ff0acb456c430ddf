"""Random and mutated filters: `make fuzz`, or `python -m tests.support.filter_fuzz COUNT SEED`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

from levee.filter.evaluate import answer
from levee.filter.format import formatted
from levee.filter.operations import compiled
from levee.filter.parse import MAX_LENGTH, parse
from levee.filter.record import record_of
from levee.filter.review import review
from tests.support.filter_expressions import hostile

HERE = Path(__file__).parents[1] / "filter"
SEEDS = [str(json.loads(line)["expr"]) for line in (HERE / "examples.jsonl").read_text().splitlines()]
RECORDS = [record_of(line) for line in (HERE / "records.jsonl").read_text().splitlines()]


def hold(text: str) -> bool:
    """Assert of any text what holds of every one; whether it is a filter."""
    expression, remarks = review(text)
    assert all(0 <= remark.at <= len(text) for remark in remarks), text
    if expression is None:
        assert remarks, text
        return False
    again = formatted(expression)
    if len(again) <= MAX_LENGTH:
        assert parse(again) == expression, text
    operations = compiled(expression)
    for record in RECORDS:
        answer(operations, record)
    return True


def steps(work: Callable[[], object]) -> int:
    """How many functions are called meanwhile: a measure of time that no other load on the machine changes."""
    count = 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def fuzz(count: int, seed: int) -> int:
    """So many texts; how many of them were filters."""
    random = Random(seed)
    return sum(hold(hostile(random, SEEDS)) for _ in range(count))


if __name__ == "__main__":
    texts, first = (int(word) for word in sys.argv[1:3])
    sys.stdout.write(f"{texts:,} texts, {fuzz(texts, first):,} of them filters, seed {first}\n")
