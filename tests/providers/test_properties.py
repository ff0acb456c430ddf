"""Properties survive the protocol both ways, and a secret never becomes text by accident."""

import json

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import rpc

from levee_infra.providers.protocol.failures import RefusedError
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.properties import (
    OUTPUT_SIGNATURE,
    RESOURCE_SIGNATURE,
    SECRET_SIGNATURE,
    SIGNATURE_KEY,
    UNKNOWN,
    UNKNOWN_TEXT,
    Secret,
    UnsupportedValueError,
    Value,
    decode,
    encode,
    holds_secret,
    is_known,
    marked_like,
    reveal,
    without_internal,
)

PASSWORD = "correct-horse-battery"

keys = st.text(min_size=1, max_size=8).filter(lambda key: key != SIGNATURE_KEY)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**53), max_value=2**53),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer()),
    st.text(max_size=12),
    st.just(UNKNOWN),
)
values: st.SearchStrategy[Value] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4), st.builds(Secret, inner)
    ),
    max_leaves=12,
)
properties = st.dictionaries(keys, values, max_size=5)


@given(properties)
def test_properties_come_back_as_they_went(original: dict[str, Value]) -> None:
    wire = struct_pb2.Struct.FromString(encode(original).SerializeToString())
    assert decode(wire) == original


@given(properties)
def test_signatures_are_those_of_the_published_sdk(original: dict[str, Value]) -> None:
    theirs = rpc.deserialize_properties(encode(original), keep_unknowns=True)
    for key, value in original.items():
        if isinstance(value, Secret):
            assert rpc.is_rpc_secret(theirs[key])
        if value is UNKNOWN:
            assert rpc.contains_unknowns(theirs[key])


def test_own_constants_match_the_sdk() -> None:
    assert rpc.UNKNOWN == UNKNOWN_TEXT
    assert rpc._special_sig_key == SIGNATURE_KEY
    assert rpc._special_secret_sig == SECRET_SIGNATURE
    assert rpc._special_resource_sig == RESOURCE_SIGNATURE
    assert rpc._special_output_value_sig == OUTPUT_SIGNATURE


@given(values)
def test_a_secret_is_never_text_by_accident(noise: Value) -> None:
    held: Value = {"a": [Secret(PASSWORD), noise], "b": Secret({"inner": PASSWORD})}
    for text in (str(held), repr(held), f"{held}"):
        assert PASSWORD not in text
    assert holds_secret(held)


@given(values, values)
def test_marking_changes_no_value_and_covers_every_secret(value: Value, model: Value) -> None:
    marked = marked_like(value, model)
    assert reveal(marked) == reveal(value)
    if holds_secret(model) and not (isinstance(value, dict) and isinstance(model, dict)):
        assert isinstance(marked, Secret)


@given(values)
def test_known_means_no_unknown_anywhere(value: Value) -> None:
    assert is_known(value) == ("UNKNOWN" not in repr(reveal(value)))


def test_output_values_and_resource_references_become_plain() -> None:
    message = struct_pb2.Struct()
    message.update(
        {
            "known": {SIGNATURE_KEY: OUTPUT_SIGNATURE, "value": "x", "secret": True},
            "later": {SIGNATURE_KEY: OUTPUT_SIGNATURE},
            "topic": {SIGNATURE_KEY: RESOURCE_SIGNATURE, "urn": "urn:pulumi:a", "id": "orders"},
        }
    )
    assert decode(message) == {"known": Secret("x"), "later": UNKNOWN, "topic": "orders"}


def test_assets_are_refused() -> None:
    message = struct_pb2.Struct()
    message.update({"file": {SIGNATURE_KEY: "c44067f5952c0a294b673a41bacd8c17", "text": "x"}})
    with pytest.raises(UnsupportedValueError):
        decode(message)


def test_internal_keys_of_bridged_state_are_dropped() -> None:
    assert without_internal({"__meta": "{}", "__defaults": [], "name": "a"}) == {"name": "a"}


class TestFields:
    def test_values_may_come_as_text(self) -> None:
        fields = Fields(
            {"n": "6", "on": "true", "hosts": '["a:1", "b:2"]', "csv": "a:1, b:2", "nested": '{"x": 1}'},
            what="it",
        )
        assert fields.integer("n") == 6
        assert fields.boolean("on") is True
        assert fields.texts("hosts") == fields.texts("csv") == ["a:1", "b:2"]
        assert fields.nested("nested") == {"x": 1}
        fields.raise_problems()

    def test_numbers_are_finite_and_objects_come_in_lists(self) -> None:
        fields = Fields(
            {"n": 0.5, "t": "2", "nan": "nan", "on": True, "o": [{"a": 1}], "u": [UNKNOWN], "x": [1]}, what="it"
        )
        assert [fields.number(name) for name in ("n", "t", "nan", "on")] == [0.5, 2, None, None]
        assert (fields.objects("o"), fields.objects("u"), fields.objects("x")) == ([{"a": 1}], UNKNOWN, None)
        assert [problem.property for problem in fields.problems] == ["nan", "on", "x"]
        assert fields.has("u")
        assert not fields.has("absent")

    def test_settings_become_text_as_kafka_writes_them(self) -> None:
        fields = Fields({"config": {"a": 604800000, "b": True, "c": "x", "d": None, "e": 0.5}}, what="it")
        assert fields.mapping("config") == {"a": "604800000", "b": "true", "c": "x", "e": "0.5"}

    def test_unknown_stays_unknown(self) -> None:
        fields = Fields({"name": UNKNOWN, "config": {"a": UNKNOWN}}, what="it")
        assert fields.text("name") is UNKNOWN
        assert fields.mapping("config") == {"a": UNKNOWN}

    def test_all_problems_come_at_once_with_a_near_name(self) -> None:
        fields = Fields({"partition": 3, "rf": "three"}, what="a topic")
        fields.only({"name", "partitions", "rf"})
        fields.text("name", required=True)
        fields.integer("rf")
        with pytest.raises(RefusedError) as caught:
            fields.raise_problems()
        assert [problem.property for problem in caught.value.problems] == ["partition", "name", "rf"]
        assert "did you mean partitions?" in str(caught.value)

    def test_a_secret_inside_json_text_is_read_and_never_quoted(self) -> None:
        marked = {SIGNATURE_KEY: SECRET_SIGNATURE, "value": PASSWORD}
        fields = Fields({"kafka": json.dumps({"saslPassword": marked}), "bad": f'{{"x": {PASSWORD}'}, what="it")
        assert fields.nested("kafka") == {"saslPassword": PASSWORD}
        assert fields.nested("bad") is None
        assert PASSWORD not in str(fields.problems)
