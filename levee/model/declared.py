"""What could be read of a stack's files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from levee.model.claim import Claim
from levee.model.data_class import DataClass
from levee.model.service import GrantSpec, ServiceSpec
from levee.model.stack import StackSpec
from levee.model.stream import StreamSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """The parts of a stack that its schemas took. A part that they refused is missing; its errors are reported already.

    `stream_keys` are the keys of all stream files, readable or not. `complete`: no stream file is missing here, so
    that what is not found is not there. `claims` are the stack's, and those of other stacks at the same places.
    `partial` are the keys of streams of which a part is missing; `partial_stack` says it of the stack's own file:
    nothing is concluded from what isn't there.
    """

    stack: StackSpec | None
    classes: Mapping[str, DataClass] | None
    streams: tuple[StreamSpec, ...]
    stream_keys: frozenset[str]
    complete: bool
    claims: tuple[Claim, ...] = ()
    partial: frozenset[str] = frozenset()
    partial_stack: bool = False

    @property
    def services(self) -> Mapping[str, ServiceSpec]:
        """The services of the stack's own file."""
        return self.stack.services if self.stack is not None else {}

    def grants(self) -> Iterator[tuple[ServiceSpec, GrantSpec]]:
        """Every grant of the stack's own file with its service."""
        for service in self.services.values():
            for grant in service.grants:
                yield service, grant

    def classed(self) -> Iterator[tuple[StreamSpec, DataClass]]:
        """The streams whose class is known, with it."""
        for stream in self.streams:
            data_class = self.classes.get(stream.data_class) if self.classes is not None else None
            if data_class is not None:
                yield stream, data_class
