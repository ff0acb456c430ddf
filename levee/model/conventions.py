"""How an organization names its topics and cost centres."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Final

DEFAULT_TOPICS: Final = "<jurisdiction>.<domain>.<dataset>.v<version>"
PLACES: Final = ("jurisdiction", "region")
"""The parts of a name that say where a topic is; a form has one of them, so that what a name says can be judged."""
_PART: Final = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_FORMS: Final = {"version": "[1-9][0-9]*"}
_TOKEN: Final = re.compile(r"<([a-z_]{1,30})>|([A-Za-z0-9._-]+)")


@dataclass(frozen=True)
class Conventions:
    """`topics` is the form of a topic's name, `cost_centres` a pattern of shell wildcards; None: any."""

    topics: str = DEFAULT_TOPICS
    cost_centres: str | None = None

    def parts_of(self, name: str) -> dict[str, str] | None:
        """The parts of a topic's name by what the form calls them; None where the name isn't of that form."""
        found = self._topics.fullmatch(name)
        return None if found is None else found.groupdict()

    def knows(self, cost_centre: str) -> bool:
        """Whether it is spelled as a cost centre is."""
        return self.cost_centres is None or fnmatchcase(cost_centre, self.cost_centres)

    @cached_property
    def _topics(self) -> re.Pattern[str]:
        return re.compile("".join(map(_expression, _TOKEN.findall(self.topics))))


def form_problem(form: str) -> str | None:
    """Why this can't be the form of topics' names, or None.

    A dot or an underscore between parts keeps it certain which is which, and matching linear: no part has one.
    """
    tokens = _TOKEN.findall(form)
    if "".join(f"<{part}>" if part else text for part, text in tokens) != form:
        return "is not a form of names; write parts as <domain>, and between them A-Z a-z 0-9 . _ -"
    parts = [part for part, _ in tokens if part]
    if not set(parts) & set(PLACES):
        return "doesn't say where a topic is; put <jurisdiction> or <region> in it"
    if len(set(parts)) != len(parts):
        return "has a part twice"
    texts = re.split(r"<[a-z_]+>", form)[1:-1]
    if not all("." in text or "_" in text for text in texts):
        return "leaves open where one part ends; put a dot or an underscore between any two"
    return None


def _expression(token: tuple[str, str]) -> str:
    part, text = token
    return f"(?P<{part}>{_FORMS.get(part, _PART)})" if part else re.escape(text)
