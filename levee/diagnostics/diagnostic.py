"""One complaint about what a user wrote."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from levee.diagnostics.location import Location


class Level(StrEnum):
    """How much a diagnostic weighs. Only errors stop a run."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong (`message`), where (`location`, None for the command line), and what to write instead (`help`).

    `id` names the kind of complaint (`duplicate-key`, `unknown-setting`): stable, for scripts and searches.
    `excerpt` holds the offending source lines, first one at `location.line`.
    """

    id: str
    message: str
    help: str = ""
    location: Location | None = None
    level: Level = Level.ERROR
    excerpt: tuple[str, ...] = ()

    @property
    def sort_key(self) -> tuple[bool, Location, str, str]:
        """Order of a report: by place, complaints without one last."""
        return (self.location is None, self.location or Location(""), self.id, self.message)
