"""What was proved of an account as tables, readable without colour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from levee.render.table import render_table
from levee_infra.verify.account import AccountResult, Thing
from levee_infra.verify.answer import Verdict

MOST: Final = 40
"""Things of a kind in a table where all is well; those with a surprise are always in it."""

WORDS: Final[Mapping[Verdict, str]] = {
    Verdict.AS_DECLARED: "yes",
    Verdict.SURPRISE: "SURPRISE",
    Verdict.UNKNOWN: "UNKNOWN",
}


def account_sections(outcomes: Sequence[AccountResult]) -> Iterator[str]:
    """A table for each kind of thing, then what isn't as declared."""
    by_thing: dict[Thing, list[AccountResult]] = {}
    for outcome in outcomes:
        by_thing.setdefault(outcome.check.thing, []).append(outcome)
    for thing, some in by_thing.items():
        yield from _section(thing, some)
    wrong = [outcome for outcome in outcomes if outcome.verdict is not Verdict.AS_DECLARED]
    if wrong:
        rows = [
            (WORDS[each.verdict], f"{each.check.thing.value} {each.name}", each.check.text, each.found)
            for each in wrong
        ]
        yield f"Not as declared in the account ({len(wrong):,})\n" + render_table(
            ("VERDICT", "WHAT", "CLAIM", "FOUND"), rows
        )


def account_summary(outcomes: Sequence[AccountResult]) -> str:
    """What to add to the line that sums up; empty for a stack without an account."""
    if not outcomes:
        return ""
    counts = {verdict: sum(outcome.verdict is verdict for outcome in outcomes) for verdict in Verdict}
    surprises = counts[Verdict.SURPRISE]
    return (
        f"; of the account {len(outcomes):,} checks: {counts[Verdict.AS_DECLARED]:,} as declared, "
        f"{surprises:,} surprise{'s' if surprises != 1 else ''}, {counts[Verdict.UNKNOWN]:,} unknown"
    )


def _section(thing: Thing, outcomes: Sequence[AccountResult]) -> Iterator[str]:
    columns = tuple(dict.fromkeys(outcome.check.column for outcome in outcomes))
    cells: dict[str, dict[str, AccountResult]] = {}
    for outcome in outcomes:
        cells.setdefault(outcome.name, {})[outcome.check.column] = outcome
    calm = [name for name, row in cells.items() if all(each.verdict is Verdict.AS_DECLARED for each in row.values())]
    hidden = frozenset(calm[MOST:])
    rows = [
        (name, *(WORDS[row[column].verdict] if column in row else "-" for column in columns))
        for name, row in cells.items()
        if name not in hidden
    ]
    header = (thing.value.upper(), *(column.upper() for column in columns))
    yield f"{thing.title}\n" + render_table(header, rows)
    if hidden:
        yield f"... and {len(hidden):,} more, all as declared (all of them: --json)\n"
