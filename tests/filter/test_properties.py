"""What holds of every filter and every record."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given

from levee.filter.check import errors
from levee.filter.evaluate import answer
from levee.filter.expression import Expression
from levee.filter.format import formatted
from levee.filter.lint import lints
from levee.filter.operations import compiled
from levee.filter.parse import MAX_LENGTH, parse
from levee.filter.record import record_of
from tests.support.filter_expressions import EXPRESSIONS, RECORDS


@given(EXPRESSIONS)
def test_what_is_formatted_reads_as_the_same_and_formats_to_itself(expression: Expression) -> None:
    text = formatted(expression)
    if len(text) <= MAX_LENGTH:
        assert parse(text) == expression
        assert formatted(parse(text)) == text
        assert errors(parse(text)) == ()


@given(EXPRESSIONS, RECORDS)
def test_an_answer_is_that_of_the_formatted_text_through_json(expression: Expression, record: dict[str, Any]) -> None:
    read = record_of(json.dumps(record))
    through_json = json.loads(json.dumps(compiled(parse(formatted(expression)))))
    assert answer(through_json, read) is answer(compiled(expression), read)


@given(RECORDS, EXPRESSIONS)
def test_a_row_of_the_query_api_is_the_same_record(record: dict[str, Any], expression: Expression) -> None:
    row: dict[str, Any] = {
        part: [{"key": key, "value": value} for key, value in record[part].items()]
        for part in record.keys() - {"user_data"}
    }
    row["user_data"] = json.dumps(record["user_data"])
    operations = compiled(expression)
    assert answer(operations, record_of(json.dumps(row))) is answer(operations, record_of(json.dumps(record)))


@given(EXPRESSIONS)
def test_whatever_is_warned_of_says_where_and_what_to_do(expression: Expression) -> None:
    text = formatted(expression)
    if len(text) <= MAX_LENGTH:
        assert all(0 <= remark.at < len(text) for remark in lints(parse(text)))
