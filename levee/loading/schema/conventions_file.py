"""`stacks/conventions.yaml`: how names are spelled."""

from __future__ import annotations

from typing import Final

from levee.fields.rules import Fields, field, free_of, text
from levee.model.conventions import DEFAULT_TOPICS, form_problem

CONVENTIONS: Final[Fields] = {
    "topics": field(text(free_of(form_problem), most=200), DEFAULT_TOPICS),
    "cost_centres": field(text(most=100), "CC-[0-9][0-9][0-9][0-9]"),
}
