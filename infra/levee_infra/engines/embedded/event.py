"""What a run tells its caller while it works: enough for a progress display and for a preview text."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from levee_infra.providers.protocol.properties import Value


class Op(StrEnum):
    """What is done to one resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    SAME = "same"
    REFRESH = "refresh"


class Stage(StrEnum):
    """How far it has come: planned, begun, ended well, ended badly, or not begun because the run was stopping."""

    PLANNED = "planned"
    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


class ChangeKind(StrEnum):
    """How a property differs."""

    ADD = "add"
    REMOVE = "remove"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Change:
    """One property that differs. Values not known yet are shown as ``[unknown]``."""

    path: str
    kind: ChangeKind
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class ResourceEvent:
    """One resource reached a stage. With ``Op.REFRESH``, ``changes`` is drift: recorded value, then live value."""

    stage: Stage
    op: Op
    urn: str
    type: str
    name: str
    changes: tuple[Change, ...] = ()
    reasons: tuple[str, ...] = ()
    vanished: bool = False
    adopted: bool = False
    """Of a creation: the thing is there already and is taken over. Of a deletion: it was, and its provider lets go."""


@dataclass(frozen=True, slots=True)
class PlanReady:
    """Planning ended and found no reason to refuse; ``changes`` counts what would be, or is about to be, done."""

    changes: Mapping[Op, int]
    preview: bool


class Severity(StrEnum):
    """How bad a diagnostic is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Text from the program, a provider or the engine; ``urn`` is empty when it is about no one resource."""

    severity: Severity
    message: str
    urn: str = ""


Event = ResourceEvent | PlanReady | Diagnostic
