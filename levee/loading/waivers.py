"""The waivers of a project."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

from levee.diagnostics import Rejected
from levee.fields.values import a_date
from levee.loading.folder import STACKS, stacks
from levee.loading.locate import diagnose
from levee.loading.optional_file import optional_values
from levee.loading.schema import waivers_file
from levee.loading.suggestion import Vocabulary, listing
from levee.model.origin import Origin
from levee.model.problem import Problem
from levee.model.waiver import Waiver

WAIVERS: Final = f"{STACKS}/waivers.yaml"


def load_waivers(project: Path, rules: Collection[str] | None) -> tuple[Waiver, ...]:
    """What `stacks/waivers.yaml` lets through, in its order; nothing where there is no such file.

    `rules` are the ids that a waiver may name; None: any, as of an earlier revision, whose rules aren't known. Raises
    Rejected with everything that is wrong with the file.
    """
    waivers = tuple(_waivers(optional_values(project, WAIVERS, waivers_file.WAIVERS)))
    names = frozenset(stacks(project))
    if problems := list(_strange(waivers, rules, names)):
        raise Rejected(diagnose(project, problems))
    return waivers


def _waivers(values: dict[str, object]) -> Iterator[Waiver]:
    listed = values.get("waivers", [])
    assert isinstance(listed, list)
    for index, each in enumerate(listed):
        days = {key: a_date(each[key]) for key in ("expires", "change_by") if key in each}
        yield Waiver(**(each | days), origin=Origin(WAIVERS, ("waivers", index)))


def _strange(waivers: Iterable[Waiver], rules: Collection[str] | None, names: Collection[str]) -> Iterator[Problem]:
    known_rules, known_stacks, here = (
        Vocabulary(rules or ()),
        Vocabulary(names),
        f"stacks here: {listing(sorted(names))}",
    )
    for waiver in waivers:
        if rules is not None and waiver.rule not in rules:
            hint = known_rules.suggest(waiver.rule) or "`levee explain` lists the rules"
            yield Problem("unknown-rule", f"there is no rule {waiver.rule}", hint, waiver.origin.at("rule"))
        if waiver.stack not in names:
            hint = known_stacks.suggest(waiver.stack) or here
            message = f"there is no stack {waiver.stack}"
            yield Problem("unknown-stack", message, hint, waiver.origin.at("subject"))
