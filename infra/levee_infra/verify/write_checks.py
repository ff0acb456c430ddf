"""Everything that leaves a trace, done only where it was asked for: all writing first, then all reading."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from levee.model.name import CHECKPOINTS
from levee_infra.verify.answer import Outcome
from levee_infra.verify.check import MARK, Check, example
from levee_infra.verify.check_run import CheckRun
from levee_infra.verify.client import Client
from levee_infra.verify.login import Login
from levee_infra.verify.probe import Probe, Subject
from levee_infra.verify.throwaway import make_and_delete
from levee_infra.verify.write_check import Written, read_record, write_record

AT_ONCE: Final = 8
"""Clients at the same time: each has threads and connections of its own."""


@dataclass(frozen=True, slots=True)
class WriteChecks:
    """What users are to do. `token` marks this run's records, `replication` is of topics made and deleted again."""

    check_runs: Mapping[str, CheckRun]
    logins: Mapping[str, Login]
    administrator: Client
    token: str
    replication: int
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def run(self) -> Mapping[str, list[Outcome]]:
        """Do everything that is claimed to be allowed to the users that have a login; the outcomes by user.

        A record is written to each stream that a writer was to be tried on, and read by each reader that was to be
        tried on the same stream.
        """
        outcomes: defaultdict[str, list[Outcome]] = defaultdict(list)
        written: dict[str, Written] = {}
        for outcome, record in await asyncio.gather(*map(self._write, self.writings())):
            outcomes[outcome.check.username].append(outcome)
            if record is not None:
                written[record.topic] = record
        readings = [check for check in self._allowed(Subject.OWN_STREAM, Probe.CONSUME) if check.name in written]
        for outcome in await asyncio.gather(*(self._read(check, written[check.name]) for check in readings)):
            outcomes[outcome.check.username].append(outcome)
        for made in await asyncio.gather(*map(self._make, self._allowed(Subject.NEW_STREAM, Probe.CREATE))):
            outcomes[made[0].check.username] += made
        return outcomes

    def writings(self) -> Iterator[Check]:
        """What is to be written to: no topic of checkpoints, for a carrier believes what it finds there."""
        for check in self._allowed(Subject.OWN_STREAM, Probe.PRODUCE):
            if not check.name.startswith(CHECKPOINTS):
                yield check

    def _allowed(self, subject: Subject, probe: Probe) -> Iterator[Check]:
        for username in self.logins:
            for check in self.check_runs[username].checks:
                if check.allowed and check.subject is subject and check.probe is probe:
                    yield check

    async def _write(self, check: Check) -> tuple[Outcome, Written | None]:
        settings = self.logins[check.username].settings
        async with self.gate:
            observation, record = await asyncio.to_thread(write_record, settings, check.name, self.token)
        return Outcome(check, observation), record

    async def _read(self, check: Check, record: Written) -> Outcome:
        groups = self.check_runs[check.username].access.groups
        settings = self.logins[check.username].settings
        async with self.gate:
            group = example(groups[0]) if groups else MARK
            return Outcome(check, await asyncio.to_thread(read_record, settings, group, record))

    async def _make(self, check: Check) -> list[Outcome]:
        unused = replace(check, name=f"{check.name}-{self.token}")
        async with self.gate, Client(self.logins[check.username]) as manager:
            return await make_and_delete(unused, manager, self.administrator, self.replication)
