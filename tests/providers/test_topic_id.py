"""A topic's id is spelled as Kafka's own tools spell it, whichever client tells it."""

from uuid import UUID

import pytest
from confluent_kafka import Uuid
from hypothesis import given
from hypothesis import strategies as st

from levee_infra.kafka.admin.topics import _topic_id, id_text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", "_____________________w"),
        ("fbefbefb-efbe-fbef-befb-efbefbefbefb", "-" * 21 + "w"),
        ("00000000-0000-0000-0000-000000000001", "AAAAAAAAAAAAAAAAAAAAAQ"),
        ("00000000-0000-0000-0000-000000000000", None),
    ],
)
def test_the_text_of_an_id(code: str, text: str | None) -> None:
    assert id_text(UUID(code).bytes) == text


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_both_clients_tell_the_same(most: int, least: int) -> None:
    code = UUID(bytes=most.to_bytes(8, "big", signed=True) + least.to_bytes(8, "big", signed=True))
    assert _topic_id(Uuid(most, least)) == id_text(code.bytes)
