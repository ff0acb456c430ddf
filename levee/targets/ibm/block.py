"""`ibm:` in `stack.yaml`: the two instances that records go from and to, and how levee reaches them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from levee.fields.cloud_names import Form, Kind
from levee.fields.rules import Fields, choice, field
from levee.fields.values import ENDPOINT, FILE_PATH
from levee.model.origin import Origin
from levee.model.stream import SourceKind, SourceSpec, Trust
from levee.model.target_block import BlockPlace, TargetBlock
from levee.targets.ibm.event_streams import PlanName

if TYPE_CHECKING:
    from levee.model.stack import StackSpec
    from levee.plan.planned import Plan

_GUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def _instance(service: str, what: str) -> Kind:
    example = f"crn:v1:bluemix:public:{service}:<region>:a/<account>:<guid>::"
    return Kind(what, {("ibm", service): Form(rf"{_GUID}::", regional=True)}, example)


CLOUD_LOGS: Final = _instance("logs", "a Cloud Logs instance")
EVENT_STREAMS: Final = _instance("messagehub", "an Event Streams instance")


class Network(StrEnum):
    """The network by which Cloud Logs and Event Streams are reached."""

    PUBLIC = "public"
    PRIVATE = "private"


class Scope(StrEnum):
    """What Cloud Logs is authorized to write to. Of the source `logs` only the instance is documented."""

    INSTANCE = "instance"
    TOPIC = "topic"


FIELDS: Final[Fields] = {
    "event_streams": field(EVENT_STREAMS.rules, f'"{EVENT_STREAMS.example}"'),
    "cloud_logs": field(CLOUD_LOGS.rules, f'"{CLOUD_LOGS.example}"'),
    "plan": field(choice(PlanName), PlanName.STANDARD),
    "network": field(choice(Network), Network.PRIVATE),
    "admin_url": field(ENDPOINT, "https://abcd1234.svc01.eu-de.eventstreams.cloud.ibm.com"),
    "authorize": field(choice(Scope), Scope.INSTANCE),
    "api_key_file": field(FILE_PATH, ".levee/local/ibm/api-key"),
    "endpoint": field(ENDPOINT, "http://127.0.0.1:19132"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IbmBlock(TargetBlock):
    """The CRNs of the instances, and what is so of them.

    `event_streams` None: it isn't declared, which a check refuses. `cloud_logs` None: no source is a Cloud Logs
    instance. `admin_url` is where Event Streams' Admin REST API is, which Gen2 doesn't have; None: topics are made by
    Kafka's protocol. `api_key_file`, relative to the project, holds the API key; None: it is in `IBMCLOUD_API_KEY`.
    """

    event_streams: str | None
    cloud_logs: str | None
    plan: PlanName
    network: Network
    admin_url: str | None
    authorize: Scope
    api_key_file: str | None

    @classmethod
    def read(cls, values: Mapping[str, Any], origin: Origin) -> IbmBlock:
        """Of values that the fields took."""
        plan = PlanName(values.get("plan", PlanName.STANDARD))
        network = Network.PRIVATE if plan is PlanName.GEN2 else Network.PUBLIC
        return cls(
            event_streams=values.get("event_streams"),
            cloud_logs=values.get("cloud_logs"),
            plan=plan,
            network=Network(values.get("network", network)),
            admin_url=values.get("admin_url"),
            authorize=Scope(values.get("authorize", Scope.INSTANCE)),
            api_key_file=values.get("api_key_file"),
            endpoint=values.get("endpoint"),
            origin=origin,
        )

    @property
    def runs_brokers(self) -> bool:
        """Event Streams does."""
        return True

    def resolved(self, source: SourceSpec, account: str, region: str) -> SourceSpec:  # noqa: ARG002
        """Cloud Logs writes by an authorization of that instance in that account, and no other."""
        if source.kind is not SourceKind.CLOUD_LOGS or self.cloud_logs is None:
            return source
        return replace(
            source, identity=self.cloud_logs, trust=Trust(source_account=account, source_arn=self.cloud_logs)
        )

    def places(self) -> Iterator[BlockPlace]:
        """See TargetBlock."""
        yield BlockPlace("cluster", "Event Streams instance", self.event_streams, ("event_streams",))
        yield BlockPlace("source", "Cloud Logs instance", self.cloud_logs, ("cloud_logs",))
        yield BlockPlace("api", "Admin REST API", self.admin_url, ("admin_url",))


def ibm_block(stack: StackSpec | Plan) -> IbmBlock:
    """The block of a stack on ibm."""
    assert isinstance(stack.block, IbmBlock)
    return stack.block
