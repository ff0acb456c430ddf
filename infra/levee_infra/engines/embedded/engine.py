"""The embedded engine: runs a Pulumi program without the Pulumi CLI, on providers in this process.

It answers the program's registrations as the Pulumi engine would, for what this project uses; the rest is refused by
name. A run plans first (reads, checks, compares, rehearses) and changes nothing if anything is refused.
"""

import asyncio
import gc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from levee_infra.deployed.embedded_journal import Identity, Journal
from levee_infra.deployed.embedded_state import Gone, Moved, Put
from levee_infra.deployed.engine_error import EngineError
from levee_infra.engines.contract import Action
from levee_infra.engines.embedded.applier import Applier
from levee_infra.engines.embedded.engine_thread import run_to_its_end
from levee_infra.engines.embedded.errors import DeploymentFailed, Interrupted, Refusal, Refused
from levee_infra.engines.embedded.event import Diagnostic, Event, Op, PlanReady, Severity
from levee_infra.engines.embedded.hosting import Factory, Hosting
from levee_infra.engines.embedded.lock import hold
from levee_infra.engines.embedded.monitor import Engine, Monitor, Registrar
from levee_infra.engines.embedded.planner import Plan, Planner
from levee_infra.engines.embedded.program import AnswerExecutor, Program, run_program
from levee_infra.engines.embedded.registration import Naming, Registration
from levee_infra.engines.embedded.removal import plan_removals, remove
from levee_infra.engines.embedded.session import Session

MANY: Final = 10_000
"""From so many registrations on, memory of the first pass is freed before the second. It takes 0.1 s per thousand."""


def _ignore(_event: Event) -> None:
    return


def _let_pass(_declared: Sequence[Registration]) -> Iterable[Refusal]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run.

    ``providers`` makes one for each package name (``kafka`` for ``pulumi:providers:kafka``). ``rehearse`` asks them for
    each change beforehand; who only looks can do without.
    ``parallel`` bounds provider operations under way at once. ``on_event`` is called on the engine's thread, while the
    caller of ``run`` waits; it should return soon. ``judge`` is asked once about everything that the program
    registered, before anything is changed.
    """

    project: str
    stack: str
    operation: Action
    program: Callable[[], None]
    providers: Mapping[str, Factory]
    state_directory: Path
    rehearse: bool = True
    parallel: int = 4096
    on_event: Callable[[Event], None] = _ignore
    judge: Callable[[Sequence[Registration]], Iterable[Refusal]] = _let_pass


@dataclass(frozen=True, slots=True)
class Summary:
    """What was done, or in a preview would be done, to how many resources; and how many had drifted or were gone."""

    operation: Action
    changes: Mapping[Op, int]
    drifted: int


def run(request: Run) -> Summary:
    """Carry out one run.

    Raises:
        Refused: planning found reasons not to begin; nothing was changed.
        DeploymentFailed: an operation failed; what succeeded is recorded.
        Interrupted: the user asked for an end; what had finished is recorded.
        ProgramFailed: the program raised.
        LockHeld, StateUnreadable, StateUnwritable: see there.
    """
    deployment = _Deployment(request)
    return run_to_its_end(deployment.run, deployment.stop, AnswerExecutor())


class _Deployment:
    def __init__(self, request: Run) -> None:
        self._request = request
        self._interrupted = 0  # the number of the signal

    async def run(self) -> Summary:
        request = self._request
        with hold(request.state_directory, request.operation.value):
            journal = Journal(request.state_directory, Identity(request.project, request.stack))
            hosting = Hosting(request.providers)
            self._session = Session(
                journal,
                hosting,
                request.on_event,
                lambda: self._interrupted != 0,
                parallel=request.parallel,
                rehearses=request.rehearse,
            )
            try:
                return await self._deploy()
            finally:
                await hosting.end()
                journal.close()

    def stop(self, number: int) -> None:
        """Start nothing new: the signal ``number`` came."""
        self._interrupted = number
        message = "stopping: waiting for what is under way; interrupt again to stop at once"
        self._request.on_event(Diagnostic(Severity.WARNING, message))

    async def _deploy(self) -> Summary:
        plan = await self._plan()
        counts = plan.counts()
        preview = self._request.operation is Action.PREVIEW
        self._session.emit(PlanReady(counts, preview))
        if preview:
            return Summary(self._request.operation, counts, plan.drifted)
        try:
            await self._apply(plan)
        finally:
            self._session.journal.compact()
        self._raise_for_failures()
        return Summary(self._request.operation, dict(self._session.done), plan.drifted)

    async def _plan(self) -> Plan:
        planner = Planner(self._session)
        seen: set[str] = set()
        try:
            if self._request.operation is not Action.DESTROY:
                seen = await self._pass(planner)
                declared = [decision.registration for decision in planner.plan.decisions.values()]
                planner.refuse(self._request.judge(declared))
        except EngineError as error:
            if planner.plan.refusals:  # what the program made of a refusal is not the cause
                raise Refused(planner.plan.refusals) from error
            raise
        self._raise_for_failures()
        await plan_removals(self._session, planner, seen.__contains__)
        self._raise_for_failures()
        if planner.plan.refusals:
            raise Refused(planner.plan.refusals)
        return planner.plan

    async def _apply(self, plan: Plan) -> None:
        journal, moved = self._session.journal, self._session.moves.urns
        if moved:
            journal.append(Moved(moved))
        for urn, live in plan.live.items():
            journal.append(Put(live.renamed(moved)) if live else Gone(urn))
        if self._request.operation is Action.UP:
            if plan.changes_something:
                if len(plan.decisions) >= MANY:
                    gc.collect()
                await self._pass(Applier(self._session, plan))
            else:
                await self._record_unchanged(plan)
        if not self._session.stopping:
            await remove(self._session, plan.removals)

    async def _record_unchanged(self, plan: Plan) -> None:
        """Nothing is to be done, so the first pass was the whole run; only what it learned is recorded."""
        applier = Applier(self._session, plan)
        for decision in plan.decisions.values():
            await applier.register(decision.registration)
        for urn, outputs in plan.outputs.items():
            await applier.outputs(urn, outputs)

    async def _pass(self, registrar: Registrar) -> set[str]:
        request = self._request
        loop = asyncio.get_running_loop()
        naming = Naming(request.project, request.stack)
        monitor = Monitor(self._session, registrar, naming, loop)
        program = Program(request.program, request.project, request.stack)
        try:
            await run_program(program, monitor, Engine(request.on_event), preview=registrar.preview)
        finally:
            if monitor.fault is not None:
                raise monitor.fault
        return monitor.seen

    def _raise_for_failures(self) -> None:
        session = self._session
        if session.fault is not None:
            raise session.fault
        if session.failures:
            raise DeploymentFailed(session.failures, self._interrupted)
        if self._interrupted:
            message = "stopped before everything was done"
            raise Interrupted(message, self._interrupted, help="run the same command again to go on")
