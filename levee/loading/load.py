"""A stack's files as one StackSpec, or every reason why they can't be."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

from levee.diagnostics import Diagnostic, LeveeError, Location, Rejected
from levee.loading.checks import Declared, check
from levee.loading.checks.claim import claims_of, places
from levee.loading.checks.part import too_long
from levee.loading.documents import Document, read_document
from levee.loading.folder import CLASSES, STACKS, find, stacks
from levee.loading.locate import told
from levee.loading.partial import taken_parts
from levee.loading.project_name import project_name
from levee.loading.schema import classes_file, stack_file, stream_file
from levee.loading.stack_values import data_classes, stack_spec
from levee.loading.stream_values import stream_spec
from levee.loading.validation import FileSchema
from levee.model.claim import Claim
from levee.model.data_class import DataClass
from levee.model.origin import Origin
from levee.model.origin import Path as Path_
from levee.model.problem import Part, Problem
from levee.model.stack import StackSpec, Target
from levee.model.stream import StreamSpec
from levee.plan.build import build_plan
from levee.plan.planned import Plan

__all__ = ["UNREADABLE_NEIGHBOUR", "Stacks", "load_plan", "load_stack", "stacks"]

UNREADABLE_NEIGHBOUR: Final = "unreadable-neighbour"
Values = Mapping[str, Any]
# What is decided by more than itself is none of them: without it, a default would be judged.
_OPTIONAL_OF_STREAM: Final = frozenset(
    key
    for key, rules in stream_file.STREAM.items()
    if not rules["required"] and key not in {"replication", "min_insync"}
)
_OPTIONAL_OF_STACK: Final = frozenset({"cost_centre", "global_names", "services", "principals", "retire", "approve"})


def load_stack(project: Path, name: str) -> StackSpec:
    """The stack that `stacks/<name>/` declares, all cross-references checked, against other stacks' claims too.

    Raises Rejected with every diagnostic of the run, and LeveeError (exit 2) where there is no such stack.
    """
    return Stacks(project).load(name)


def load_plan(project: Path, name: str, as_of: date) -> Plan:
    """What the stack's files resolve to on that day. Raises as `load_stack`."""
    return Stacks(project).plan(name, as_of)


class Stacks:
    """The stacks of a project, of which each file is read at most once.

    Beside a stack its neighbours are read: all other stacks that claim things where it does, on its cluster or in its
    account. Of the rest only `stack.yaml` is, which says where it claims them.
    """

    def __init__(self, project: Path) -> None:
        self._project = project
        self._files: dict[str, _StackFiles] = {}

    def load(self, name: str) -> StackSpec:
        """One stack. Raises as `load_stack`."""
        return self._checked(self._of(name), alone=False)

    def plan(self, name: str, as_of: date) -> Plan:
        """What one stack resolves to on that day. Raises as `load_stack`."""
        return build_plan(self.load(name), as_of)

    def load_alone(self, name: str) -> StackSpec:
        """One stack as if it were the only one: of a revision that was deployed, say. Raises as `load_stack`.

        Its filters are not judged: what was deployed can be compared with, whatever levee takes by now.
        """
        return self._checked(self._of(name), alone=True)

    def _checked(self, files: _StackFiles, *, alone: bool) -> StackSpec:
        stack, classes = files.stack, self._classes
        refused: list[Diagnostic] = []
        claims: list[Claim] = []
        if stack is not None and not alone:
            claims += files.claims
            for other in self._neighbours(files, refused):
                claims += other.claims
        declared = Declared(
            stack=stack or files.partial_stack,
            classes=classes.values,
            streams=(*files.streams, *files.partial_streams),
            stream_keys=frozenset(files.folder.stream_files),
            complete=stack is not None
            and len(files.streams) == len(files.folder.stream_files)
            and not files.folder.diagnostics,
            claims=tuple(claims),
            partial=frozenset(each.key for each in files.partial_streams),
            partial_stack=stack is None,
        )
        problems = [*classes.problems, *files.problems, *check(declared, filters=not alone)]
        diagnostics = [*files.folder.diagnostics, *classes.diagnostics, *files.diagnostics]
        if stack is not None and not (problems or diagnostics or refused):
            problems += too_long(stack)
        if stack is None or problems or diagnostics or refused:
            raise Rejected([*told(self._project, diagnostics, problems), *refused])
        return stack

    def _of(self, name: str) -> _StackFiles:
        if name not in self._files:
            self._files[name] = _StackFiles(self._project, name, self._classes.values or {})
        return self._files[name]

    @cached_property
    def _classes(self) -> _Classes:
        reader = _Reader(self._project)
        if not os.path.lexists(self._project / CLASSES):
            message = "there is no such file, and each stream has a class of it"
            hint = "write it: `classes: {audit: {description: …, regulated: true, replication: 3, min_insync: 2}}`"
            return _Classes(None, [Diagnostic("unreadable-file", message, hint, Location(CLASSES))], [])
        values = reader.values(CLASSES, FileSchema(classes_file.CLASSES))
        return _Classes(
            None if values is None else data_classes(values, Origin(CLASSES)), reader.diagnostics, reader.problems
        )

    def _neighbours(self, own: _StackFiles, refused: list[Diagnostic]) -> Iterator[_StackFiles]:
        """The other stacks at this one's places; where one can't be read, what it claims is unknown, which is refused.

        One that is broken and surely elsewhere holds nobody up.
        """
        for name in stacks(self._project):
            if name == own.name:
                continue
            try:
                other = self._of(name)
            except LeveeError as error:
                at = Location(f"{STACKS}/{name}/stack.yaml")
                refused.append(_unreadable(name, Diagnostic("", error.message, error.help, at)))
                continue
            if own.places is not None and other.places is not None and not own.places & other.places:
                continue
            if other.is_readable:
                yield other
            else:
                first = next(told(self._project, other.all_diagnostics, other.problems))
                refused.append(_unreadable(name, first))


class _Classes(NamedTuple):
    values: dict[str, DataClass] | None
    diagnostics: list[Diagnostic]
    problems: list[Problem]


class _Reader:
    """Reads files against their schemas. What is wrong piles up until everything is read."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self.diagnostics: list[Diagnostic] = []
        self.problems: list[Problem] = []
        self.refused: list[Path_] = []  # of the file that was read last

    def values(self, file: str, schema: FileSchema) -> Values | None:
        """The values of a file that its schema takes; else None, and why."""
        return self.taken(read_document(self._project, file), schema)

    def taken(self, document: Document, schema: FileSchema) -> Values | None:
        """The values of what was read, as `values`."""
        self.diagnostics += document.diagnostics
        if document.values is None:
            return None
        problems = list(schema.problems(document.values, document.file, document.commented))
        self.problems += problems
        self.refused = [problem.origin.path for problem in problems]
        return None if problems or document.diagnostics else document.values


class _StackFiles(_Reader):
    """The files of one stack: what their schemas take of them, and everything that is wrong with their text."""

    def __init__(self, project: Path, name: str, classes: Mapping[str, DataClass]) -> None:
        super().__init__(project)
        self.name = name
        self.folder = find(project, name)
        self._classes = classes
        self.partial_streams: list[StreamSpec] = []
        self.partial_stack: StackSpec | None = None

    @cached_property
    def _document(self) -> Document:
        return read_document(self._project, self.folder.stack_file)

    @cached_property
    def places(self) -> frozenset[str] | None:
        """Where the stack claims things, by its own file alone; None where that doesn't say."""
        return None if self._document.values is None else places(self._document.values, self._project)

    @cached_property
    def streams(self) -> tuple[StreamSpec, ...]:
        """The streams whose files can be read."""
        return tuple(self._streams())

    @cached_property
    def stack(self) -> StackSpec | None:
        """The stack with those streams."""
        streams, origin = self.streams, Origin(self.folder.stack_file)
        schema = FileSchema(stack_file.STACK)
        values = self.taken(self._document, schema)
        if values is None:
            self.partial_stack = self._partial_stack(schema, origin)
            return None
        self.problems += _streams_as_said(values, self.folder.stream_files, origin)
        self.problems += _of_other_targets(values, origin)
        spec = stack_spec(self.name, values, self._classes, streams, origin)
        return replace(spec, project=project_name(self._project))

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """What the stack claims."""
        return () if self.stack is None else tuple(claims_of(self.stack, self._project))

    @property
    def is_readable(self) -> bool:
        """Whether all that the stack claims is known."""
        return self.stack is not None and not self.problems and not self.all_diagnostics

    @property
    def all_diagnostics(self) -> list[Diagnostic]:
        """What is wrong with the folder and with the text of its files."""
        return [*self.folder.diagnostics, *self.diagnostics]

    def _streams(self) -> Iterator[StreamSpec]:
        schema = FileSchema(stream_file.STREAM)
        for key, file in self.folder.stream_files.items():
            document = read_document(self._project, file)
            values = self.taken(document, schema)
            if values is not None:
                yield stream_spec(key, values, self._classes.get(values["class"]), Origin(file))
            elif (left := self._left(document, schema, _OPTIONAL_OF_STREAM)) is not None:
                data_class = self._classes.get(left["class"])
                self.partial_streams.append(stream_spec(key, left, data_class, Origin(file)))

    def _partial_stack(self, schema: FileSchema, origin: Origin) -> StackSpec | None:
        left = self._left(self._document, schema, _OPTIONAL_OF_STACK)
        streams = (*self.streams, *self.partial_streams)
        return None if left is None else stack_spec(self.name, left, self._classes, streams, origin)

    def _left(self, document: Document, schema: FileSchema, optional: frozenset[str]) -> Values | None:
        """What the schema took of the file that it has just refused. Of one with faults in its text it isn't known."""
        if document.values is None or document.diagnostics:
            return None
        return taken_parts(document.values, schema, self.refused, optional)


def _unreadable(name: str, why: Diagnostic) -> Diagnostic:
    message = f"what stack {name} claims beside this one can't be known: {why.message}"
    hint = f"correct it (`levee check {STACKS}/{name}` tells all), or remove the folder if the stack is gone"
    return Diagnostic(UNREADABLE_NEIGHBOUR, message, hint, why.location, excerpt=why.excerpt)


def _streams_as_said(values: Values, stream_files: Mapping[str, str], origin: Origin) -> Iterator[Problem]:
    """A stack without streams says so: an empty folder must not read as `remove everything`."""
    says_none = "streams" in values
    if not stream_files and not says_none:
        message = "the stack has no stream file under streams/"
        hint = "add one; or, if the stack shall hold no stream at all, write `streams: none`"
        yield Problem("no-streams", message, hint, origin)
    if stream_files and says_none:
        message = f"the stack says `streams: none` and has {len(stream_files)} stream file(s) under streams/"
        hint = "remove this line, or the files"
        yield Problem("no-streams", message, hint, origin.at("streams"), Part.KEY)


def _of_other_targets(values: Values, origin: Origin) -> Iterator[Problem]:
    """What only a stack of another target says is not passed over in silence."""
    for name in Target:
        if name in values and values["target"] != name:
            message, hint = f"`{name}` is for stacks with `target: {name}`", "remove it, or change the target"
            yield Problem(f"only-on-{name}", message, hint, origin.at(name), Part.KEY)
