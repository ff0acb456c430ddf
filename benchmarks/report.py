"""An outcome as tables that read well on a terminal, in a log and in a document."""

from __future__ import annotations

from benchmarks.outcome import Aim, Outcome, Row
from levee.render.table import render_table


def render(outcome: Outcome) -> str:
    """What was measured, the aims with their verdicts, the notes."""
    measured = render_table(("measured", "streams", "seconds", "CPU s", "peak MB", ""), map(_measured, outcome.rows))
    aims = render_table(("aim", "measured", "limit", "verdict"), map(_judged, outcome.aims))
    notes = "".join(f"  note: {note}\n" for note in outcome.notes)
    return f"{outcome.benchmark}\n\n{measured}\n{aims}{notes}"


def _measured(row: Row) -> tuple[str, ...]:
    return (
        row.what,
        f"{row.streams:>7,}",
        f"{row.seconds:>7.2f}",
        "" if row.cpu_seconds is None else f"{row.cpu_seconds:>5.2f}",
        "" if row.peak_mb is None else f"{row.peak_mb:>7.0f}",
        row.remark,
    )


def _judged(aim: Aim) -> tuple[str, ...]:
    return aim.what, f"{aim.measured:.2f} {aim.unit}", f"{aim.limit:.2f} {aim.unit}", aim.verdict
