"""What the parts of one run share: the journal, the providers, the listener, and whether the run is stopping."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from levee_infra.deployed.embedded_journal import Journal
from levee_infra.deployed.embedded_state import Resource, State, name_of
from levee_infra.deployed.engine_error import EngineError
from levee_infra.engines.embedded.errors import Failure
from levee_infra.engines.embedded.event import Change, Event, Op, ResourceEvent, Stage
from levee_infra.engines.embedded.hosting import Hosting
from levee_infra.engines.embedded.moves import Moves
from levee_infra.providers.protocol.properties import Properties


class Session:
    """One run. ``slots`` bounds how many provider operations are under way at once; ``rehearses``: whether the first
    pass asks for changes beforehand.
    """

    def __init__(
        self,
        journal: Journal,
        hosting: Hosting,
        listener: Callable[[Event], None],
        interrupted: Callable[[], bool],
        *,
        parallel: int,
        rehearses: bool,
    ) -> None:
        self.journal = journal
        self.hosting = hosting
        self.emit = listener
        self.rehearses = rehearses
        self.slots = asyncio.Semaphore(parallel)
        self.failures: list[Failure] = []
        self.fault: EngineError | None = None
        self._interrupted = interrupted
        self.done: Counter[Op] = Counter()
        self.moves = Moves()

    @property
    def state(self) -> State:
        """The state as recorded so far."""
        return self.journal.state

    @property
    def stopping(self) -> bool:
        """Whether nothing new may be started: something failed, or the user wants an end."""
        return self._interrupted() or bool(self.failures) or self.fault is not None

    def tell(
        self, stage: Stage, op: Op, resource: Resource, changes: tuple[Change, ...] = (), reasons: Sequence[str] = ()
    ) -> None:
        """Tell the listener that a resource reached a stage."""
        self.tell_of(stage, op, resource.urn, resource.type, changes, reasons)

    def tell_of(
        self,
        stage: Stage,
        op: Op,
        urn: str,
        type_: str,
        changes: tuple[Change, ...] = (),
        reasons: Sequence[str] = (),
        *,
        adopted: bool = False,
    ) -> None:
        """Tell the listener that a resource reached a stage."""
        if stage is Stage.DONE and op is not Op.REFRESH:
            self.done[op] += 1
        self.emit(ResourceEvent(stage, op, urn, type_, name_of(urn), changes, tuple(reasons), adopted=adopted))

    def fail(self, op: Op, urn: str, type_: str, reasons: Sequence[str]) -> None:
        """One operation failed: nothing new is started from here on."""
        self.failures.append(Failure(urn, op.value, tuple(reasons)))
        self.tell_of(Stage.FAILED, op, urn, type_, reasons=reasons)


class Answer:
    """What the program learns of a registration."""

    __slots__ = ("failed", "id", "outputs", "urn")

    def __init__(self, urn: str, id_: str, outputs: Properties, *, failed: bool = False) -> None:
        self.urn = urn
        self.id = id_
        self.outputs = outputs
        self.failed = failed

    @classmethod
    def failure(cls, urn: str) -> "Answer":
        """The registration led to nothing; whatever depends on it learns no values."""
        return cls(urn, "", {}, failed=True)
