"""A property is declared once: what it may be, what its schema says, what is wrong with it."""

from __future__ import annotations

import re

import pytest

from levee_infra.providers.protocol.declared import (
    INTEGER,
    INTEGERS,
    TEXTS,
    Field,
    always_true,
    between,
    empty,
    list_of,
    matching,
    needed,
    object_type,
    one_of,
    read_all,
    resource_schema,
)
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.properties import UNKNOWN, Properties, Secret

COLOUR = (needed("name", check=matching(re.compile("[a-z]+"), "must be lower-case")), Field("share", type=INTEGER))
LAMP = (
    needed("name", "What it is called."),
    Field("watts", "1 to 100.", INTEGER, check=between(1, 100, " W"), default=40),
    Field("socket", check=one_of("E14", "E27", "GU10")),
    Field("sizes", type=INTEGERS),
    Field("copies", type=TEXTS, check=empty("there is one")),
    always_true("on", "a lamp that is off is none"),
    Field("colour", type=object_type("levee:test:Colour", "a colour", COLOUR, "A colour.")),
    Field("others", type=list_of("levee:test:Colour", "a colour", COLOUR)),
    Field("code", secret=True),
)
GOOD: Properties = {"name": "hall"}


def told(**changes: object) -> dict[str, str]:
    fields = Fields({**GOOD, **changes}, what="the lamp")  # type: ignore[dict-item]
    read_all(fields, LAMP)
    read_all(fields, LAMP)  # a second reading tells nothing twice
    assert len({*fields.problems}) == len(fields.problems)
    return {problem.property: problem.reason for problem in fields.problems}


@pytest.mark.parametrize(
    ("changes", "where", "reason"),
    [
        ({"name": None}, "name", "the lamp needs name"),
        ({"watts": 0}, "watts", "must be 1 to 100 W"),
        ({"watts": Secret(101)}, "watts", "must be 1 to 100 W"),
        ({"watts": "many"}, "watts", "watts must be a whole number"),
        ({"sizes": [1, "many"]}, "sizes", "sizes must be a list of whole numbers"),
        ({"sizes": 1}, "sizes", "sizes must be a list of whole numbers"),
        ({"sizes": "[1, true]"}, "sizes", "sizes must be a list of whole numbers"),
        ({"socket": "E40"}, "socket", "must be E14, E27 or GU10"),
        ({"copies": ["a"]}, "copies", "must be empty: there is one"),
        ({"on": False}, "on", "must be true: a lamp that is off is none"),
        ({"colour": {}}, "colour.name", "a colour needs name"),
        ({"colour": {"name": "red", "hue": 1}}, "colour.hue", "a colour has no property hue; it has name, share"),
        ({"colour": "red"}, "colour", "colour must be an object"),
        ({"others": [{"name": "red"}, {"name": "Red"}]}, "others", "must be lower-case"),
        ({"nme": "x"}, "nme", "the lamp has no property nme; did you mean name?"),
    ],
)
def test_what_is_wrong_is_told_once_and_there(changes: Properties, where: str, reason: str) -> None:
    assert told(**changes) == {where: reason}


@pytest.mark.parametrize("name", [each.name for each in LAMP])
def test_what_is_not_known_yet_is_no_problem(name: str) -> None:
    assert told(**{name: UNKNOWN}) == {}


def test_what_is_known_is_returned() -> None:
    values = read_all(Fields({"name": UNKNOWN, "watts": "60"}, what="the lamp"), LAMP)
    assert (values["name"], values["watts"], values["socket"]) == (None, 60, None)


def test_the_schema_is_made_of_it() -> None:
    schema = resource_schema("A lamp,\n    lit.\n\n    More.", LAMP, [needed("arn"), Field("note", "Said later.")])
    assert schema["description"] == "A lamp, lit."
    assert schema["inputProperties"]["watts"] == {"type": "integer", "description": "1 to 100.", "default": 40}
    assert schema["inputProperties"]["code"] == {"type": "string", "secret": True}
    assert schema["inputProperties"]["colour"] == {"$ref": "#/types/levee:test:Colour"}
    assert schema["requiredInputs"] == ["name"]
    assert schema["required"] == ["arn", "name", "watts"]
    assert schema["properties"]["watts"] == {"type": "integer"}
    assert schema["properties"]["note"] == {"type": "string", "description": "Said later."}
    assert LAMP[6].type.refers_to["levee:test:Colour"]["required"] == ["name"]
