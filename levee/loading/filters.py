"""The filter of a stream file, without the rest of its stack."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from levee.diagnostics import LeveeError, Location, Rejected
from levee.diagnostics.redaction import redact
from levee.loading.documents import read_document
from levee.loading.locate import Located, SourceText
from levee.model.problem import Part


@dataclass(frozen=True, slots=True)
class FilterText:
    """A filter and where it is written: in a stream file, a file of its own (a name), or nowhere else."""

    text: str
    source: SourceText | str

    def at(self, offset: int) -> Located:
        """The place of a character, and the line to show."""
        if isinstance(self.source, SourceText):
            return self.source.at(("filter",), Part.VALUE, offset)
        return Location(self.source, 1, offset + 1, 1, offset + 2), (redact(self.text),)


def filter_of(folder: Path, file: str) -> FilterText | None:
    """The filter of a stream file, by its path below the folder; None where it has none. Raises LeveeError (exit 2)."""
    document = read_document(folder, file)
    if document.values is None or document.diagnostics:
        raise Rejected(document.diagnostics)
    text = document.values.get("filter")
    if text is None and "filter" not in document.values:
        return None
    if not isinstance(text, str):
        raise LeveeError(f"{file}: `filter` must be text", "put the filter in quotes", exit_code=2)
    return FilterText(text, SourceText.read(folder, file))
