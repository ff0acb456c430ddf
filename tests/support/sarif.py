"""The part of SARIF 2.1.0 that levee writes, as a closed JSON schema.

Written after https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json: names, types
and bounds are that schema's, and what levee doesn't write is not allowed here. A report that is valid here is valid
there.
"""

from __future__ import annotations

from typing import Any, Final


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    names = {name.removesuffix("_"): schema for name, schema in properties.items()}
    return {"type": "object", "properties": names, "required": list(required), "additionalProperties": False}


_TEXT: Final = {"type": "string", "minLength": 1}
_MESSAGE: Final = _object(("text",), text=_TEXT)
_LINE: Final = {"type": "integer", "minimum": 1}
_LEVEL: Final = {"enum": ["none", "note", "warning", "error"]}
_BAG: Final = {"type": "object"}

_RULE: Final = _object(
    ("id", "shortDescription", "fullDescription", "help"),
    id=_TEXT,
    name=_TEXT,
    shortDescription=_MESSAGE,
    fullDescription=_MESSAGE,
    help=_object(("text", "markdown"), text=_TEXT, markdown=_TEXT),
    defaultConfiguration=_object(level=_LEVEL),
    properties=_BAG,
)

_REGION: Final = _object(
    ("startLine", "startColumn", "endLine", "endColumn"),
    startLine=_LINE,
    startColumn=_LINE,
    endLine=_LINE,
    endColumn=_LINE,
    snippet=_object(("text",), text={"type": "string"}),
)

_ARTIFACT: Final = _object(
    ("uri", "uriBaseId"), uri={"type": "string", "format": "uri-reference", "pattern": r"^[!-~]+$"}, uriBaseId=_TEXT
)

_LOCATION: Final = _object(
    ("logicalLocations",),
    logicalLocations={"type": "array", "items": _object(fullyQualifiedName=_TEXT, kind=_TEXT)},
    physicalLocation=_object(("artifactLocation", "region"), artifactLocation=_ARTIFACT, region=_REGION),
)

_RESULT: Final = _object(
    ("ruleId", "ruleIndex", "message", "locations", "partialFingerprints"),
    ruleId=_TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=_LEVEL,
    kind={"enum": ["fail"]},
    message=_MESSAGE,
    locations={"type": "array", "items": _LOCATION, "minItems": 1},
    partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1},
    suppressions={
        "type": "array",
        "items": _object(
            ("kind",),
            kind={"enum": ["inSource", "external"]},
            status={"enum": ["accepted", "underReview", "rejected"]},
            justification=_TEXT,
        ),
    },
    properties=_BAG,
)

_DRIVER: Final = _object(
    ("name", "rules"),
    name=_TEXT,
    version=_TEXT,
    semanticVersion=_TEXT,
    rules={"type": "array", "items": _RULE, "uniqueItems": True},
)

_RUN: Final = _object(
    ("tool", "results"),
    tool=_object(("driver",), driver=_DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    originalUriBaseIds={"type": "object", "additionalProperties": _object(description=_MESSAGE)},
    invocations={"type": "array", "items": _object(("executionSuccessful",), executionSuccessful={"type": "boolean"})},
    results={"type": "array", "items": _RESULT},
)

SCHEMA: Final = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    **_object(
        ("version", "runs"),
        **{
            "$schema": {"type": "string", "format": "uri"},
            "version": {"enum": ["2.1.0"]},
            "runs": {"type": "array", "items": _RUN, "minItems": 1},
        },
    ),
}
