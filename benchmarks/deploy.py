"""Benchmark `deploy`: `levee up` and `levee destroy` as whole commands, beside AdminClient on the same brokers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.admin_client import Administrator, KafkaObjects
from benchmarks.brokers import running_brokers, scratch_folder
from benchmarks.command import Cost
from benchmarks.declared_project import STACK, DeclaredCluster, write_project
from benchmarks.levee_command import COMMANDS, CREATE, DESTROY, NO_CHANGE, available, named, run_levee
from benchmarks.outcome import Aim, Outcome, Row
from benchmarks.request import Request, Say
from levee.clock import SYSTEM_CLOCK
from levee.loading.load import load_stack
from levee.plan.build import build_plan
from levee_infra.local.cluster import ClusterStatus

WARM_UP_STREAMS: Final = 50
ONE_BY_ONE_SECONDS: Final = 300.0
NOTHING: Final = {"topics": 0, "users": 0, "ACLs": 0}

BATCH_CREATE, BATCH_DELETE = "AdminClient, one batch: create", "AdminClient, one batch: delete"
ONE_BY_ONE: Final = "AdminClient, one by one: create"

MOST_SECONDS: Final[Mapping[str, Mapping[str, float]]] = {
    "embedded": {NO_CHANGE: 5.0},
    "pulumi": {CREATE: 45.0, NO_CHANGE: 18.0, DESTROY: 25.0},
}
"""Of 1,000 streams on 2 quiet cores. The embedded engine's create is held against one batch by AdminClient."""

MOST_PEAK_MB: Final[Mapping[str, float]] = {"embedded": 400.0, "pulumi": 700.0}
MOST_GROWTH: Final = 1.5  # of the cost of one stream between the smallest and the largest stack; quadratic were 10


def run(request: Request) -> Outcome:
    """Measure every size on one cluster. Raises BenchmarkError where a command fails or the brokers hold what they
    should not.
    """
    engines, notes = available(request.engines)
    with scratch_folder() as folder, running_brokers(request.base_port, request.say) as brokers:
        deployments = _Deployments(folder, brokers, Administrator(brokers), request.say)
        request.say("warming up: Java compiles as it runs, Python compiles once")
        list(deployments.by_hand(WARM_UP_STREAMS, one_by_one=False))
        for engine in engines:
            list(deployments.by_levee(engine, WARM_UP_STREAMS))
        rows = [row for engine in engines for row in deployments.by_levee(engine, 0)]
        for streams in request.streams:
            rows += deployments.by_hand(streams, one_by_one=True)
            rows += [row for engine in engines for row in deployments.by_levee(engine, streams)]
    return Outcome(benchmark="deploy", rows=rows, aims=list(_aims(rows, engines, request.streams)), notes=notes)


@dataclass(frozen=True, slots=True)
class _Deployments:
    """The ways to bring the same streams about on one cluster; each leaves it empty."""

    folder: Path
    brokers: ClusterStatus
    administrator: Administrator
    say: Say

    def by_levee(self, engine: str, streams: int) -> Iterator[Row]:
        """Create, look again, destroy: each a process of its own."""
        project = write_project(self.folder / f"{engine}-{streams}", streams, DeclaredCluster.of(self.brokers))
        made = KafkaObjects.of(build_plan(load_stack(project, STACK), SYSTEM_CLOCK.today())).counts
        for what, command in COMMANDS.items():
            self.say(f"{streams:,} streams: levee {command} {STACK} --engine {engine} ({what}) …")
            cost = run_levee(what, engine, project)
            self.say(f"  {cost.seconds:.2f} s, {cost.peak_mb:.0f} MB")
            self.administrator.require(NOTHING if what == DESTROY else made)
            yield _row(named(engine, what), streams, cost)

    def by_hand(self, streams: int, *, one_by_one: bool) -> Iterator[Row]:
        """The same objects by AdminClient, in one batch and, if asked for, one after the other."""
        administrator, project = self.administrator, self.folder / f"by-hand-{streams}"
        stack = load_stack(write_project(project, streams, DeclaredCluster.of(self.brokers)), STACK)
        objects = KafkaObjects.of(build_plan(stack, SYSTEM_CLOCK.today()))
        self.say(f"{streams:,} streams: AdminClient, one batch …")
        yield Row(what=BATCH_CREATE, streams=streams, seconds=administrator.create_together(objects))
        administrator.require(objects.counts)
        yield Row(what=BATCH_DELETE, streams=streams, seconds=administrator.delete_together(objects))
        administrator.require(NOTHING)
        if one_by_one:
            self.say(
                f"{streams:,} streams: AdminClient, one by one; this takes long, at most {ONE_BY_ONE_SECONDS:.0f} s …"
            )
            yield self._one_by_one(streams, objects)

    def _one_by_one(self, streams: int, objects: KafkaObjects) -> Row:
        seconds, share = self.administrator.create_one_by_one(objects, ONE_BY_ONE_SECONDS)
        self.say(f"  {seconds:.2f} s")
        self.administrator.delete_what_is_there(objects)
        self.administrator.require(NOTHING)
        remark = "" if share == 1.0 else f"scaled from the {share:.0%} made in {seconds:.0f} s"
        return Row(what=ONE_BY_ONE, streams=streams, seconds=seconds / share, remark=remark)


def _row(what: str, streams: int, cost: Cost) -> Row:
    return Row(what=what, streams=streams, seconds=cost.seconds, cpu_seconds=cost.cpu_seconds, peak_mb=cost.peak_mb)


def _aims(rows: Iterable[Row], engines: Iterable[str], sizes: tuple[int, ...]) -> Iterator[Aim]:
    """The aims at the largest size, and that one stream costs there what it costs in a small stack."""
    at = {(row.what, row.streams): row for row in rows}
    fewest, most = sizes[0], sizes[-1]
    for engine in engines:
        peak = max(row.peak_mb or 0.0 for row in at.values() if row.what.startswith(f"levee --engine {engine}"))
        if engine == "embedded":
            allowed = 2 * at[BATCH_CREATE, most].seconds + 5
            create = at[named(engine, CREATE), most]
            yield _seconds(f"{engine}: create {most:,}, at most 2 x one batch + 5 s", create, allowed)
        for what, limit in MOST_SECONDS[engine].items():
            yield _seconds(f"{engine}: {what} of {most:,}, at most {limit:.0f} s", at[named(engine, what), most], limit)
        limit = MOST_PEAK_MB[engine]
        yield Aim(what=f"{engine}: peak memory, at most {limit:.0f} MB", measured=peak, limit=limit, unit="MB")
        if most > fewest:
            yield from (_growth(at, engine, what, fewest, most) for what in (CREATE, NO_CHANGE, DESTROY))


def _growth(at: Mapping[tuple[str, int], Row], engine: str, what: str, fewest: int, most: int) -> Aim:
    """Whether a stream costs in a large stack what it costs in a small one, the cost of an empty stack apart."""
    start_up = at[named(engine, what), 0].seconds
    small, large = ((at[named(engine, what), size].seconds - start_up) / size * 1000 for size in (fewest, most))
    return Aim(
        what=f"{engine}: {what} of {most:,} grows linearly, from {small:.1f} ms a stream in {fewest:,}",
        measured=large,
        limit=MOST_GROWTH * max(small, 0.0),
        unit="ms a stream",
    )


def _seconds(what: str, row: Row, limit: float) -> Aim:
    return Aim(what=what, measured=row.seconds, limit=limit, unit="s")
