"""The data classes in themselves, and that streams name one."""

from __future__ import annotations

from collections.abc import Iterator

from levee.loading.suggestion import Vocabulary, listing
from levee.model.declared import Declared
from levee.model.problem import Problem


def retention_bounds(declared: Declared) -> Iterator[Problem]:
    """A class's retention floor is not above its ceiling."""
    for each in (declared.classes or {}).values():
        floor, ceiling = each.retention_floor, each.retention_ceiling
        if floor is not None and ceiling is not None and floor > ceiling:
            message = f"class {each.name}: the retention floor {floor} is above the ceiling {ceiling}"
            hint = f"write a floor of {ceiling} or less, or a higher ceiling"
            yield Problem("class-retention", message, hint, each.origin.at("retention", "floor"))


def replicas(declared: Declared) -> Iterator[Problem]:
    """A class's streams can be written while one broker is down."""
    for each in (declared.classes or {}).values():
        if each.min_insync >= each.replication:
            message = (
                f"class {each.name}: min_insync {each.min_insync} of {each.replication} replicas stops every write"
            )
            message += " as soon as one broker is down"
            hint = f"write `min_insync: {each.replication - 1}` or less"
            yield Problem("min-insync", message, hint, each.origin.at("min_insync"))


def unknown(declared: Declared) -> Iterator[Problem]:
    """A stream's class is declared."""
    if declared.classes is None:
        return
    classes, known = Vocabulary(declared.classes), listing(declared.classes)
    for stream in declared.streams:
        if stream.data_class not in declared.classes:
            hint = classes.suggest(stream.data_class)
            hint += f" classes in stacks/classes.yaml: {known}"
            message = f"there is no class {stream.data_class}"
            yield Problem("unknown-class", message, hint.strip(), stream.origin.at("class"))
