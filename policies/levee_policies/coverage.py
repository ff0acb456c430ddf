"""The catalogue that the rules began as, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_COUNTS: Final = (
    ("IDN", 11),
    ("ACC", 7),
    ("RES", 9),
    ("ENC", 7),
    ("DUR", 5),
    ("RET", 5),
    ("DEL", 2),
    ("BLR", 6),
    ("AUD", 3),
    ("NAM", 2),
    ("CON", 3),
)

CATALOGUE: Final = tuple(f"RLS-{group}-{number:03}" for group, count in _COUNTS for number in range(1, count + 1))

_TYPED: Final = "Stack files can't say otherwise: what they may say leaves no room for it."

NOTES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "RLS-IDN-001": "Was: exactly the writer role. An aggregator reads one stream and writes another; managing is "
        "what a writer may not do.",
        "RLS-IDN-002": _TYPED,
        "RLS-IDN-003": _TYPED,
        "RLS-IDN-004": _TYPED,
        "RLS-IDN-007": "Grants are compiled from sources and consumers, so that none is missing; what is judged is "
        "that none is undeclared, and that readers are those of the class.",
        "RLS-IDN-008": _TYPED,
        "RLS-IDN-009": _TYPED,
        "RLS-ACC-005": "A file has no providers.",
        "RLS-RES-001": "The region is the stack's own: one registered topic shows nothing more, and is judged by it.",
        "RLS-RES-002": "Archives and readers have rules of their own (008, 009).",
        "RLS-RES-003": "In files a region is always a plain value; on resources, a cloud's provider must be given one.",
        "RLS-ENC-001": _TYPED,
        "RLS-ENC-002": _TYPED,
        "RLS-ENC-003": "What stack.yaml doesn't say is unknown.",
        "RLS-ENC-004": "Asked for by a class.",
        "RLS-ENC-005": "What stack.yaml doesn't say is unknown.",
        "RLS-ENC-006": "What stack.yaml doesn't say is unknown.",
        "RLS-DUR-004": "A client's own settings: nothing registers them.",
        "RLS-DUR-005": "What stack.yaml doesn't say is unknown.",
        "RLS-RET-001": "Files below a class's floor don't load; there, a regulated class must name a floor.",
        "RLS-RET-002": "Files above a class's ceiling don't load; there, a class with personal data must name one.",
        "RLS-DEL-001": "In files the class decides.",
        "RLS-DEL-002": "An option of the program: files have none.",
        "RLS-AUD-002": "Asked for by a class.",
        "RLS-AUD-003": "Asked for by a class.",
        "RLS-POL-005": "By `levee guard --against git` only. A state and a preview record no waivers: there, and by "
        "`levee up`, it isn't judged, which is no pass.",
    }
)
