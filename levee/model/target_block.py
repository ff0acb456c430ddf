"""What a stack declares of its target alone: the keys under the target's name in `stack.yaml`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from levee.model.origin import Origin, Path
from levee.model.stream import SourceSpec

STACK_KEY: Final = "stack-key"
"""Stands where a key's name stands, for the key that levee makes for the stack."""


class BlockPlace(NamedTuple):
    """A name that lies somewhere, at `path` in its block. `kind` is a PlaceKind's, `what` reads on after `the`."""

    kind: str
    what: str
    text: str | None
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetBlock:
    """What everything outside the target's folder may ask of its keys. The folder derives a block of its own from this
    one, which is that of a target without keys.

    `endpoint` stands in for the platform's own, as a server on loopback does: its accounts are others.
    """

    endpoint: str | None = None
    origin: Origin

    @property
    def runs_brokers(self) -> bool:
        """Whether the platform does: then their addresses name its region, and it makes their users itself."""
        return False

    def places(self) -> Iterable[BlockPlace]:
        """Every other name in it that lies somewhere."""
        return ()

    def carries(self, source: SourceSpec) -> bool:  # noqa: ARG002
        """Whether levee itself brings this source's events to the topic."""
        return False

    def resolved(self, source: SourceSpec, account: str, region: str) -> SourceSpec:  # noqa: ARG002
        """A source as planned: on what terms the platform delivers its events, where its file doesn't say."""
        return source

    def own_key(self, stack: str, account: str, region: str) -> str:  # noqa: ARG002
        """The name of the key that levee makes for a stack."""
        return STACK_KEY

    def role_name(self, stack: str, service: str) -> str:  # noqa: ARG002
        """What the role is called that levee makes for a service."""
        return service
