"""Which findings a dated exception lets through, and on what terms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import translate
from types import MappingProxyType
from typing import Any, Final

from levee.model.waiver import Waiver
from levee_policies.finding import Finding, Verdict
from levee_policies.rule import Rule, Severity

_SPECIAL: Final = frozenset("*?[")  # what a pattern of fnmatch is recognized by
# How many days ahead a waiver may end at most. The worse the breach, the sooner somebody looks again.
LONGEST_DAYS: Final[Mapping[Severity, int]] = MappingProxyType(
    {Severity.CRITICAL: 14, Severity.HIGH: 30, Severity.MEDIUM: 60, Severity.LOW: 90}
)


_WILD: Final = re.compile(r"[*?\[]")


def is_too_broad(waiver: Waiver) -> bool:
    """Whether its subject is a kind of thing, or all kinds: `<stack>/*`, `<stack>/stream/*`, rather than something."""
    _, kind, *name = waiver.subject.split("/")
    return _WILD.search(kind) is not None or (bool(name) and _WILD.match(name[0]) is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverUse:
    """What became of one waiver in an evaluation. `matched` counts the findings it speaks of.

    `shadowed_by` is the earlier waiver that lets all of them through already.
    """

    waiver: Waiver
    rule: Rule[Any]
    expired: bool
    too_long: bool
    too_broad: bool
    matched: int
    shadowed_by: Waiver | None

    @property
    def longest(self) -> int:
        """The most days ahead on which it may end."""
        return LONGEST_DAYS[self.rule.severity]


def apply(
    findings: Iterable[Finding], waivers: Iterable[Waiver], *, rules: Iterable[Rule[Any]], stack: str, as_of: date
) -> tuple[list[Finding], tuple[WaiverUse, ...]]:
    """The findings, those that a waiver in force speaks of as waived; and what became of each waiver of these rules.

    A waiver that has expired, that ends too late, that is for everything, or whose rule allows none, lets nothing
    through.
    """
    by_id = {rule.id: rule for rule in rules}
    entries: dict[str, _Entries] = defaultdict(_Entries)
    for waiver in waivers:
        if waiver.stack == stack and waiver.rule in by_id:
            entries[waiver.rule].add(_Entry(waiver, by_id[waiver.rule], as_of))
    none = _Entries()
    judged = [_judged(finding, entries.get(finding.rule.id, none).about(finding.subject)) for finding in findings]
    return judged, tuple(entry.use for listed in entries.values() for entry in listed.all)


class _Entry:
    """A waiver while findings go by."""

    def __init__(self, waiver: Waiver, rule: Rule[Any], as_of: date) -> None:
        self.waiver = waiver
        self._rule = rule
        self._matches = re.compile(translate(waiver.subject)).match
        self._expired = waiver.expires < as_of
        self._too_long = (waiver.expires - as_of).days > LONGEST_DAYS[rule.severity]
        self._matched = 0
        self._shadowing: list[Waiver | None] = []
        self._too_broad = is_too_broad(waiver)
        lapsed = self._expired or self._too_long
        self.in_force = rule.waivable and not lapsed and not self._too_broad

    def speaks_of(self, subject: str) -> bool:
        return self._matches(subject) is not None

    def count(self, earlier: Waiver | None) -> None:
        """Note a finding that it matches, and the earlier waiver that lets it through, if one does."""
        self._matched += 1
        self._shadowing.append(earlier)

    @property
    def use(self) -> WaiverUse:
        shadowed = self._shadowing and None not in self._shadowing
        return WaiverUse(
            waiver=self.waiver,
            rule=self._rule,
            expired=self._expired,
            too_long=self._too_long,
            too_broad=self._too_broad,
            matched=self._matched,
            shadowed_by=self._shadowing[0] if shadowed else None,
        )


class _Entries:
    """The waivers of one rule, in their order. One of a single subject is found without looking at the others."""

    def __init__(self) -> None:
        self.all: list[_Entry] = []
        self._of_one: dict[str, list[int]] = defaultdict(list)
        self._of_many: list[int] = []

    def add(self, entry: _Entry) -> None:
        subject, index = entry.waiver.subject, len(self.all)
        self.all.append(entry)
        (self._of_many if _SPECIAL & set(subject) else self._of_one[subject]).append(index)

    def about(self, subject: str) -> Iterator[_Entry]:
        found = [index for index in self._of_many if self.all[index].speaks_of(subject)]
        return (self.all[index] for index in sorted([*found, *self._of_one.get(subject, ())]))


def _judged(finding: Finding, entries: Iterable[_Entry]) -> Finding:
    letting: Waiver | None = None
    for entry in entries:
        entry.count(letting)
        if letting is None and entry.in_force:
            letting = entry.waiver
    return finding if letting is None else replace(finding, verdict=Verdict.WAIVED, waiver=letting)
