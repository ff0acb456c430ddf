"""YAML text as a tree of nodes with their places, and every reason why levee won't read it.

Built from libyaml's events rather than by PyYAML's composer: an event loop of our own never recurses deeper than
`MAX_DEPTH`, meets aliases before they expand, and sees both of two equal keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

import yaml

from levee.diagnostics.redaction import HOLDERS, LOGINS, REFERENCES, is_secret, looks_secret
from levee.loading.scalar import AmbiguousError, Value, is_text, meaning
from levee.loading.syntax import explain
from levee.loading.text import split_lines
from levee.model.origin import Path

_COMMENT: Final = re.compile(r"(?:[ \t]+|(?:\r\n|\r|\n)(?P<below> *))(?P<text>#[^\r\n]*)")
_INDENTATION: Final = re.compile(r"[ -]*")
MAX_DEPTH: Final = 16
LONGEST_SHOWN: Final = 64 * 1024
MAX_FAULTS: Final = 50  # of one file; a file this broken is not what its author meant


class Mark(Protocol):
    """A point in the text, as PyYAML tells it. Lines and columns count from 0, in characters."""

    @property
    def line(self) -> int:
        """The line."""

    @property
    def column(self) -> int:
        """The column."""


class Place(NamedTuple):
    """A point in the text that PyYAML doesn't tell."""

    line: int
    column: int


class Span(NamedTuple):
    """From a point up to, not including, another."""

    start: Mark
    end: Mark


START: Final = Place(0, 0)


@dataclass(slots=True)
class Scalar:
    """A leaf: its text, and the value it has."""

    text: str
    value: Value
    span: Span
    with_comment: str | None = None
    """Of unquoted text with a ` #` behind it: the whole, up to the end of the line."""


@dataclass(slots=True)
class Sequence:
    """A list."""

    span: Span
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """A key of a mapping with its value."""

    key: Scalar
    value: Node


@dataclass(slots=True)
class Mapping:
    """Keys in the order of the text; of equal ones the first."""

    span: Span
    entries: dict[str, Entry] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


_Decorated = yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent


class Fault(NamedTuple):
    """One reason why levee won't read the text as it stands."""

    id: str
    message: str
    help: str
    span: Span


@dataclass(slots=True)
class Tree:
    """A text's root (None: it could not be read to the end, or is empty), its faults, and what must not be shown.

    `logins` are the values in mappings of logins: not shown where no schema says which of them are in order. `long` are
    values that nobody reads in a line, which are neither shown nor searched.
    """

    root: Node | None
    faults: list[Fault]
    secrets: list[Span]
    logins: list[Span]
    long: list[Span]


class _StopError(Exception):
    """Reading on makes no sense."""


def parse(text: str, *, shown: bool = False) -> Tree:
    """Read one YAML document. Never raises: what is wrong stands in the tree's faults.

    `shown`: lines of it will be; the values are then also searched for what looks like a secret.
    """
    reader = _Reader(text, split_lines(text) if shown else None)
    try:
        root = reader.document()
    except _StopError:
        root = None
    except yaml.MarkedYAMLError as error:
        root = None
        reader.faults.append(_syntax_fault(error))
    if root is not None and not isinstance(root, Mapping):
        reader.secrets.append(root.span)
    return Tree(root, reader.faults, reader.secrets, reader.logins, reader.long)


def commented(node: Node, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Where unquoted text has a ` #` behind it, with the whole as it would read without that sign."""
    if isinstance(node, Scalar):
        if node.with_comment is not None and isinstance(node.value, str):
            yield path, node.with_comment
        return
    inside = enumerate(node.items) if isinstance(node, Sequence) else ((k, e.value) for k, e in node.entries.items())
    for step, child in inside:
        yield from commented(child, (*path, step))


def plain(node: Node) -> object:
    """The node as dicts, lists and scalars."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return plain_mapping(node)


def plain_mapping(mapping: Mapping) -> dict[str, object]:
    """The mapping as a dict of plain values."""
    return {key: plain(entry.value) for key, entry in mapping.entries.items()}


class _Reader:
    """One pass over the events of one text."""

    def __init__(self, text: str, shown: list[str] | None) -> None:
        self._text = text
        self._shown = shown
        self.faults: list[Fault] = []
        self.secrets: list[Span] = []
        self.logins: list[Span] = []
        self.long: list[Span] = []
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.CSafeLoader)

    def document(self) -> Node | None:
        next(self._events)  # the stream's start
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            return None
        root = self._node(next(self._events), depth=0)
        next(self._events)  # the document's end
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            self._fault("several-documents", "a second YAML document begins here", "one file holds one document", after)
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        if depth > MAX_DEPTH:
            self._fault("too-deep", f"values are nested more than {MAX_DEPTH} deep", "nothing levee reads is", event)
            raise _StopError
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth)
        self._fault("yaml-alias", "an alias repeats another value", "write the value out where it belongs", event)
        return Scalar("", None, _span(event))

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        self._refuse_decoration(event)
        text: str = event.value
        if len(text) > LONGEST_SHOWN:
            self.long.append(_span(event))
        elif self._shown is not None:
            self.secrets.extend(_secret_parts(text, _span(event), self._shown))
        if event.style:
            return Scalar(text, text, _span(event))
        try:
            value = meaning(text)
        except AmbiguousError as problem:
            message, _, instead = f"this unquoted value {problem}".partition("; ")
            self._fault("ambiguous-scalar", message, f"quote it if you mean text; else {instead}", event)
            value = text
        return Scalar(text, value, _span(event), self._with_comment(event))

    def _with_comment(self, event: yaml.ScalarEvent) -> str | None:
        """The text and the comment behind it, or below it where a further line of the text would stand."""
        start, end = event.start_mark, event.end_mark
        comment = None if end is None else _COMMENT.match(self._text, end.index)
        if start is None or comment is None:
            return None
        if comment["below"] is not None:
            line = _INDENTATION.match(self._text, start.index - start.column)
            if line is None or len(comment["below"]) <= len(line[0]):
                return None
        return f"{event.value} {comment['text'].rstrip()}"

    def _sequence(self, start: yaml.SequenceStartEvent, depth: int) -> Sequence:
        self._refuse_decoration(start)
        items = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Sequence(Span(_span(start).start, _span(event).end), items)

    def _mapping(self, start: yaml.MappingStartEvent, depth: int) -> Mapping:
        self._refuse_decoration(start)
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, depth)
            value = self._node(next(self._events), depth + 1)
            if key is not None and _is_hidden(key.text, value):
                self.secrets.append(hidden_span(value))
            if key is not None and key.text in LOGINS:
                self.logins.extend(_leaves(value))
            if key is not None and self._is_new(key, entries):
                entries[key.text] = Entry(key, value)
        return Mapping(Span(_span(start).start, _span(event).end), entries)

    def _key(self, event: yaml.Event, depth: int) -> Scalar | None:
        """The key, or None for one that can't be used."""
        if not isinstance(event, yaml.ScalarEvent):
            self._fault("key-not-text", "a key must be text", "write `name: value`", event)
            self._node(event, depth + 1)
            return None
        self._refuse_decoration(event)
        key = Scalar(event.value, event.value, _span(event))
        if not event.style and event.value == "<<":
            hint = "write the keys out where they belong"
            self._fault("yaml-merge", "a merge key takes in another mapping", hint, event)
            return None
        if not event.style and not is_text(event.value):
            hint = "quote the key if that is its name"
            self._fault("key-not-text", "this key is not text", hint, event)
        return key

    def _is_new(self, key: Scalar, entries: dict[str, Entry]) -> bool:
        first = entries.get(key.text)
        if first is None:
            return True
        hint = f"keep one of the two; the first is on line {first.key.span.start.line + 1}"
        message = f"the key `{key.text}` stands twice in one mapping"
        self._add(Fault("duplicate-key", message, hint, key.span))
        return False

    def _refuse_decoration(self, event: _Decorated) -> None:
        if event.anchor is not None:
            self._fault("yaml-anchor", "an anchor (&) names this value", "remove it; levee reads no aliases", event)
        if event.tag is not None:
            hint = "remove it, and quote the value if you mean text"
            self._fault("yaml-tag", "a tag (!) changes what this value is", hint, event)

    def _fault(self, id_: str, message: str, hint: str, event: yaml.Event) -> None:
        self._add(Fault(id_, message, hint, _span(event)))

    def _add(self, fault: Fault) -> None:
        self.faults.append(fault)
        if len(self.faults) >= MAX_FAULTS:
            raise _StopError


def _is_hidden(key: str, value: Node) -> bool:
    if key in REFERENCES or (key in HOLDERS and not isinstance(value, Mapping)):
        return True
    return is_secret(key, value.text) if isinstance(value, Scalar) else looks_secret(key)


def hidden_span(node: Node, key: Scalar | None = None) -> Span:
    """What to hide of a value: its key where it has no other text."""
    if not isinstance(node, Scalar):
        return node.span
    return node.span if key is None or node.text else Span(key.span.start, node.span.end)


def _leaves(node: Node, key: Scalar | None = None) -> Iterator[Span]:
    if isinstance(node, Mapping):
        for entry in node.entries.values():
            yield from _leaves(entry.value, entry.key)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _leaves(item)
    else:
        yield hidden_span(node, key)


def _secret_parts(value: str, span: Span, lines: list[str]) -> Iterator[Span]:
    """The secrets in a value: their own places where it stands in its line as it is, else all of it."""
    from levee.diagnostics.secret_forms import secrets_in

    line = span.start.line
    at = lines[line].find(value, span.start.column) if line == span.end.line < len(lines) else -1
    for found in secrets_in(value, whole=True):
        yield Span(Place(line, at + found.start), Place(line, at + found.end)) if at >= 0 else span


def _span(event: yaml.Event) -> Span:
    return Span(event.start_mark or START, event.end_mark or START)


def _syntax_fault(error: yaml.MarkedYAMLError) -> Fault:
    sentence = explain(error.problem or "", error.context or "")
    first, second = error.context_mark, error.problem_mark
    mark = ((first or second) if sentence.at_start else (second or first)) or START
    return Fault("invalid-yaml", sentence.message, sentence.help, Span(mark, Place(mark.line, mark.column + 1)))
