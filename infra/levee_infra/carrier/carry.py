"""`levee carry`, from a plan: who carries, as whom, until when."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TextIO, TypeVar

from levee.clock import Clock
from levee.diagnostics import LeveeError
from levee.plan.planned import Plan, PlannedCarrier
from levee_infra.carrier.aws_failures import answer
from levee_infra.carrier.carrier import Carrier, Task
from levee_infra.carrier.kinesis import DataStream, Summary
from levee_infra.carrier.login import service_login, username
from levee_infra.carrier.report import Report
from levee_infra.carrier.route import Route
from levee_infra.carrier.shard_reader import Skips
from levee_infra.carrier.transaction.failure import Left
from levee_infra.carrier.transaction.limits import Limits
from levee_infra.providers.protocol.failures import RefusedError
from levee_infra.targets.aws.account import account_api
from levee_infra.targets.aws.api import Api, Patience
from levee_infra.targets.aws.arn_scope import outside

T = TypeVar("T")

EXITS: Final = {signal.SIGTERM: 0, signal.SIGINT: 130}
"""How a run ends that somebody ends."""

PATIENCE: Final = Patience(attempts=2, connect=5.0, read=10.0)
"""The carrier tries again itself, and ends when it is asked to: a call under way is waited for."""

READABLE: Final = frozenset({"ACTIVE", "UPDATING"})


def carry(
    plan: Plan, project: Path, carrier: PlannedCarrier, skips: Skips, out: TextIO, clock: Clock, *, stops_at_tip: bool
) -> int:
    """Carry until asked to stop, or to the tip of the data stream; the exit code. `skips`: records to pass over.

    Raises LeveeError for what can't go on. A run in which records may have been lost ends with 1.
    """
    return asyncio.run(_carry(plan, project, carrier, skips, Report(out), clock, stops_at_tip=stops_at_tip))


async def _carry(
    plan: Plan,
    project: Path,
    planned: PlannedCarrier,
    skips: Skips,
    report: Report,
    clock: Clock,
    *,
    stops_at_tip: bool,
) -> int:
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[int] = loop.create_future()
    for number, code in EXITS.items():
        loop.add_signal_handler(number, _stop, stopped, code)
    task = Task(_route(plan, planned), skips, stops_at_tip)
    api = account_api(plan, project, PATIENCE)
    stream = DataStream(api, planned.name, clock)
    try:
        work = asyncio.create_task(_prepare(plan, project, task.route, api, stream, report))
        if not await _done(work, stopped):
            return stopped.result()
        summary, login = work.result()
        carrier = Carrier(task, stream, login, _limits(plan, planned), report, clock)
        await _run(carrier, summary, stopped, report, skips)
    finally:
        await api.close()
    code = stopped.result() if stopped.done() else 0
    return code or int(report.has_losses)


async def _run(carrier: Carrier, summary: Summary, stopped: asyncio.Future[int], report: Report, skips: Skips) -> None:
    work = asyncio.create_task(carrier.run(summary))
    try:
        if not await _done(work, stopped):
            await carrier.leave()
            await _cancelled(work)
        else:
            work.result()
    except Left:  # while it was beginning: nothing was under way
        pass
    finally:
        carrier.close()
        report.close("stopped" if stopped.done() else "ended", skips)


async def _done(work: asyncio.Task[T], stopped: asyncio.Future[int]) -> bool:
    """Wait until the work is done, or somebody ends the run."""
    either: set[asyncio.Future[Any]] = {work, stopped}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    return work.done()


async def _cancelled(work: asyncio.Task[None]) -> None:
    """Raises what the work failed with before it was cancelled."""
    work.cancel()
    await asyncio.wait({work})
    if not work.cancelled():
        work.result()


def _stop(stopped: asyncio.Future[int], code: int) -> None:
    if not stopped.done():
        stopped.set_result(code)


async def _prepare(
    plan: Plan, project: Path, route: Route, api: Api, stream: DataStream, report: Report
) -> tuple[Summary, Mapping[str, str]]:
    """Check, before Kafka is asked, that the data stream is the stack's own and encrypted, and a login is there."""
    try:
        summary = await answer(stream.summary, report)
    except RefusedError as error:
        raise LeveeError(f"stack {plan.stack}: {error}") from None
    if reason := outside(summary.arn, api.connection):
        raise LeveeError(f"the data stream {route.name} isn't the stack's: {reason}", "correct `aws` in stack.yaml")
    if not summary.is_encrypted:
        message = f"the data stream {route.name} isn't encrypted with a KMS key"
        raise LeveeError(message, "run `levee up`, then start again")
    if summary.status not in READABLE:
        message = f"the data stream {route.name} can't be read: it is {summary.status}"
        raise LeveeError(message, "wait for `levee up` to end, then start again")
    return summary, await service_login(plan, project, api, route.username)


def _route(plan: Plan, planned: PlannedCarrier) -> Route:
    assert planned.source.log_group is not None  # else nothing is carried
    return Route(
        account=plan.boundary.account,
        log_group=planned.source.log_group,
        name=planned.name,
        topic=planned.topic,
        checkpoints=planned.checkpoints.name,
        username=username(plan, planned.source.service),
    )


def _limits(plan: Plan, planned: PlannedCarrier) -> Limits:
    return Limits.of(next(dict(topic.settings) for topic in plan.topics if topic.stream == planned.stream))
