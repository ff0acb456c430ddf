"""Properties to and from the wire, and what differs between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levee_infra.engines.embedded.difference import changes, differing_paths, shown
from levee_infra.engines.embedded.event import Change, ChangeKind
from levee_infra.providers.protocol.properties import (
    UNKNOWN,
    UNKNOWN_TEXT,
    Properties,
    Secret,
    SecretValueError,
    decode_plain,
    encode,
    from_plain,
    has_unknown,
    to_plain,
)

text = st.text(max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
properties = st.dictionaries(text, values, max_size=4)


@given(properties)
def test_the_wire_keeps_every_value(value: Properties) -> None:
    assert decode_plain(encode(value)) == value


@given(properties, properties)
def test_paths_differ_exactly_if_the_values_do(old: Properties, new: Properties) -> None:
    same = {k: v for k, v in old.items() if v is not None} == {k: v for k, v in new.items() if v is not None}
    if same:
        assert differing_paths(old, new) == []
    if differing_paths(old, new):
        assert old != new


def test_whole_numbers_are_ints_and_booleans_stay_booleans() -> None:
    received = decode_plain(encode({"n": 3, "f": 0.5, "b": True}))
    assert [type(value) for value in received.values()] == [int, float, bool]


@given(properties)
def test_what_a_kind_takes_comes_back_as_it_was(value: Properties) -> None:
    assert to_plain(from_plain(value)) == value


def test_a_kind_takes_unknowns_as_such_and_gives_no_secret() -> None:
    plain: Properties = {"a": [{"b": UNKNOWN_TEXT}], "c": 1}
    assert from_plain(plain) == {"a": [{"b": UNKNOWN}], "c": 1}
    assert to_plain(from_plain(plain)) == plain
    with pytest.raises(SecretValueError):
        to_plain({"a": [{"b": Secret("x")}]})


def test_unknowns_are_found_at_any_depth() -> None:
    assert has_unknown({"a": [{"b": UNKNOWN_TEXT}]})
    assert not has_unknown({"a": [{"b": "known"}]})


def test_what_is_shown_names_unknowns() -> None:
    assert shown({"a": "x", "b": [UNKNOWN_TEXT]}) == {"a": "x", "b": ["[unknown]"]}


OLD: Properties = {"partitions": 3, "config": {"retention.ms": "1", "cleanup": "delete"}, "acls": [{"op": "Read"}]}
NEW: Properties = {"partitions": 6, "config": {"retention.ms": "2", "cleanup": "delete"}, "owner": "team"}


def test_objects_are_compared_key_by_key() -> None:
    assert differing_paths(OLD, NEW) == ["acls", 'config["retention.ms"]', "owner", "partitions"]


def test_changes_say_what_was_and_what_will_be() -> None:
    assert changes(differing_paths(OLD, NEW), NEW, OLD) == (
        Change("acls", ChangeKind.REMOVE, [{"op": "Read"}], None),
        Change('config["retention.ms"]', ChangeKind.UPDATE, "1", "2"),
        Change("owner", ChangeKind.ADD, None, "team"),
        Change("partitions", ChangeKind.UPDATE, 3, 6),
    )


def test_a_path_reaches_into_lists() -> None:
    assert changes(["acls[0].op", "acls[5]"], {}, OLD) == (
        Change("acls[0].op", ChangeKind.REMOVE, "Read", None),
        Change("acls[5]", ChangeKind.ADD, None, None),
    )


def test_an_old_value_is_never_told_as_the_new_one() -> None:
    declared: Properties = {"days": 400}
    assert changes(["days"], declared, {}, {"days": 400}) == (Change("days", ChangeKind.ADD, None, 400),)
    assert changes(["days"], declared, {}, {"days": 90}) == (Change("days", ChangeKind.UPDATE, 90, 400),)
    assert changes(["days"], declared, {"days": 400}, {"days": 90}) == (Change("days", ChangeKind.UPDATE, 90, 400),)
    assert changes(["days"], declared, {"days": 30}, {"days": 90}) == (Change("days", ChangeKind.UPDATE, 30, 400),)
