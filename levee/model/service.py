"""A service that writes, reads or manages streams: its credential's life and its grants over many streams."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from levee.model.duration import Duration
from levee.model.name import NamePattern
from levee.model.origin import Origin
from levee.model.role import Role


class Previous(StrEnum):
    """What becomes of the generation before the current one."""

    VALID = "valid"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantSpec:
    """A role on several streams at once: by their keys (exact topic names) or by a topic-name prefix.

    Exactly one of `streams` and `topics` is filled. `groups` belong to readers only.
    """

    role: Role
    streams: tuple[str, ...]
    topics: NamePattern | None
    groups: tuple[NamePattern, ...]
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """What `stack.yaml` says of a service. A service named only in stream files has generation 1 and no grants here.

    Raising `generation` makes a new credential; the one before stays valid until `previous` says `revoked` or the
    generation is raised again. `rotate_every` is what rules hold the credential's age to. `assumed_by` is the cloud
    service (`ecs-tasks.amazonaws.com`) that may run as it: it gets a role of its own there. `principal`: it logs in as
    this one, which was made elsewhere (the name that ACLs have after `User:`), and has no generations.
    """

    name: str
    owner: str | None
    generation: int
    previous: Previous
    rotate_every: Duration | None
    grants: tuple[GrantSpec, ...]
    assumed_by: str | None = None
    principal: str | None = None
    origin: Origin
