"""Proves a plan on its live cluster and account: who can do what, and whether everything is as declared."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from infra.baseline.record import Record, record_of
from infra.connection import admin_connection
from infra.proof.access import Access, PlannedNames
from infra.proof.account.claim import AccountOutcome
from infra.proof.account.prove import prove_account
from infra.proof.answer import Answer, Observation, Outcome, Verdict
from infra.proof.broker_connection import LoginRefused, Unreachable
from infra.proof.claim import MARK, Claim, claims
from infra.proof.client import Client
from infra.proof.deeds import Deeds
from infra.proof.discrepancy import Discrepancy, Matter, discrepancies, identities, overdue
from infra.proof.kept_logins import KeptLogins, kept_logins
from infra.proof.live_state import LiveState
from infra.proof.login import Login, UnusableLogin
from infra.proof.owner import ownership
from infra.proof.probe import Probe, Subject
from infra.proof.stranger import strangers
from infra.proof.survey import SurveyFailed, survey
from infra.proof.trial import Trial, not_tried, try_login
from levee.diagnostics import LeveeError
from levee.plan.credential_age import credential_ages
from levee.plan.planned import Plan, PlannedCredential

Report = Callable[[str], None]
"""Takes one line of progress."""

AT_ONCE: Final = 16
"""Users that are tried at the same time."""

SETTLING_S: Final = 1.0
"""Before what isn't as declared is looked at again: brokers hear of a change a moment after it was made."""

USER_SECONDS: Final = 180.0


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of it. `topics`, `acls` and `users` count what was compared; `account` is of a stack that has one.

    `identities` counts the topics that were compared with the ids of a state, `identities_of` says whose; None: no
    state here has recorded the stack.
    """

    stack: str
    cluster_id: str
    wrote: bool
    outcomes: tuple[Outcome, ...]
    discrepancies: tuple[Discrepancy, ...]
    topics: int
    acls: int
    users: int
    account: tuple[AccountOutcome, ...] = ()
    identities: int = 0
    identities_of: str | None = None

    @property
    def holds(self) -> bool:
        """Everything is as declared, and nothing is unknown."""
        tried = [*(each.verdict for each in self.outcomes), *(each.verdict for each in self.account)]
        return not self.discrepancies and all(verdict is Verdict.AS_DECLARED for verdict in tried)


def prove(plan: Plan, project: Path, services: Collection[str], as_of: date, report: Report, *, write: bool) -> Proof:
    """Try every credential of `services`, or of all where that is empty, and compare the whole live state.

    Passwords are as old as they are on the day `as_of` (UTC).
    `write` adds what leaves a trace: one marked record a stream and a topic that is made and deleted again.
    Raises LeveeError where the cluster or the passwords can't be read, the cluster isn't the declared one, or a service
    isn't declared.
    """
    known = {credential.service for credential in plan.credentials}
    if unknown := sorted(set(services) - known):
        raise LeveeError(
            f"stack {plan.stack} has no service {', '.join(unknown)}",
            f"services with credentials are: {', '.join(sorted(known)) or 'none'}",
            exit_code=2,
        )
    chosen = [credential for credential in plan.credentials if not services or credential.service in services]
    return asyncio.run(_prove(plan, project, chosen, as_of, report, write=write))


async def _prove(
    plan: Plan, project: Path, credentials: Sequence[PlannedCredential], as_of: date, report: Report, *, write: bool
) -> Proof:
    try:
        administrator = Client(Login.of_connection(admin_connection(plan.cluster, project)))
        async with administrator:
            recorded = await asyncio.to_thread(_recorded, plan, project)
            prover = _Prover(plan, kept_logins(plan, project), administrator, recorded, as_of, report)
            proof = await prover.run(credentials, write=write)
    except (UnusableLogin, SurveyFailed, Unreachable, LoginRefused) as error:
        raise LeveeError(
            f"cluster {plan.cluster.id} can't be read as {plan.cluster.security.admin_username}: {error}",
            "without that nothing is proved; check that the cluster is up and the administrator's password is right",
        ) from None
    if plan.aws is not None:
        report("reading the account")
    services = {credential.service for credential in credentials}
    return replace(proof, account=await prove_account(plan, project, services))


def _recorded(plan: Plan, project: Path) -> Record | str:
    """What the stack's state recorded, or why that is unknown: then nothing is proved."""
    try:
        return record_of(project, plan.stack)
    except LeveeError as error:
        return f"unknown: {error.message}"


class _Prover:
    """One run over one plan."""

    def __init__(
        self, plan: Plan, kept: KeptLogins, administrator: Client, recorded: Record | str, as_of: date, report: Report
    ) -> None:
        self._plan, self._kept, self._administrator, self._report = plan, kept, administrator, report
        self._recorded = recorded
        self._ages = tuple(credential_ages(plan, self._known.passwords_made, as_of)) if self._known.source else ()
        self._names = PlannedNames.of(plan)
        self._token = secrets.token_hex(4)
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def run(self, credentials: Sequence[PlannedCredential], *, write: bool) -> Proof:
        live = await self._look()
        found = self._compare(live)
        trials = self._trials(credentials)
        outcomes = await self._try_all(trials, write=write)
        doubtful = [user for user in trials if any(o.verdict is not Verdict.AS_DECLARED for o in outcomes[user])]
        if found or doubtful:
            self._report("not all is as declared: looking again")
            await asyncio.sleep(SETTLING_S)
            live = await self._look()
            found = self._compare(live)
            # What is read needs what is written: with deeds, a second look is at everybody.
            again = trials if write else {user: trials[user] for user in doubtful}
            outcomes.update(await self._try_all(again, write=write))
        revoked = await self._try_revoked({credential.service for credential in credentials})
        return Proof(
            stack=self._plan.stack,
            cluster_id=live.cluster_id,
            wrote=write,
            outcomes=(*(outcome for user in trials for outcome in outcomes[user]), *revoked),
            discrepancies=found,
            topics=len(live.topics),
            acls=len(live.acls),
            users=len(live.users or ()),
            identities=len(live.topics.keys() & self._known.topic_ids.keys()),
            identities_of=self._known.source,
        )

    @property
    def _known(self) -> Record:
        return Record() if isinstance(self._recorded, str) else self._recorded

    async def _look(self) -> LiveState:
        live = await survey(self._administrator, self._plan)
        if live.cluster_id != self._plan.cluster.id:
            raise LeveeError(
                f"the brokers are cluster {live.cluster_id}, and stack {self._plan.stack} declares "
                f"{self._plan.cluster.id}",
                "nothing was tried there; correct cluster.bootstrap or cluster.id in stack.yaml",
            )
        return live

    def _compare(self, live: LiveState) -> tuple[Discrepancy, ...]:
        plan = self._plan
        found = (*discrepancies(plan, live), *ownership(plan, live), *strangers(plan, live.acls))
        if isinstance(self._recorded, str):
            unknown = Discrepancy(Matter.TOPIC, "the topics themselves", "those that were recorded", self._recorded)
            return (*found, unknown)
        return (*found, *identities(plan, live, self._recorded.topic_ids), *overdue(self._ages))

    def _trials(self, credentials: Sequence[PlannedCredential]) -> dict[str, Trial]:
        trials = {}
        for turn, credential in enumerate(credentials):
            access = Access.of(credential, self._names)
            for username in credential.usernames:
                mine = tuple(claims(username, access, self._names, turn=turn))
                trials[username] = Trial(access, mine, turn, f"{MARK}-{self._token}")
        return trials

    async def _try_all(self, trials: Mapping[str, Trial], *, write: bool) -> dict[str, list[Outcome]]:
        logins: dict[str, Login] = {}
        outcomes: dict[str, list[Outcome]] = {}

        async def try_one(username: str, trial: Trial) -> None:
            async with self._gate:
                try:
                    logins[username] = await self._kept.login(username)
                    async with asyncio.timeout(USER_SECONDS):
                        outcomes[username] = await trial.run(logins[username])
                except UnusableLogin as error:
                    outcomes[username] = not_tried(trial.claims, f"not tried: {error}")
                except TimeoutError:
                    outcomes[username] = not_tried(trial.claims, f"not all answered within {USER_SECONDS:.0f} s")
            self._report(f"tried {len(outcomes):,} of {len(trials):,} users")

        await asyncio.gather(*(try_one(username, trial) for username, trial in trials.items()))
        if write:
            self._report("writing marked records and reading them back")
            replication = self._plan.topics[0].replication if self._plan.topics else -1
            deeds = Deeds(trials, logins, self._administrator, self._token, replication)
            for username, done in (await deeds.run()).items():
                outcomes[username] += done
        return outcomes

    async def _try_revoked(self, services: Collection[str]) -> list[Outcome]:
        """Log in with everything that is still kept of a generation that isn't valid."""
        valid = {username for credential in self._plan.credentials for username in credential.usernames}
        kept = [name for name in await self._kept.names() if name.service in services]
        return list(await asyncio.gather(*(self._try_one_revoked(n.username) for n in kept if n.username not in valid)))

    async def _try_one_revoked(self, username: str) -> Outcome:
        claim = Claim(username, Subject.CREDENTIAL, "revoked", username, Probe.LOG_IN, allowed=False)
        async with self._gate:
            try:
                observation = await try_login(await self._kept.login(username))
            except UnusableLogin as error:
                observation = Observation(Answer.UNCLEAR, str(error))
        return Outcome(claim, observation)
