"""A stack's files as one StackSpec, or every reason why they can't be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from levee.diagnostics import Diagnostic, Rejected
from levee.loading.checks import Declared, check
from levee.loading.documents import read_document
from levee.loading.folder import CLASSES, StackFolder, find, stacks
from levee.loading.locate import diagnose
from levee.loading.problem import Part, Problem
from levee.loading.project_name import project_name
from levee.loading.schema import classes_file, stack_file, stream_file
from levee.loading.stack_values import data_classes, stack_spec
from levee.loading.stream_values import stream_spec
from levee.loading.validation import FileSchema
from levee.model.data_class import DataClass
from levee.model.origin import Origin
from levee.model.stack import StackSpec
from levee.model.stream import StreamSpec

__all__ = ["load_stack", "stacks"]

Values = Mapping[str, Any]


def load_stack(project: Path, name: str) -> StackSpec:
    """The stack that `stacks/<name>/` declares, all cross-references checked.

    Raises Rejected with every diagnostic of the run, and LeveeError (exit 2) where there is no such stack.
    """
    folder = find(project, name)
    return _Run(project, name, folder).stack()


class _Run:
    """One pass over the files of a stack. What is wrong piles up until everything is read."""

    def __init__(self, project: Path, name: str, folder: StackFolder) -> None:
        self._project = project
        self._name = name
        self._folder = folder
        self._diagnostics: list[Diagnostic] = list(folder.diagnostics)
        self._problems: list[Problem] = []

    def stack(self) -> StackSpec:
        """The stack. Raises Rejected."""
        classes = self._classes()
        streams = tuple(self._streams(classes or {}))
        stack = self._stack(classes or {}, streams)
        declared = Declared(
            stack=stack,
            classes=classes,
            streams=streams,
            stream_keys=frozenset(self._folder.stream_files),
            complete=len(streams) == len(self._folder.stream_files) and not self._folder.diagnostics,
        )
        self._problems += check(declared)
        if stack is None or self._problems or self._diagnostics:
            raise Rejected(self._all_diagnostics())
        return stack

    def _classes(self) -> dict[str, DataClass] | None:
        values = self._values(CLASSES, FileSchema(classes_file.CLASSES))
        return None if values is None else data_classes(values, Origin(CLASSES))

    def _streams(self, classes: Mapping[str, DataClass]) -> Iterator[StreamSpec]:
        schema = FileSchema(stream_file.STREAM)
        for key, file in self._folder.stream_files.items():
            values = self._values(file, schema)
            if values is not None:
                yield stream_spec(key, values, classes.get(values["class"]), Origin(file))

    def _stack(self, classes: Mapping[str, DataClass], streams: tuple[StreamSpec, ...]) -> StackSpec | None:
        file = self._folder.stack_file
        values = self._values(file, FileSchema(stack_file.STACK))
        if values is None:
            return None
        self._problems += _streams_as_said(values, self._folder.stream_files, Origin(file))
        name = project_name(self._project)
        return replace(stack_spec(self._name, values, classes, streams, Origin(file)), project=name)

    def _values(self, file: str, schema: FileSchema) -> Values | None:
        """The values of a file that its schema takes; else None, and why."""
        document = read_document(self._project, file)
        self._diagnostics += document.diagnostics
        if document.values is None:
            return None
        problems = list(schema.problems(document.values, file))
        self._problems += problems
        return None if problems or document.diagnostics else document.values

    def _all_diagnostics(self) -> Iterator[Diagnostic]:
        """Everything, without what the schema says of a value that could not be read as it was meant."""
        unread = {
            (each.location.file, each.location.line, each.location.column)
            for each in self._diagnostics
            if each.location
        }
        yield from self._diagnostics
        for diagnostic in diagnose(self._project, self._problems):
            place = diagnostic.location
            if place is None or (place.file, place.line, place.column) not in unread:
                yield diagnostic


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
