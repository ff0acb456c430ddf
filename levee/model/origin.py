"""Which file, and which place in it, declared a thing."""

from __future__ import annotations

from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """A file (relative to the project) and the keys and indexes that lead to the value inside it.

    Line and column are looked up only when a diagnostic needs them: `levee.loading.locate`. What was read back from
    a registered resource has its `urn` too; its file is empty where no stack file declares it.
    """

    file: str
    path: Path = ()
    urn: str = ""

    def at(self, *keys: str | int) -> Origin:
        """The origin of something below this one."""
        return Origin(self.file, self.path + keys, self.urn)
