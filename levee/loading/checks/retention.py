"""How long a stream's records stay, against what its class demands."""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.declared import Declared
from levee.model.problem import Problem


def outside_class(declared: Declared) -> Iterator[Problem]:
    """A stream's retention lies between its class's floor and ceiling."""
    for stream, data_class in declared.classed():
        floor, ceiling = data_class.retention_floor, data_class.retention_ceiling
        message = hint = ""
        if floor is not None and stream.retention < floor:
            message = f"retention {stream.retention} is below the floor of class {data_class.name}, {floor}"
            hint = f"write `retention: {floor}` or more"
        elif ceiling is not None and stream.retention > ceiling:
            message = f"retention {stream.retention} is above the ceiling of class {data_class.name}, {ceiling}"
            hint = f"write `retention: {ceiling}` or less"
        if message:
            yield Problem("retention", message, hint, stream.origin.at("retention"), other=data_class.origin)
