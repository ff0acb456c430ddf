"""Everything that leaves a trace, done only where it was asked for: all writing first, then all reading."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from levee.model.name import CHECKPOINTS
from levee_infra.verify.answer import Outcome
from levee_infra.verify.check import MARK, Claim, example
from levee_infra.verify.check_run import Trial
from levee_infra.verify.client import Client
from levee_infra.verify.login import Login
from levee_infra.verify.probe import Probe, Subject
from levee_infra.verify.throwaway import make_and_delete
from levee_infra.verify.write_check import Written, read_record, write_record

AT_ONCE: Final = 8
"""Clients at the same time: each has threads and connections of its own."""


@dataclass(frozen=True, slots=True)
class Deeds:
    """What users are to do. `token` marks this run's records, `replication` is of topics made and deleted again."""

    trials: Mapping[str, Trial]
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
            outcomes[outcome.claim.username].append(outcome)
            if record is not None:
                written[record.topic] = record
        readings = [claim for claim in self._allowed(Subject.OWN_STREAM, Probe.CONSUME) if claim.name in written]
        for outcome in await asyncio.gather(*(self._read(claim, written[claim.name]) for claim in readings)):
            outcomes[outcome.claim.username].append(outcome)
        for made in await asyncio.gather(*map(self._make, self._allowed(Subject.NEW_STREAM, Probe.CREATE))):
            outcomes[made[0].claim.username] += made
        return outcomes

    def writings(self) -> Iterator[Claim]:
        """What is to be written to: no topic of checkpoints, for a carrier believes what it finds there."""
        for claim in self._allowed(Subject.OWN_STREAM, Probe.PRODUCE):
            if not claim.name.startswith(CHECKPOINTS):
                yield claim

    def _allowed(self, subject: Subject, probe: Probe) -> Iterator[Claim]:
        for username in self.logins:
            for claim in self.trials[username].claims:
                if claim.allowed and claim.subject is subject and claim.probe is probe:
                    yield claim

    async def _write(self, claim: Claim) -> tuple[Outcome, Written | None]:
        settings = self.logins[claim.username].settings
        async with self.gate:
            observation, record = await asyncio.to_thread(write_record, settings, claim.name, self.token)
        return Outcome(claim, observation), record

    async def _read(self, claim: Claim, record: Written) -> Outcome:
        groups = self.trials[claim.username].access.groups
        settings = self.logins[claim.username].settings
        async with self.gate:
            group = example(groups[0]) if groups else MARK
            return Outcome(claim, await asyncio.to_thread(read_record, settings, group, record))

    async def _make(self, claim: Claim) -> list[Outcome]:
        unused = replace(claim, name=f"{claim.name}-{self.token}")
        async with self.gate, Client(self.logins[claim.username]) as manager:
            return await make_and_delete(unused, manager, self.administrator, self.replication)
