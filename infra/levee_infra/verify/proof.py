"""Proves a plan on its live cluster and account: who can do what, and whether everything is as declared."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

from levee.diagnostics import LeveeError
from levee.plan.planned import Plan, PlannedCredential
from levee_infra.deployed.record import Record, Unreadable
from levee_infra.verify.access import Access, PlannedNames
from levee_infra.verify.account import AccountResult, Proves
from levee_infra.verify.answer import Answer, Observation, Outcome, Verdict
from levee_infra.verify.check import MARK, Check, checks
from levee_infra.verify.check_run import CheckRun, not_tried, try_login
from levee_infra.verify.comparison import SETTLING_S, Comparison, on_cluster
from levee_infra.verify.discrepancy import Discrepancy
from levee_infra.verify.kept_logins import KeptLogins
from levee_infra.verify.login import Login, UnusableLogin
from levee_infra.verify.probe import Probe, Subject
from levee_infra.verify.write_checks import WriteChecks

Report = Callable[[str], None]
"""Takes one line of progress."""

AT_ONCE: Final = 16
"""Users that are tried at the same time."""

USER_SECONDS: Final = 180.0


@dataclass(frozen=True, slots=True)
class NotProved:
    """A principal that can't be tried, by its declaration: levee holds no credential of it. No pass, and no failure.

    `granted`: its ACLs on the cluster are as declared, by all that can be read of them.
    """

    service: str
    principal: str
    granted: bool

    def __str__(self) -> str:
        return "granted, not proved" if self.granted else "NOT GRANTED AS DECLARED"


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of it. `topics`, `acls` and `users` count what was compared; `account` is of a stack that has one.

    `not_proved` are the identities that nobody could try.

    `brokers` are those that were up, with their racks. `identities` counts the topics that were compared with the ids
    of a state, `identities_of` says whose; None: no state here has recorded the stack.
    """

    stack: str
    cluster_id: str
    wrote: bool
    outcomes: tuple[Outcome, ...]
    discrepancies: tuple[Discrepancy, ...]
    topics: int
    acls: int
    users: int
    not_proved: tuple[NotProved, ...] = ()
    account: tuple[AccountResult, ...] = ()
    brokers: Mapping[int, str | None] = field(default_factory=dict)
    identities: int = 0
    identities_of: str | None = None

    @property
    def holds(self) -> bool:
        """Everything that can be tried or compared is as declared, and nothing is unknown."""
        tried = [*(each.verdict for each in self.outcomes), *(each.verdict for each in self.account)]
        return not self.discrepancies and all(verdict is Verdict.AS_DECLARED for verdict in tried)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What to prove of a plan. `services` are those whose credentials are tried, all where that is empty.

    Passwords are as old as they are on the day `as_of` (UTC). `recorded` is what the stack's state knows.
    `write` adds what leaves a trace: one marked record a stream and a topic that is made and deleted again.
    """

    plan: Plan
    project: Path
    recorded: Record | Unreadable
    as_of: date
    services: Collection[str] = ()
    write: bool = False


def prove(scope: Scope, target: Proves, report: Report) -> Proof:
    """Try every credential in scope, and compare the whole live state.

    Raises LeveeError where the cluster or the passwords can't be read, the cluster isn't the declared one, or a service
    isn't declared.
    """
    plan, project, services = scope.plan, scope.project, scope.services
    known = {credential.service for credential in plan.credentials}
    if unknown := sorted(set(services) - known):
        raise LeveeError(
            f"stack {plan.stack} has no service {', '.join(unknown)}",
            f"services with credentials are: {', '.join(sorted(known)) or 'none'}",
            exit_code=2,
        )
    chosen = [credential for credential in plan.credentials if not services or credential.service in services]

    async def work(comparison: Comparison) -> Proof:
        return await _Prover(comparison, target.logins(plan, project), report).run(chosen, write=scope.write)

    proof = on_cluster(plan, project, scope.recorded, scope.as_of, work)
    report("reading the account")
    tried = {credential.service for credential in chosen}
    return replace(proof, account=asyncio.run(target.prove(plan, project, scope.recorded, tried)))


def _not_proved(credentials: Iterable[PlannedCredential], found: Iterable[Discrepancy]) -> tuple[NotProved, ...]:
    differing = {each.thing for each in found}
    return tuple(
        NotProved(each.service, name, f"user {name}" not in differing)
        for each in credentials
        if each.made_elsewhere
        for name in each.principals
    )


class _Prover:
    """One run over one plan."""

    def __init__(self, comparison: Comparison, kept: KeptLogins, report: Report) -> None:
        self._comparison, self._kept, self._report = comparison, kept, report
        self._plan, self._administrator = comparison.plan, comparison.administrator
        self._names = PlannedNames.of(self._plan)
        self._token = secrets.token_hex(4)
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def run(self, credentials: Sequence[PlannedCredential], *, write: bool) -> Proof:
        live = await self._comparison.look()
        found = self._comparison.compare(live)
        check_runs = self._trials(credentials)
        outcomes = await self._try_all(check_runs, write=write)
        doubtful = [user for user in check_runs if any(o.verdict is not Verdict.AS_DECLARED for o in outcomes[user])]
        if found or doubtful:
            self._report("not all is as declared: looking again")
            await asyncio.sleep(SETTLING_S)
            live = await self._comparison.look()
            found = self._comparison.compare(live)
            # What is read needs what is written: with write_checks, a second look is at everybody.
            again = check_runs if write else {user: check_runs[user] for user in doubtful}
            outcomes.update(await self._try_all(again, write=write))
        revoked = await self._try_revoked({credential.service for credential in credentials})
        return Proof(
            stack=self._plan.stack,
            cluster_id=live.cluster_id,
            wrote=write,
            outcomes=(*(outcome for user in check_runs for outcome in outcomes[user]), *revoked),
            discrepancies=found,
            not_proved=_not_proved(credentials, found),
            topics=len(live.topics),
            brokers=live.racks,
            acls=len(live.acls),
            users=len(live.users or ()),
            identities=len(live.topics.keys() & self._comparison.recorded.topic_ids.keys()),
            identities_of=self._comparison.recorded.source,
        )

    def _trials(self, credentials: Sequence[PlannedCredential]) -> dict[str, CheckRun]:
        check_runs = {}
        for turn, credential in enumerate(credentials):
            access = Access.of(credential, self._names)
            for username in credential.usernames:
                mine = tuple(checks(username, access, self._names, turn=turn))
                check_runs[username] = CheckRun(access, mine, turn, f"{MARK}-{self._token}")
        return check_runs

    async def _try_all(self, check_runs: Mapping[str, CheckRun], *, write: bool) -> dict[str, list[Outcome]]:
        logins: dict[str, Login] = {}
        outcomes: dict[str, list[Outcome]] = {}

        async def try_one(username: str, check_run: CheckRun) -> None:
            async with self._gate:
                try:
                    logins[username] = await self._kept.login(username)
                    async with asyncio.timeout(USER_SECONDS):
                        outcomes[username] = await check_run.run(logins[username])
                except UnusableLogin as error:
                    outcomes[username] = not_tried(check_run.checks, f"not tried: {error}")
                except TimeoutError:
                    outcomes[username] = not_tried(check_run.checks, f"not all answered within {USER_SECONDS:.0f} s")
            self._report(f"tried {len(outcomes):,} of {len(check_runs):,} users")

        await asyncio.gather(*(try_one(username, check_run) for username, check_run in check_runs.items()))
        if write:
            self._report("writing marked records and reading them back")
            replication = self._plan.topics[0].replication if self._plan.topics else -1
            write_checks = WriteChecks(check_runs, logins, self._administrator, self._token, replication)
            for username, done in (await write_checks.run()).items():
                outcomes[username] += done
        return outcomes

    async def _try_revoked(self, services: Collection[str]) -> list[Outcome]:
        """Log in with everything that is still kept of a generation that isn't valid."""
        valid = {username for credential in self._plan.credentials for username in credential.usernames}
        try:
            names = await self._kept.names()
        except UnusableLogin as error:
            raise LeveeError(
                f"the store of the passwords of stack {self._plan.stack} can't be listed: {error}",
                "without that nobody knows which revoked passwords are still kept; correct that, and prove it again",
            ) from None
        kept = [name for name in names if name.service in services]
        return list(await asyncio.gather(*(self._try_one_revoked(n.username) for n in kept if n.username not in valid)))

    async def _try_one_revoked(self, username: str) -> Outcome:
        check = Check(username, Subject.CREDENTIAL, "revoked", username, Probe.LOG_IN, allowed=False)
        async with self._gate:
            try:
                observation = await try_login(await self._kept.login(username))
            except UnusableLogin as error:
                observation = Observation(Answer.UNCLEAR, str(error))
        return Outcome(check, observation)
