"""One stack file as plain values, with every reason why it can't be read as written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from levee.diagnostics import Diagnostic, Location
from levee.diagnostics.redaction import redact
from levee.loading.locate import SourceText
from levee.loading.plain_file import UnreadableError
from levee.loading.text import read_text
from levee.loading.tree import START, Fault, Mapping, Node, Place, Span, commented, parse, plain_mapping
from levee.model.origin import Path as Steps

_START: Final = Span(START, Place(0, 1))


@dataclass(frozen=True, slots=True)
class Document:
    """A file's values (None: nothing in it can be checked further) and what is wrong with its text.

    `commented` are the places of unquoted text that ends at a comment, with what it would be if that were none.
    """

    file: str
    values: dict[str, object] | None
    diagnostics: tuple[Diagnostic, ...] = ()
    commented: tuple[tuple[Steps, str], ...] = ()


def read_document(project: Path, file: str) -> Document:
    """Read `file`, a path below the project. What is wrong is in the document, so that the other files are read too."""
    try:
        text = read_text(project / file)
    except UnreadableError as error:
        location = Location(file, error.line + 1, error.column + 1, error.line + 1, error.column + 2)
        return Document(file, None, (Diagnostic("unreadable-file", error.message, error.hint, location),))
    tree = parse(text)
    values = plain_mapping(tree.root) if isinstance(tree.root, Mapping) else None
    faults = tree.faults
    if values is None and not faults:
        faults = [_not_a_mapping(tree.root)]
    cut = () if tree.root is None else tuple(commented(tree.root))
    if not faults:
        return Document(file, values, commented=cut)
    source = SourceText(file, text)
    return Document(file, values, tuple(_shown(fault, source) for fault in faults), cut)


def _not_a_mapping(root: Node | None) -> Fault:
    if root is None:
        return Fault("empty-file", "the file declares nothing", "write its keys, or remove the file", _START)
    return Fault("not-a-mapping", "the file must be a mapping of keys to values", "write `key: value` lines", root.span)


def _shown(fault: Fault, source: SourceText) -> Diagnostic:
    location, excerpt = source.show(fault.span)
    return Diagnostic(fault.id, redact(fault.message), fault.help, location, excerpt=excerpt)
