"""Checkpoints: what the carrier wrote it reads again, and takes nothing else for one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levee_infra.carrier.checkpoint import Checkpoint, UnreadableCheckpoint

SHARD: Final = "shardId-000000000002"
CHECKPOINT: Final = Checkpoint(
    data_stream="test.logs.writer", created=1_795_000_000_123, shard=SHARD, sequence="49", arrival=4, until=5
)
TIMES: Final = st.integers(0, 2**63 - 1)


@given(
    st.builds(
        Checkpoint,
        data_stream=st.text(st.characters(codec="utf-8"), min_size=1),
        created=TIMES,
        shard=st.from_regex(r"[a-zA-Z0-9_.-]{1,128}", fullmatch=True),
        sequence=st.integers(0, 10**128).map(str),
        arrival=TIMES,
        until=TIMES,
        closed=st.booleans(),
    )
)
def test_it_is_read_as_it_was_written(checkpoint: Checkpoint) -> None:
    assert Checkpoint.parse(checkpoint.key, checkpoint.value) == checkpoint


def test_it_is_canonical_json() -> None:
    assert CHECKPOINT.value == (
        b'{"arrival":4,"closed":false,"created":1795000000123,"data_stream":"test.logs.writer","sequence":"49",'
        b'"shard":"shardId-000000000002","until":5}'
    )


WRONG: Final[list[tuple[str, Any]]] = [
    ("data_stream", ""),
    ("data_stream", None),
    ("created", "1795000000123"),
    ("created", -1),
    ("created", 1.5),
    ("created", 2**63),
    ("shard", ""),
    ("shard", "a shard"),
    ("shard", "x" * 129),
    ("sequence", 49),
    ("sequence", "049"),
    ("sequence", "4.9"),
    ("sequence", "-1"),
    ("sequence", None),
    ("arrival", None),
    ("arrival", "4"),
    ("arrival", -4),
    ("until", None),
    ("until", True),
    ("closed", 0),
    ("closed", "false"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_field_that_cannot_be_one_is_told(name: str, value: Any) -> None:
    body = json.loads(CHECKPOINT.value) | {name: value}
    with pytest.raises(UnreadableCheckpoint, match=name if value is not None else "its|without"):
        Checkpoint.parse(CHECKPOINT.key, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"shardId-000000000003", CHECKPOINT.value),
        (None, CHECKPOINT.value),
        (CHECKPOINT.key, b""),
        (CHECKPOINT.key, b"[]"),
        (CHECKPOINT.key, b"{}"),
        (CHECKPOINT.key, CHECKPOINT.value[:-1]),
        (CHECKPOINT.key, CHECKPOINT.value.replace(b"{", b'{"more":1,')),
        (CHECKPOINT.key, CHECKPOINT.value.replace(b"{", b'{"until":9,')),
        (CHECKPOINT.key, CHECKPOINT.value.decode().encode("utf-16")),
        (CHECKPOINT.key, b"[" * 200_000),
        (CHECKPOINT.key, b'"\xff"'),
    ],
)
def test_what_is_none_is_never_taken_for_nothing(key: bytes | None, value: bytes) -> None:
    with pytest.raises(UnreadableCheckpoint):
        Checkpoint.parse(key, value)


@given(st.binary())
def test_no_bytes_do_anything_else(value: bytes) -> None:
    with pytest.raises(UnreadableCheckpoint):
        Checkpoint.parse(CHECKPOINT.key, value)


def test_the_beginning_of_a_shard_has_no_sequence_number() -> None:
    beginning = replace(CHECKPOINT, sequence=None, arrival=None)
    assert Checkpoint.parse(beginning.key, beginning.value) == beginning
