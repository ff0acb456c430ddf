"""What levee's program could have registered, as the schemas of its providers tell: an import takes nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from levee.clock import Clock
from levee.diagnostics.redaction import holds_secret, is_secret
from levee.plan import type_tokens
from levee_infra.deployed.embedded_state import Resource
from levee_infra.deployed.resources import APPROVALS, STACK

_Spec = Mapping[str, Any]
_NO_DAY: Final = datetime.fromtimestamp(0, UTC)
"""A schema knows none."""
_TYPES: Final = "#/types/"
_TEXT: Final[_Spec] = {"type": "string"}
_BY_NAME: Final[_Spec] = {"additionalProperties": _TEXT}
_GROUPS: Final[Mapping[str, _Spec]] = {
    STACK: {"levee": _TEXT, "cluster": _TEXT, "topics": _BY_NAME, APPROVALS: {"items": _TEXT}},
    type_tokens.LOG_STREAM: {"topic": _TEXT},
    type_tokens.SERVICE_CREDENTIAL: {"service": _TEXT},
}
"""What the types without a provider tell."""
_OF_ENGINES: Final[_Spec] = {"__defaults": {"items": _TEXT}, "__meta": _TEXT, "__internal": {}}
_PATH: Final = "clientKey"  # levee gives it a path; a key itself is recognized by its form
_KEYED_BY_NAMES: Final = frozenset({"topics", "madeOn", "secretVersions"})
"""Mappings whose keys are names of streams and users: such a name may hold any word."""
_IDS: Final[Mapping[str, str]] = {
    type_tokens.KAFKA_SERVICE_CREDENTIAL: "{service}",
    type_tokens.KAFKA_PRINCIPAL_GRANTS: "{service}",
    type_tokens.AWS_KEY: "{arn}",
    type_tokens.AWS_CLUSTER_POLICY: "{clusterArn}",
    type_tokens.AWS_SCRAM_ASSOCIATION: "{clusterArn}#{prefix}",
    type_tokens.AWS_LOG_SUBSCRIPTION: "{logGroup}|{filterName}",
}
"""How an id is made of properties, where it isn't the name."""


def why_not(resource: Resource) -> str:
    """Why levee's program didn't register the resource; empty where it could have. No value is told."""
    return next(_reasons(resource), "")


def _reasons(resource: Resource) -> Iterator[str]:
    types, properties = _schemas()
    if resource.type not in properties:
        yield "is of a type that levee registers nothing of"
        return
    if resource.custom is (resource.type in _GROUPS):
        yield f"can't be with `custom: {str(resource.custom).lower()}`"
    declared = {"properties": {**properties[resource.type], **_OF_ENGINES}}
    for part, held in (("inputs", resource.inputs), ("outputs", resource.outputs)):
        for path in _undeclared(held, declared, types, part):
            yield f"has `{path}`, which is no property of its type"
        for path in _secret_keys(held, part):
            yield f"holds a secret under `{path}`"
    if holds_secret("\n".join({resource.id, *resource.init_errors, *_texts([resource.inputs, resource.outputs])})):
        yield "holds what looks like a secret"
    if resource.custom:
        yield from _of_its_id(resource, properties[resource.type])


def _of_its_id(resource: Resource, properties: _Spec) -> Iterator[str]:
    if not resource.id:
        yield "has no id"
    if resource.id not in str(resource.outputs.get("arn", resource.id)):
        yield "has another id than its `outputs.arn` says"
    form = _IDS.get(resource.type, "{name}")
    if resource.is_provider or _made(form, properties) is None:
        return
    made = {part: _made(form, held) for part, held in (("inputs", resource.inputs), ("outputs", resource.outputs))}
    if not any(made.values()):
        yield "doesn't say what its id is made of"
    yield from (f"has another id than its {part} say" for part, id_ in made.items() if id_ not in {None, resource.id})


@cache
def _schemas() -> tuple[_Spec, Mapping[str, _Spec]]:
    """The object types, and the properties of each type of resource, its inputs and outputs alike."""
    from levee_infra.providers.kafka.provider import KafkaProvider
    from levee_infra.providers.levee.provider import LeveeProvider

    types: dict[str, Any] = {}
    properties = dict(_GROUPS)
    for provider in (KafkaProvider(), LeveeProvider(Clock.fixed(_NO_DAY))):
        schema = json.loads(provider.schema())
        types |= schema["types"]
        of_provider = {f"pulumi:providers:{provider.name}": schema["provider"]}
        for type_, told in (schema["resources"] | of_provider).items():
            properties[type_] = {**told.get("inputProperties", {}), **told.get("properties", {})}
    section = types[properties["pulumi:providers:levee"]["kafka"]["$ref"].removeprefix(_TYPES)]
    section["properties"] = {**properties["pulumi:providers:kafka"], **section["properties"]}  # it takes those too
    return types, properties


def _undeclared(value: Any, spec: _Spec, types: _Spec, path: str) -> Iterator[str]:
    """Where something stands for which the schema has no place."""
    spec = types.get(str(spec.get("$ref")).removeprefix(_TYPES), spec)
    match value:
        case dict():
            for key, each in value.items():
                inner = spec.get("properties", {}).get(key, spec.get("additionalProperties"))
                if inner is None:
                    yield f"{path}.{key}"
                else:
                    yield from _undeclared(each, inner, types, f"{path}.{key}")
        case list():
            if "items" not in spec:
                yield path
            for each in value:
                yield from _undeclared(each, spec.get("items", {}), types, path)


def _secret_keys(value: Any, path: str) -> Iterator[str]:
    """Where a key says that its value is a secret."""
    match value:
        case dict():
            for key, each in value.items():
                plain = isinstance(each, dict | list | None) or ":" in key or key == _PATH  # `:`: a policy's condition
                if not plain and is_secret(key, str(each)):
                    yield f"{path}.{key}"
                elif key not in _KEYED_BY_NAMES:
                    yield from _secret_keys(each, f"{path}.{key}")
        case list():
            for each in value:
                yield from _secret_keys(each, path)
        case str() if value.startswith(("{", "[")):  # a policy, or what Pulumi keeps as text
            yield from _secret_keys(_document(value), path)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)
        case str():
            document = _document(value) if value.startswith(("{", "[")) else None
            yield from [value] if document is None else _texts(document)


def _document(text: str) -> Any:
    """The JSON that a text is; None: it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _made(form: str, held: Mapping[str, Any]) -> str | None:
    try:
        return form.format_map(held)
    except KeyError:
        return None
