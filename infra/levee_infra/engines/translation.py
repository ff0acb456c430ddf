"""A stack's state in the other engine's words: what the embedded engine's journal amounts to, and what `pulumi stack
export` prints (UntypedDeployment and DeploymentV3 of sdk/go/common/apitype in pulumi/pulumi).

Both record the same of a resource. They differ in the project's name, which is in every URN, and in what only Pulumi's
engine writes into a provider's configuration. What one of them can't record is refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from typing import Any, Final

from levee.diagnostics import LeveeError
from levee_infra.deployed.embedded_state import Resource, State, is_provider_type, provider_urn
from levee_infra.deployed.location import PROJECT
from levee_infra.deployed.resources import STACK
from levee_infra.engines.registrable import why_not
from levee_infra.providers.kafka.provider import KafkaProvider
from levee_infra.providers.protocol.on_destroy import ON_DESTROY, REFUSE
from levee_infra.providers.protocol.properties import SIGNATURE_KEY

GO_ON: Final = "go on with the engine that holds it"
VERSIONS: Final = frozenset({3, 4})
_PROVIDERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "pulumi:providers:kafka": {"version": KafkaProvider.version, "__internal": {}},
    "pulumi:providers:levee": {},
}
"""What Pulumi's engine adds to the configurations of the providers that both engines have."""
_OF_PULUMI: Final = frozenset({"version", "pluginDownloadURL", "__internal", ON_DESTROY})
_BOTH: Final = frozenset(
    {"urn", "type", "custom", "id", "inputs", "outputs", "parent", "provider", "dependencies", "protect", "initErrors"}
)
_LEARNED_AGAIN: Final = frozenset(
    {"created", "modified", "sourcePosition", "stackTrace", "propertyDependencies", "aliases", "importID"}
    | {"refreshBeforeUpdate"}
)
"""What Pulumi's engine writes by itself, and nothing is decided by here."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Whose state it is: the project as Pulumi.yaml names it, and the stack."""

    project: str
    stack: str

    def to_pulumi(self, urn: str) -> str:
        """A URN of the embedded engine's state in Pulumi's."""
        return self._renamed(urn, PROJECT, self.project)

    def to_embedded(self, urn: str) -> str:
        """The inverse."""
        return self._renamed(urn, self.project, PROJECT)

    def _renamed(self, urn: str, old: str, new: str) -> str:
        before, after = (f"urn:pulumi:{self.stack}::{project}::" for project in (old, new))
        if not urn.startswith(before):
            raise _refused(f"{urn!r} is of another project or stack than {self.project}/{self.stack}")
        type_name = urn.removeprefix(before)
        if type_name == f"{STACK}::{old}-{self.stack}":
            return f"{after}{STACK}::{new}-{self.stack}"
        return after + type_name


def to_pulumi(state: State, naming: Naming, now: datetime) -> dict[str, Any]:
    """The state as `pulumi stack import` takes it. Raises LeveeError (exit 2) for what Pulumi can't record."""
    _require_no_secret(state)
    in_use = {provider_urn(each.provider) for each in state.resources.values()}
    protects = any(each.protect for each in state.resources.values())
    resources = [
        _to_pulumi(_for_pulumi(each, holds=protects and each.urn in in_use), naming)
        for each in _after_what_they_need(state.resources)
    ]
    return document(resources, now)


def document(resources: Iterable[Mapping[str, Any]], now: datetime, **of_deployment: Any) -> dict[str, Any]:
    """A deployment of these resources, in the shape of an export."""
    manifest = {"time": now.isoformat(), "magic": "", "version": ""}  # the magic is a digest of the CLI's version
    deployment = {"manifest": manifest, "resources": [*resources], "metadata": {}, **of_deployment}
    return {"version": 3, "deployment": deployment}


def from_pulumi(exported: Any, naming: Naming) -> State:
    """The state that an export tells of. Raises LeveeError (exit 2) for an export that can't be read, that is none of
    this stack, or holds what the embedded engine can't record or levee's program didn't register.
    """
    state = recorded(exported, naming)
    known: dict[tuple[str, str], str] = {}
    for each in state.resources.values():
        if why := why_not(each):
            raise _refused(f"{each.type} {each.name} {why}")
        if each.custom and (other := known.setdefault((each.type, each.id), each.urn)) != each.urn:
            raise _refused(f"{each.type} {each.name} has the id of {other}")
    return state


def recorded(exported: Any, naming: Naming) -> State:
    """The same of whatever resources; what they hold isn't looked at, but for secrets that an engine marked."""
    state = State()
    for place, told in enumerate(_listed(exported, naming), start=1):
        try:
            resource = _from_pulumi(told, naming)
        except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
            urn = told.get("urn") if isinstance(told, Mapping) else None
            which = f"resource {place}{f', {urn},' if isinstance(urn, str) else ''}"
            raise _refused(f"it is not an export of this stack: {which} is not as an engine writes it") from None
        if resource.urn in state.resources:
            raise _refused(f"it names {resource.urn} twice")
        state.resources[resource.urn] = resource
    for each in state.resources.values():
        if dangling := each.needs() - state.resources.keys():
            raise _refused(f"{each.type} {each.name} needs {min(dangling)}, which it doesn't hold")
        if each.urn in {each.parent, *each.dependencies}:
            raise _refused(f"{each.type} {each.name} needs itself")
    deque(_after_what_they_need(state.resources), maxlen=0)
    _require_no_secret(state)
    return state


def _listed(exported: Any, naming: Naming) -> list[Any]:
    """The resources of an export, whatever they are."""
    try:
        if exported["version"] not in VERSIONS:
            raise _refused("its version is unknown")
        deployment = exported["deployment"]
        if deployment.get("pending_operations"):
            raise _refused(
                "operations are pending that an interrupted run had begun",
                f"run `levee up {naming.stack} --engine pulumi` to its end first",
            )
        if deployment.get("snippets") or deployment.get("extensions"):
            raise _refused("the embedded engine has no snippets or extensions")
        return list(deployment.get("resources") or ())
    except (LookupError, TypeError, ValueError, AttributeError):
        raise _refused("it is not an export of this stack: it holds no list of resources") from None


def _after_what_they_need(resources: Mapping[str, Resource]) -> Iterator[Resource]:
    """Pulumi requires what a resource depends on before it."""
    try:
        order = TopologicalSorter({urn: each.needs() for urn, each in resources.items()}).static_order()
        yield from (resources[urn] for urn in order)
    except (CycleError, KeyError):
        raise _refused("its dependencies lead nowhere, or in a circle") from None


def _for_pulumi(resource: Resource, *, holds: bool) -> Resource:
    """A provider with what Pulumi's engine and program write into its configuration; anything else as it is.

    `holds`: it refuses to destroy what the stack protects, as it will once the program ran.
    """
    if not resource.is_provider:
        return resource
    added = dict(_provider(resource.type)) | ({ON_DESTROY: REFUSE} if holds else {})
    inputs = {**resource.inputs, **added}
    outputs = {key: value for key, value in {**resource.outputs, **added}.items() if key != "__internal"}
    return replace(resource, inputs=inputs, outputs=outputs)


def _to_pulumi(resource: Resource, naming: Naming) -> dict[str, Any]:
    urn, _, id_ = resource.provider.rpartition("::")
    told = {
        "urn": naming.to_pulumi(resource.urn),
        "custom": resource.custom,
        "id": resource.id,
        "type": resource.type,
        "inputs": resource.inputs,
        "outputs": resource.outputs,
        "parent": naming.to_pulumi(resource.parent) if resource.parent else "",
        "protect": resource.protect,
        "dependencies": [*map(naming.to_pulumi, resource.dependencies)],
        "initErrors": [*resource.init_errors],
        "provider": f"{naming.to_pulumi(urn)}::{id_}" if urn else "",
    }
    return {key: value for key, value in told.items() if value or key == "custom"}


def _from_pulumi(told: Mapping[str, Any], naming: Naming) -> Resource:
    unknown = [key for key, value in told.items() if value and key not in _BOTH | _LEARNED_AGAIN]
    if unknown:
        raise _refused(f"the embedded engine can't record `{unknown[0]}` of {told['urn']}")
    texts = [told.get(key) or "" for key in ("urn", "type", "id", "parent", "provider")]
    lists = [told.get(key) or [] for key in ("dependencies", "initErrors")]
    switches = [told["custom"], told.get("protect") or False]
    if not all(isinstance(each, list) for each in lists) or not all(isinstance(each, bool) for each in switches):
        raise ValueError("not a resource")
    if not all(isinstance(each, str) for each in (*texts, *chain.from_iterable(lists))):
        raise ValueError("not a resource")
    if told["urn"].split("::", 3)[2].rpartition("$")[2] != told["type"]:
        raise ValueError("a resource whose name says that it is another")
    urn, _, id_ = told.get("provider", "").rpartition("::")
    inputs, outputs = dict(told.get("inputs") or {}), dict(told.get("outputs") or {})
    if is_provider_type(told["type"]):
        _provider(told["type"])
        inputs, outputs = ({k: v for k, v in each.items() if k not in _OF_PULUMI} for each in (inputs, outputs))
    return Resource(
        urn=naming.to_embedded(told["urn"]),
        type=told["type"],
        custom=told["custom"],
        id=told.get("id", ""),
        inputs=inputs,
        outputs=outputs,
        parent=naming.to_embedded(told["parent"]) if told.get("parent") else "",
        provider=f"{naming.to_embedded(urn)}::{id_}" if urn else "",
        dependencies=tuple(sorted(map(naming.to_embedded, told.get("dependencies") or ()))),
        protect=bool(told.get("protect")),
        init_errors=tuple(told.get("initErrors") or ()),
    )


def _provider(type_: str) -> Mapping[str, Any]:
    """What Pulumi adds to a provider's configuration. Raises LeveeError for one that the embedded engine hasn't."""
    if type_ not in _PROVIDERS:
        raise _refused(f"the embedded engine has no provider {type_.rpartition(':')[2]}")
    return _PROVIDERS[type_]


def _require_no_secret(state: State) -> None:
    """Of a secret the journal holds a digest, and Pulumi what its passphrase decrypts: of no use to each other."""
    for each in state.resources.values():
        for properties in (each.inputs, each.outputs):
            if SIGNATURE_KEY in repr(properties):
                raise _refused(f"{each.type} {each.name} holds a secret, an asset or the like")


def _refused(why: str, hint: str = "") -> LeveeError:
    return LeveeError(f"the state can't be moved: {why}", hint or GO_ON, exit_code=2)
