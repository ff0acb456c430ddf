"""Where in the text of a file a declared thing stands.

Nothing of a file's text or marks is kept after loading: a stack of thousands of streams stays small. A diagnostic is
rare, so its file is read again, once for all of its diagnostics.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache, partial
from itertools import chain, groupby
from pathlib import Path
from typing import Final

from levee.diagnostics import Diagnostic, Location
from levee.diagnostics.redaction import HOLDERS, LOGINS, REFERENCES, blot, may_hold_secret, redact
from levee.loading.inside import place_inside
from levee.loading.plain_file import UnreadableError
from levee.loading.text import line_starts, read_text, split_lines
from levee.loading.tree import Mapping, Node, Place, Scalar, Sequence, Span, Tree, hidden_span, parse
from levee.model import origin as origins
from levee.model.origin import Origin
from levee.model.problem import Part, Problem

MOST: Final = 200  # problems of one file that are reported one by one
_COMMENT: Final = re.compile(r"(?<!\S)#([^\r\n]*+)")
_COMMENT_BEHIND: Final = re.compile(r"[ \t]+#[^\r\n]*+")
_REFERENCED: Final = re.compile(rf"""(?:{"|".join(sorted(REFERENCES))})["']?\s{{0,8}}:\s{{0,8}}([^\r\n]*+)""")
_HOLDER: Final = re.compile(rf"""(?:^|[\s{{,"'-])({"|".join(sorted(HOLDERS))})["']?\s{{0,8}}:""")
_INDENTED: Final = re.compile(r"[ \t-]*")
_KEPT: Final = 16  # texts at a time: classes.yaml and stack.yaml are named again and again

Located = tuple[Location, tuple[str, ...]]


def locate(project: Path, origin: Origin, part: Part = Part.VALUE) -> Located:
    """The place of what `origin` names, and the lines to show with it. A file that is gone has a place and no lines."""
    return SourceText.read(project, origin.file).at(origin.path, part)


def diagnose(project: Path, problems: Iterable[Problem]) -> Iterator[Diagnostic]:
    """The problems with their places and lines, file by file; of a file with very many `MOST`, and a count."""
    read = lru_cache(maxsize=_KEPT)(partial(SourceText.read, project))
    for file, group in groupby(sorted(problems, key=_file), key=_file):
        listed = list(group)
        text = SourceText.read(project, file, [each.origin.path for each in listed if each.secret])
        for problem in listed[:MOST]:
            location, excerpt = text.at(problem.origin.path, problem.part, problem.offset)
            message = redact(problem.message)
            if problem.other is not None:
                message += f" ({read(problem.other.file).at(problem.other.path, Part.VALUE)[0]})"
            yield Diagnostic(problem.id, message, problem.help, location, excerpt=excerpt)
        if (more := len(listed) - MOST) > 0:
            hint = "correct those that are shown and run again"
            yield Diagnostic("more-problems", f"the file has {more:,} more problem(s)", hint, Location(file))


def told(project: Path, diagnostics: Collection[Diagnostic], problems: Iterable[Problem]) -> Iterator[Diagnostic]:
    """Everything, without what the schema says of a value that could not be read as it was meant."""
    unread = {(each.location.file, each.location.line, each.location.column) for each in diagnostics if each.location}
    yield from diagnostics
    for diagnostic in diagnose(project, problems):
        place = diagnostic.location
        if place is None or (place.file, place.line, place.column) not in unread:
            yield diagnostic


def _file(problem: Problem) -> str:
    return problem.origin.file


class SourceText:
    """The text of one file, with the tree that tells where its values stand, and none of the secrets in it.

    `secret`: paths of values that were found to hold one; None: no schema has looked, so nothing of a login is shown.
    """

    def __init__(self, file: str, text: str, secret: Collection[origins.Path] | None = None) -> None:
        tree = parse(text, shown=True)
        self._file = file
        self._text = text
        self._root = tree.root
        self._lines = _redacted(text, tree, secret)

    @classmethod
    def read(cls, project: Path, file: str, secret: Collection[origins.Path] = ()) -> SourceText:
        """The file as it is now; one that can't be read has no lines."""
        try:
            text = read_text(project / file)
        except UnreadableError:
            text = ""
        return cls(file, text, secret)

    def at(self, path: origins.Path, part: Part, offset: int | None = None) -> Located:
        """The place of a value or its key, or of the nearest one above that is written; of a text that character's."""
        if offset is not None and self._root is not None and isinstance(node := _nearest(self._root, path)[0], Scalar):
            place = place_inside(self._text, node, offset)
            return self.show(Span(place, Place(place.line, place.column + 1)))
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


def _redacted(text: str, tree: Tree, secret: Collection[origins.Path] | None) -> list[str]:
    """The lines of the text without its secrets. Without a tree no value's end is known: then none are shown where
    a name says that there may be one.
    """
    from levee.diagnostics.secret_forms import secrets_in

    lines = split_lines(text)
    if tree.root is None and may_hold_secret(text):
        return []
    starts = [*line_starts(text), len(text)]  # libyaml puts what is missing on a line after the last
    spans = [
        (starts[long.start.line] + long.start.column, starts[long.end.line] + long.end.column) for long in tree.long
    ]
    edges = (0, *chain.from_iterable(spans), len(text))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        found_in = secrets_in(text[begin:end], whole=tree.root is None)
        spans += [(begin + found.start, begin + found.end) for found in found_in]
    for remark in _COMMENT.finditer(text):
        at = remark.start(1)
        spans += [(at + found.start, at + found.end) for found in secrets_in(remark[1], whole=True)]
    if tree.root is None:
        spans += [match.span(1) for match in _REFERENCED.finditer(text)]
        spans += _unread_holders(lines, starts)
    else:
        named = tree.logins if secret is None else [hidden_span(*_nearest(tree.root, path)) for path in secret]
        for span in (*tree.secrets, *named):
            behind = starts[span.end.line] + span.end.column
            comment = _COMMENT_BEHIND.match(text, behind)
            begin = starts[span.start.line] + span.start.column
            spans.append((begin, behind if comment is None else comment.end()))
    of_line: dict[int, list[tuple[int, int]]] = {}
    for start, end in spans:
        if start == end:
            continue
        first = bisect_right(starts, start) - 1
        for number in range(first, min(bisect_left(starts, end), len(lines))):
            line = lines[number]
            begin = start - starts[number] if number == first else len(line) - len(line.lstrip())
            of_line.setdefault(number, []).append((begin, min(end - starts[number], len(line))))
    for number, parts in of_line.items():
        lines[number] = blot(lines[number], parts)
    return lines


def _nearest(root: Node, path: origins.Path) -> tuple[Node, Scalar | None]:
    """A value, or the nearest one above it that is written; with its key, of a mapping's."""
    node, key = root, None
    for step in path:
        if isinstance(node, Mapping) and step in node.entries:
            entry = node.entries[str(step)]
            node, key = entry.value, entry.key
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node, key = node.items[step], None
        else:
            break
    return node, key


def _unread_holders(lines: list[str], starts: list[int]) -> Iterator[tuple[int, int]]:
    """What stands behind the key of a login and below it, further in, as far as text that is no YAML tells."""
    outer: int | None = None
    for line, start in zip(lines, starts, strict=False):
        indentation = len(_INDENTED.match(line)[0])  # type: ignore[index] # it matches everywhere
        if outer is not None and (indentation > outer or not line.strip()):
            yield start + indentation, start + len(line)
            continue
        holder = _HOLDER.search(line)
        outer = None if holder is None or holder[1] not in LOGINS else len(line) - len(line.lstrip())
        if holder is not None:
            yield start + holder.end(), start + len(line)
