"""The first pass: everything is read, checked, compared and rehearsed, and nothing is changed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import uuid4

from levee_infra.deployed.embedded_state import Resource, provider_urn
from levee_infra.engines.embedded.decision import (
    CannotDecide,
    Decision,
    decide,
    decide_component,
    decide_provider,
)
from levee_infra.engines.embedded.difference import changes, differing_paths
from levee_infra.engines.embedded.errors import Refusal
from levee_infra.engines.embedded.event import Op, ResourceEvent, Stage
from levee_infra.engines.embedded.hosted_provider import CallFailed, HostedProvider
from levee_infra.engines.embedded.hosting import CannotHost
from levee_infra.engines.embedded.registration import Registration
from levee_infra.engines.embedded.rehearsal import rehearse
from levee_infra.engines.embedded.session import Answer, Session
from levee_infra.providers.protocol.properties import Properties


@dataclass(slots=True)
class Plan:
    """What the first pass found. ``live`` holds what was read: None where the resource does not exist any more."""

    decisions: dict[str, Decision] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    live: dict[str, Resource | None] = field(default_factory=dict)
    outputs: dict[str, Properties] = field(default_factory=dict)
    removals: list[Resource] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    drifted: int = 0

    def counts(self) -> Counter[Op]:
        """How many resources meet which fate."""
        counts = Counter(decision.op for decision in self.decisions.values())
        if self.removals:
            counts[Op.DELETE] = len(self.removals)
        return counts

    @property
    def changes_something(self) -> bool:
        """Whether a second pass is needed."""
        return bool(self.removals) or any(decision.op is not Op.SAME for decision in self.decisions.values())


class Planner:
    """Answers the program's registrations as a preview does, and keeps what it found in ``plan``."""

    preview = True

    def __init__(self, session: Session) -> None:
        self._session = session
        self.plan = Plan()

    async def register(self, declared: Registration) -> Answer:
        """Decide on one registration."""
        if self._session.stopping:
            return Answer.failure(declared.urn)
        try:
            decision = self.plan.decisions[declared.urn] = await self._decision(declared)
            answer = await self._answer(decision)
        except CannotDecide as cannot:
            self.plan.refusals.extend(cannot.refusals)
        except CannotHost as cannot:
            self.plan.refusals.append(cannot.refusal)
        else:
            adopted = decision.op is Op.CREATE and is_adopted(answer.outputs)
            self._session.tell_of(
                Stage.PLANNED, decision.op, declared.urn, declared.type, decision.changes, adopted=adopted
            )
            return answer
        return Answer.failure(declared.urn)

    async def outputs(self, urn: str, outputs: Properties) -> None:
        """Keep what a component says of itself."""
        self.plan.outputs[urn] = outputs

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Note why nothing may be changed."""
        self.plan.refusals.extend(refusals)

    async def _decision(self, declared: Registration) -> Decision:
        old = self._session.state.resources.get(declared.urn)
        if not declared.custom:
            return decide_component(declared, old)
        if declared.is_provider:
            return await self._provider_decision(declared, old)
        provider = self._provider(declared)
        old = await self.read(old, provider) if old else None
        return await decide(declared, old, provider)

    async def _provider_decision(self, declared: Registration, old: Resource | None) -> Decision:
        hosting = self._session.hosting
        provider = hosting.start(declared.urn, declared.type)
        decision = await decide_provider(declared, old, provider)
        self.plan.ids[declared.urn] = old.id if old else str(uuid4())
        await hosting.configure(declared.urn, declared.type, decision.inputs)
        return decision

    async def read(self, old: Resource, provider: HostedProvider) -> Resource | None:
        """The resource as it is now; None if it is gone. Differences from the record are reported as drift.

        Raises:
            CannotDecide: the provider cannot read it.
        """
        try:
            async with self._session.slots:
                live = await provider.read(old)
        except CallFailed as failed:
            subject = f"{old.type} {old.name!r} cannot be read"
            raise CannotDecide([Refusal(old.urn, f"{subject}: {reason}") for reason in failed.reasons]) from failed
        if not live.id:
            self.plan.live[old.urn] = None
            self.plan.drifted += 1
            self._session.emit(_vanished(old))
            return None
        inputs = old.inputs if live.inputs is None else live.inputs
        found = replace(old, id=live.id, inputs=inputs, outputs=live.outputs, init_errors=live.init_errors)
        if found != old or old.urn in self._session.state.unfinished:
            self.plan.live[old.urn] = found
        self._tell_drift(old, found)
        return found

    def _tell_drift(self, old: Resource, found: Resource) -> None:
        drift = changes(differing_paths(old.inputs, found.inputs), found.inputs, old.inputs)
        drift = drift or changes(differing_paths(old.outputs, found.outputs), found.outputs, old.outputs)
        if drift:
            self.plan.drifted += 1
            self._session.tell(Stage.DONE, Op.REFRESH, found, drift)

    async def _answer(self, decision: Decision) -> Answer:
        declared = decision.registration
        if declared.is_provider:
            return Answer(declared.urn, self.plan.ids[declared.urn], decision.inputs)
        if decision.op is Op.SAME and decision.old:
            return same_answer(decision.old)
        if not declared.custom:
            return Answer(declared.urn, "", {})
        if not self._session.rehearses:
            return _unrehearsed(decision)
        return await rehearse(self._session, decision, self._provider(declared))

    def _provider(self, declared: Registration) -> HostedProvider:
        provider = self._session.hosting.ready(provider_urn(declared.provider))
        if provider is None:
            raise CannotDecide([])  # its provider was refused; that refusal is enough
        return provider


def is_adopted(outputs: Properties) -> bool:
    """Whether a provider says of a resource that it was there before anybody declared it here."""
    return outputs.get("adopted") is True


def same_answer(resource: Resource) -> Answer:
    """The answer for a resource that stays as it is."""
    return Answer(resource.urn, resource.id, resource.outputs)


def _unrehearsed(decision: Decision) -> Answer:
    """The answer for a resource that would be made or changed, where nobody was asked: what it has beside its inputs
    stays, such as an address, so that what depends on it doesn't seem to change with it.
    """
    old = decision.old
    outputs = {**(old.outputs if old else {}), **decision.inputs}
    return Answer(decision.registration.urn, old.id if old else "", outputs)


def _vanished(old: Resource) -> ResourceEvent:
    return ResourceEvent(Stage.DONE, Op.REFRESH, old.urn, old.type, old.name, vanished=True)
