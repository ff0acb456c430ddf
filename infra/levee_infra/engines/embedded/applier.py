"""The second pass: what the plan decided is done, each operation recorded before it begins and when it ends."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from levee_infra.deployed.embedded_state import Begin, Begun, Over, Put, Resource, provider_urn
from levee_infra.deployed.engine_error import StateUnwritable
from levee_infra.engines.embedded.decision import CannotDecide, Decision, decide, decide_component
from levee_infra.engines.embedded.errors import Refusal
from levee_infra.engines.embedded.event import Op, Stage
from levee_infra.engines.embedded.hosted_provider import CallFailed, HostedProvider, Live
from levee_infra.engines.embedded.interrupted import finish, other_creation
from levee_infra.engines.embedded.planner import Plan, same_answer
from levee_infra.engines.embedded.registration import Registration
from levee_infra.engines.embedded.session import Answer, Session
from levee_infra.providers.protocol.properties import Properties, has_unknown


class Applier:
    """Answers the program's registrations by doing what was planned."""

    preview = False

    def __init__(self, session: Session, plan: Plan) -> None:
        self._session = session
        self._plan = plan

    async def register(self, declared: Registration) -> Answer:
        """Bring one resource about."""
        session = self._session
        try:
            async with session.slots:
                if session.stopping:
                    return self._skipped(declared)
                return await self._apply(await self._decision(declared))
        except CannotDecide as cannot:
            reasons = [refusal.message for refusal in cannot.refusals]
            session.fail(self._planned_op(declared), declared.urn, declared.type, reasons)
        except StateUnwritable as error:
            session.fault = session.fault or error
        return Answer.failure(declared.urn)

    async def outputs(self, urn: str, outputs: Properties) -> None:
        """Record what a component says of itself."""
        resource = self._session.state.resources.get(urn)
        if resource is None or self._session.stopping:
            return
        known = {key: value for key, value in outputs.items() if not has_unknown(value)}
        self._put_if_changed(resource, replace(resource, outputs=known))

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Fail for what only came to light in this pass."""
        for refusal in refusals:
            self._session.fail(Op.CREATE, refusal.urn, "", [refusal.message])

    async def _decision(self, declared: Registration) -> Decision:
        planned = self._plan.decisions.get(declared.urn)
        if planned and planned.registration.fingerprint == declared.fingerprint:
            return planned
        if declared.is_provider:
            raise CannotDecide([_inconstant(declared)])
        old = self._session.state.resources.get(declared.urn)
        if not declared.custom:
            return decide_component(declared, old)
        return await decide(declared, old, self._provider(declared))

    async def _apply(self, decision: Decision) -> Answer:
        if has_unknown(decision.inputs):
            raise CannotDecide([_unknown(decision.registration)])
        if decision.op is Op.SAME and decision.old:
            resource = decision.unchanged(decision.old)
            self._put_if_changed(decision.old, resource)
            self._session.tell(Stage.DONE, Op.SAME, resource)
            return same_answer(resource)
        if not decision.registration.custom or decision.registration.is_provider:
            return self._record_only(decision)
        return await self._operate(decision)

    def _record_only(self, decision: Decision) -> Answer:
        """A component or a provider: there is nothing outside this process to change."""
        declared = decision.registration
        id_ = self._plan.ids.get(declared.urn, "")
        outputs = decision.inputs if declared.is_provider else decision.old.outputs if decision.old else {}
        resource = _resource(decision, Live(id_, None, outputs))
        self._session.journal.append(Put(resource))
        self._session.tell(Stage.DONE, decision.op, resource, decision.changes)
        return Answer(declared.urn, id_, outputs if declared.is_provider else {})

    async def _operate(self, decision: Decision) -> Answer:
        session, declared = self._session, decision.registration
        begun = Begun.CREATE if decision.old is None else Begun.UPDATE
        expected = _resource(decision, Live(decision.old.id if decision.old else "", None, {}))
        other = other_creation(session, declared.urn, decision.inputs)
        if other is None:
            session.journal.append(Begin(begun, expected))
            await session.journal.commit()
        session.tell(Stage.STARTED, decision.op, expected, decision.changes)
        try:
            live = await self._ask(decision, self._provider(declared))
        except CallFailed as failed:
            if other is not None:
                return await self._finish_and_change(other, decision, failed)
            if failed.outcome_is_known:
                session.journal.append(Over(declared.urn))
            return self._failed(decision, failed.reasons)
        session.journal.append(Put(_resource(decision, live)))
        if live.init_errors:
            return self._failed(decision, live.init_errors)
        session.tell(Stage.DONE, decision.op, expected, decision.changes)
        return Answer(declared.urn, live.id, live.outputs)

    async def _finish_and_change(self, begun: Resource, decision: Decision, refusal: CallFailed) -> Answer:
        """It may be refused because a killed run made it otherwise: take that over, then change it."""
        declared = decision.registration
        provider = self._provider(declared)
        try:
            finished = await finish(self._session, begun, provider)
        except CallFailed:
            return self._failed(decision, refusal.reasons)
        return await self._apply(await decide(declared, finished, provider))

    def _failed(self, decision: Decision, reasons: Sequence[str]) -> Answer:
        declared = decision.registration
        self._session.fail(decision.op, declared.urn, declared.type, reasons)
        return Answer.failure(declared.urn)

    async def _ask(self, decision: Decision, provider: HostedProvider) -> Live:
        declared = decision.registration
        if decision.old is None:
            return await provider.create(declared.urn, decision.inputs)
        return await provider.update(decision.old, decision.inputs)

    def _provider(self, declared: Registration) -> HostedProvider:
        provider = self._session.hosting.ready(provider_urn(declared.provider))
        if provider is None:
            raise CannotDecide([Refusal(declared.urn, f"its provider {declared.provider} is not configured")])
        return provider

    def _put_if_changed(self, old: Resource, new: Resource) -> None:
        if new != old:
            self._session.journal.append(Put(new))

    def _skipped(self, declared: Registration) -> Answer:
        op = self._planned_op(declared)
        if op is not Op.SAME:
            self._session.tell_of(Stage.SKIPPED, op, declared.urn, declared.type)
        return Answer.failure(declared.urn)

    def _planned_op(self, declared: Registration) -> Op:
        planned = self._plan.decisions.get(declared.urn)
        return planned.op if planned else Op.CREATE


def _resource(decision: Decision, live: Live) -> Resource:
    declared = decision.registration
    return Resource(
        urn=declared.urn,
        type=declared.type,
        custom=declared.custom,
        id=live.id,
        inputs=decision.inputs,
        outputs=live.outputs,
        parent=declared.parent,
        provider=declared.provider,
        dependencies=declared.dependencies,
        protect=declared.protect,
        init_errors=live.init_errors,
    )


def _inconstant(declared: Registration) -> Refusal:
    return Refusal(declared.urn, f"{declared.type}: the program configures it differently each time it runs")


def _unknown(declared: Registration) -> Refusal:
    return Refusal(
        declared.urn,
        f"{declared.type}: it needs a value that is not known",
    )
