"""Takes away what is not declared any more: last those on which others depend, side by side where none does."""

import asyncio
from collections.abc import Callable, Container, Iterable, Mapping

from levee_infra.deployed.embedded_state import Begin, Begun, Gone, Over, Resource, provider_urn
from levee_infra.deployed.engine_error import StateUnwritable
from levee_infra.engines.embedded.decision import CannotDecide
from levee_infra.engines.embedded.errors import Refusal
from levee_infra.engines.embedded.event import Op, Stage
from levee_infra.engines.embedded.hosted_provider import CallFailed, HostedProvider
from levee_infra.engines.embedded.hosting import CannotHost
from levee_infra.engines.embedded.interrupted import finish, undeclared_creations
from levee_infra.engines.embedded.planner import Planner, is_adopted
from levee_infra.engines.embedded.session import Session


async def plan_removals(session: Session, planner: Planner, declared: Callable[[str], bool]) -> None:
    """Find what is to be removed and why it may not be; what turns out to be gone already is only forgotten."""
    doomed = [resource for urn, resource in session.state.resources.items() if not declared(urn)]
    doomed += undeclared_creations(session, declared)
    providers = await _providers(session, planner, doomed)
    begun = {urn for urn, begin in session.state.unfinished.items() if begin.operation is Begun.DELETE}
    found = await asyncio.gather(*(_find(planner, resource, providers, begun) for resource in doomed))
    removals = [resource for resource in found if resource is not None]
    planner.refuse(_protected(removals))
    planner.plan.removals.extend(removals)
    for resource in removals:
        adopted = is_adopted(resource.outputs)
        session.tell_of(Stage.PLANNED, Op.DELETE, resource.urn, resource.type, adopted=adopted)


async def remove(session: Session, doomed: Iterable[Resource]) -> None:
    """Delete the resources, each after everything that depends on it."""
    removal = _Removal(session, {resource.urn: resource for resource in doomed})
    await removal.run()


def _protected(doomed: Iterable[Resource]) -> list[Refusal]:
    return [
        Refusal(
            resource.urn,
            f"{resource.type} {resource.name!r} cannot be deleted because it is protected",
            help="declare it with protect=False, run up, and only then remove it",
        )
        for resource in doomed
        if resource.protect
    ]


async def _providers(session: Session, planner: Planner, doomed: Iterable[Resource]) -> dict[str, HostedProvider]:
    providers: dict[str, HostedProvider] = {}
    for urn in sorted({provider_urn(resource.provider) for resource in doomed if resource.is_managed}):
        try:
            providers[urn] = await session.hosting.for_recorded(session.state.resources.get(urn), urn)
        except CannotHost as cannot:
            planner.refuse([cannot.refusal])
    return providers


async def _find(
    planner: Planner, resource: Resource, providers: Mapping[str, HostedProvider], begun: Container[str]
) -> Resource | None:
    provider = providers.get(provider_urn(resource.provider))
    if provider is None or not resource.is_managed:
        return resource
    if resource.urn in begun:
        return resource  # what is left of it beside the thing itself, only its deletion knows
    if not resource.id:
        return resource
    try:
        return await planner.read(resource, provider)
    except CannotDecide as cannot:
        planner.refuse(cannot.refusals)
        return None


class _Removal:
    def __init__(self, session: Session, doomed: dict[str, Resource]) -> None:
        self._session = session
        self._doomed = doomed
        self._waiting = dict.fromkeys(doomed, 0)
        self._needs = {urn: resource.needs() & doomed.keys() for urn, resource in doomed.items()}
        for needed in self._needs.values():
            for urn in needed:
                self._waiting[urn] += 1

    async def run(self) -> None:
        """Delete wave after wave, starting each resource as soon as its last dependent is gone."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            for urn in [urn for urn, dependents in self._waiting.items() if not dependents]:
                group.create_task(self._remove(urn))

    async def _remove(self, urn: str) -> None:
        async with self._session.slots:
            is_gone = await self._try(self._doomed[urn])
        if is_gone:
            self._release(urn)

    async def _try(self, resource: Resource) -> bool:
        session = self._session
        if session.stopping:
            session.tell(Stage.SKIPPED, Op.DELETE, resource)
            return False
        try:
            await self._delete(resource)
        except CallFailed as failed:
            session.fail(Op.DELETE, resource.urn, resource.type, failed.reasons)
            return False
        except StateUnwritable as error:
            session.fault = session.fault or error
            return False
        return True

    def _release(self, urn: str) -> None:
        for needed in self._needs[urn]:
            self._waiting[needed] -= 1
            if not self._waiting[needed]:
                self._group.create_task(self._remove(needed))

    async def _delete(self, resource: Resource) -> None:
        session = self._session
        if resource.is_managed:
            recorded = session.state.resources.get(provider_urn(resource.provider))
            provider = await session.hosting.for_recorded(recorded, provider_urn(resource.provider))
            if not resource.id:
                resource = await finish(session, resource, provider)
            session.journal.append(Begin(Begun.DELETE, resource))
            await session.journal.commit()
            session.tell(Stage.STARTED, Op.DELETE, resource)
            await self._ask(resource, provider)
        session.journal.append(Gone(resource.urn))
        session.tell(Stage.DONE, Op.DELETE, resource)

    async def _ask(self, resource: Resource, provider: HostedProvider) -> None:
        try:
            await provider.delete(resource)
        except CallFailed as failed:
            if failed.outcome_is_known:
                self._session.journal.append(Over(resource.urn))
            raise
