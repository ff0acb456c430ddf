"""Where in the text of a file a declared thing stands.

Nothing of a file's text or marks is kept after loading: a stack of thousands of streams stays small. A diagnostic is
rare, so its file is read again, once for all of its diagnostics.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from itertools import groupby, islice
from pathlib import Path
from typing import Final

from levee.diagnostics import Diagnostic, Location
from levee.diagnostics.redaction import REDACTED, may_hold_secret, without_logins, without_references
from levee.loading.problem import Part, Problem
from levee.loading.text import UnreadableError, read_text, split_lines
from levee.loading.tree import Mapping, Node, Scalar, Sequence, Span, Tree, parse
from levee.model import origin as origins
from levee.model.origin import Origin

MOST: Final = 200  # problems of one file that are told one by one
_KEPT: Final = 16  # texts at a time: classes.yaml and stack.yaml are named again and again

Located = tuple[Location, tuple[str, ...]]


def locate(project: Path, origin: Origin, part: Part = Part.VALUE) -> Located:
    """The place of what `origin` names, and the lines to show with it. A file that is gone has a place and no lines."""
    return SourceText.read(project, origin.file).at(origin.path, part)


def diagnose(project: Path, problems: Iterable[Problem]) -> Iterator[Diagnostic]:
    """The problems with their places and lines, file by file; of a file with very many `MOST`, and a count."""
    read = lru_cache(maxsize=_KEPT)(partial(SourceText.read, project))
    for file, group in groupby(sorted(problems, key=_file), key=_file):
        text = read(file)
        for problem in islice(group, MOST):
            location, excerpt = text.at(problem.origin.path, problem.part)
            message = problem.message
            if problem.other is not None:
                message += f" ({read(problem.other.file).at(problem.other.path, Part.VALUE)[0]})"
            yield Diagnostic(problem.id, message, problem.help, location, excerpt=excerpt)
        more = sum(1 for _ in group)
        if more:
            hint = "correct those that are shown and run again"
            yield Diagnostic("more-problems", f"the file has {more:,} more problem(s)", hint, Location(file))


def _file(problem: Problem) -> str:
    return problem.origin.file


class SourceText:
    """The text of one file, with the tree that tells where its values stand."""

    def __init__(self, file: str, text: str, tree: Tree) -> None:
        self._file = file
        self._root = tree.root
        self._lines = _redacted(text, tree)

    @classmethod
    def read(cls, project: Path, file: str) -> SourceText:
        """The file as it is now; one that can't be read has no lines."""
        try:
            text = read_text(project / file)
        except UnreadableError:
            text = ""
        return cls(file, text, parse(text))

    def at(self, path: origins.Path, part: Part) -> Located:
        """The place of a value or its key, or of the nearest one above that is written."""
        span = None if self._root is None else _find(self._root, path, part)
        return (Location(self._file), ()) if span is None else self.show(span)

    def show(self, span: Span) -> Located:
        """A span's place, cut to its first line, and that line."""
        line, column = span.start.line, span.start.column
        lines = self._lines[line : line + 1]
        end = span.end.column if span.end.line == line else len(lines[0]) if lines else column + 1
        location = Location(self._file, line + 1, column + 1, line + 1, max(end, column + 1) + 1)
        return location, tuple(lines)


def _find(root: Node, path: origins.Path, part: Part) -> Span | None:
    """Descend as far as the path is written; show the last value, or its key where that is asked or says more."""
    node, key = root, None
    for step in path:
        if isinstance(node, Mapping) and step in node.entries:
            entry = node.entries[str(step)]
            node, key = entry.value, entry.key
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node, key = node.items[step], None
        else:
            return _summary(node, key)
    return key.span if part is Part.KEY and key is not None else _summary(node, key)


def _summary(node: Node, key: Scalar | None) -> Span:
    """The span to point at for a node: a value that fills one line, else its key, else its own first line."""
    start, end = node.span
    one_line = start.line == end.line and start.column != end.column
    if one_line and (isinstance(node, Scalar) or key is None):
        return node.span
    if key is not None:
        return key.span
    if isinstance(node, Mapping) and node.entries:
        return next(iter(node.entries.values())).key.span
    return node.span


def _redacted(text: str, tree: Tree) -> list[str]:
    """The lines of the text without values that may be secrets. Without a tree they can't be told: none are shown."""
    lines = split_lines(text)
    if tree.root is None:
        return [] if may_hold_secret(text) else [without_logins(without_references(line)) for line in lines]
    for span in reversed(tree.secrets):
        for number in range(span.start.line, min(span.end.line + 1, len(lines))):
            lines[number] = _blank(lines[number], number, span)
    return [without_logins(line) for line in lines]


def _blank(line: str, number: int, span: Span) -> str:
    start = span.start.column if number == span.start.line else len(line) - len(line.lstrip())
    end = span.end.column if number == span.end.line else len(line)
    return line if end <= start else line[:start] + REDACTED + line[end:]
