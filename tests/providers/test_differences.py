"""What an update would change is what is declared and is not so."""

from hypothesis import given
from hypothesis import strategies as st

from levee_infra.providers.protocol.differences import Change, Difference, differences, with_ignored
from levee_infra.providers.protocol.properties import UNKNOWN, Properties, Secret, Value

scalars: st.SearchStrategy[Value] = st.one_of(st.booleans(), st.integers(0, 9), st.text("ab", max_size=2))
objects = st.dictionaries(st.sampled_from(["k.1", "k2", "k3"]), scalars, max_size=3)
declarations: st.SearchStrategy[Properties] = st.fixed_dictionaries(
    {}, optional={"size": scalars, "name": scalars, "config": objects}
)


@given(declarations)
def test_what_is_as_declared_is_no_difference(inputs: Properties) -> None:
    assert differences(inputs, inputs, inputs) == {}


@given(declarations, declarations)
def test_what_was_never_declared_is_no_difference(inputs: Properties, live: Properties) -> None:
    config = live.get("config", {}), inputs.get("config", {})
    merged = {**config[0], **config[1]} if all(isinstance(one, dict) for one in config) else {}  # type: ignore[dict-item]
    outputs = live | inputs | ({"config": merged} if merged else {})
    assert differences(inputs, outputs, inputs) == {}


@given(declarations, declarations, declarations)
def test_applying_the_new_inputs_leaves_no_difference(old: Properties, live: Properties, new: Properties) -> None:
    assert differences(new, live | new, new).keys() <= differences(old, live, new).keys() | {"config"}
    assert differences(new, new, new) == {}


def test_kinds_of_change_and_who_changed_it() -> None:
    inputs: Properties = {"a": 1, "b": 1, "c": 1, "config": {"x.y": "1", "drifted": "1", "dropped": "1"}}
    outputs: Properties = {"a": 1, "b": 2, "c": 1, "config": {"x.y": "1", "drifted": "9", "dropped": "1", "hand": "h"}}
    new: Properties = {"a": 5, "b": 1, "d": UNKNOWN, "config": {"x.y": "1", "drifted": "1", "added": "1"}}
    assert differences(inputs, outputs, new) == {
        "a": Difference(Change.UPDATE, declared=True),
        "b": Difference(Change.UPDATE, declared=False),
        "c": Difference(Change.DELETE, declared=True),
        "d": Difference(Change.ADD, declared=True),
        "config.added": Difference(Change.ADD, declared=True),
        "config.drifted": Difference(Change.UPDATE, declared=False),
        "config.dropped": Difference(Change.DELETE, declared=True),
    }


def test_a_mark_of_secrecy_is_no_change() -> None:
    assert differences({"p": "x"}, {"p": "x"}, {"p": Secret("x")}) == {}
    assert differences({"p": Secret("x")}, {"p": Secret("x")}, {"p": Secret("y")}).keys() == {"p"}


def test_a_write_only_input_is_compared_with_its_last_declaration() -> None:
    inputs: Properties = {"p": Secret("x")}
    assert differences(inputs, {}, {"p": "x"}, write_only={"p"}) == {}
    assert differences(inputs, {}, {"p": "y"}, write_only={"p"}).keys() == {"p"}


def test_ignored_paths_take_the_live_value() -> None:
    live: Properties = {"size": 9, "config": {"x.y": "9", "z": "9"}}
    new: Properties = {"size": 1, "name": "n", "config": {"x.y": "1", "z": "1"}}
    ignored = ["size", "name", 'config["x.y"]']
    assert with_ignored(new, live, ignored) == {"size": 9, "config": {"x.y": "9", "z": "1"}}
    assert with_ignored(new, live, ["config.z"]) == new | {"config": {"x.y": "1", "z": "9"}}
    assert with_ignored(new, live, []) == new
