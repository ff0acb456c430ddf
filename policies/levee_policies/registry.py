"""Every rule of levee's, in order of id. Ids are never used again: `RETIRED` keeps those that are gone."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any, Final

from levee_policies import rules as _folder
from levee_policies.rule import Rule, Surface

_NAMES: Final = sorted(each.name for each in iter_modules(_folder.__path__))
RULES: Final[tuple[Rule[Any], ...]] = tuple(import_module(f"{_folder.__name__}.{name}").RULE for name in _NAMES)
"""One a file, whose name begins with its id."""

BY_ID: Final = MappingProxyType({rule.id: rule for rule in RULES})

RETIRED: Final[frozenset[str]] = frozenset()


def on(surface: Surface, rules: Iterable[Rule[Any]] = RULES) -> tuple[Rule[Any], ...]:
    """The rules that are judged on a surface."""
    return tuple(rule for rule in rules if surface in rule.surfaces)
