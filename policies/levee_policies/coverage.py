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
_BY_PARTS: Final = "On registered resources RLS-DEL-003 and RLS-DEL-004 demand the plan that the files were judged by."
_NO_RESOURCE: Final = "No registered resource shows it yet; the policy pack judges the declaration by the program."

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
        "RLS-ACC-001": _NO_RESOURCE,
        "RLS-ACC-002": _BY_PARTS,
        "RLS-ACC-003": _NO_RESOURCE,
        "RLS-ACC-004": _NO_RESOURCE,
        "RLS-ACC-005": "A file has no providers.",
        "RLS-ACC-006": _NO_RESOURCE,
        "RLS-RES-001": "The region is the stack's own: one registered topic shows nothing more, and is judged by it.",
        "RLS-RES-002": f"Archives and readers have rules of their own (008, 009). {_NO_RESOURCE}",
        "RLS-RES-003": "In files a region is always a plain value; on resources, a cloud's provider must be given one.",
        "RLS-RES-004": _BY_PARTS,
        "RLS-RES-005": _NO_RESOURCE,
        "RLS-RES-007": _NO_RESOURCE,
        "RLS-RES-008": _BY_PARTS,
        "RLS-RES-009": _NO_RESOURCE,
        "RLS-ENC-001": _TYPED,
        "RLS-ENC-002": _TYPED,
        "RLS-ENC-003": f"What stack.yaml doesn't say is unknown. {_NO_RESOURCE}",
        "RLS-ENC-004": f"Asked for by a class. {_BY_PARTS}",
        "RLS-ENC-005": f"What stack.yaml doesn't say is unknown. {_NO_RESOURCE}",
        "RLS-ENC-006": f"What stack.yaml doesn't say is unknown. {_NO_RESOURCE}",
        "RLS-ENC-007": _NO_RESOURCE,
        "RLS-DUR-004": "A client's own settings: nothing registers them.",
        "RLS-DUR-005": f"What stack.yaml doesn't say is unknown. {_NO_RESOURCE}",
        "RLS-RET-001": "Files below a class's floor don't load; there, a regulated class must name a floor.",
        "RLS-RET-002": "Files above a class's ceiling don't load; there, a class with personal data must name one.",
        "RLS-RET-005": _BY_PARTS,
        "RLS-DEL-001": "In files the class decides.",
        "RLS-DEL-002": "An option of the program: files have none.",
        "RLS-AUD-001": _NO_RESOURCE,
        "RLS-AUD-002": f"Asked for by a class. {_NO_RESOURCE}",
        "RLS-AUD-003": f"Asked for by a class. {_BY_PARTS}",
        "RLS-CON-001": _NO_RESOURCE,
        "RLS-CON-002": _NO_RESOURCE,
        "RLS-CON-003": _NO_RESOURCE,
        "RLS-POL-005": "By `levee guard --against git` only. A state and a preview record no waivers: there, and by "
        "`levee up`, it isn't judged, which is no pass.",
    }
)
