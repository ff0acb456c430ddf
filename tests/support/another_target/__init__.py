"""A small target of the tests' own, in the place of one that has no keys yet: all that a new one has to say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from levee.fields.rules import Fields, choice, field, mapping
from levee.fields.values import CLOUD_NAME, FILE_PATH, VARIABLE
from levee.model.origin import Origin
from levee.model.stack import Target
from levee.model.stream import SourceKind, SourceSpec, Trust
from levee.model.target_block import BlockPlace, TargetBlock
from levee.targets.contract import AccountForm, Capability, TargetModel, not_yet

CREDENTIAL: Final[Fields] = {
    "api_key_file": field(FILE_PATH, "secrets/ibm.key"),
    "api_key_env": field(VARIABLE, "IBMCLOUD_API_KEY"),
}

FIELDS: Final[Fields] = {
    "logs": field(CLOUD_NAME, "crn:v1:…", required=True),
    "event_streams": field(CLOUD_NAME, "crn:v1:…", required=True),
    "plan": field(choice(("standard", "enterprise")), "standard", required=True),
    "endpoints": field(choice(("public", "private")), "private"),
    "credential": field(mapping(CREDENTIAL), "{api_key_env: IBMCLOUD_API_KEY}", required=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnotherBlock(TargetBlock):
    """Instances by their CRNs, and where the key of their API is."""

    logs: str
    event_streams: str
    plan: str
    endpoints: str
    api_key_file: str | None
    api_key_env: str | None

    @classmethod
    def read(cls, values: Mapping[str, Any], origin: Origin) -> AnotherBlock:
        credential = values["credential"]
        return cls(
            logs=values["logs"],
            event_streams=values["event_streams"],
            plan=values["plan"],
            endpoints=values.get("endpoints", "private"),
            api_key_file=credential.get("api_key_file"),
            api_key_env=credential.get("api_key_env"),
            origin=origin,
        )

    @property
    def runs_brokers(self) -> bool:
        return True

    def places(self) -> Iterator[BlockPlace]:
        yield BlockPlace("source", "log instance", self.logs, ("logs",))
        yield BlockPlace("cluster", "cluster", self.event_streams, ("event_streams",))

    def carries(self, source: SourceSpec) -> bool:
        return source.kind is SourceKind.CLOUD_LOGS

    def resolved(self, source: SourceSpec, account: str, region: str) -> SourceSpec:
        if not self.carries(source):
            return source
        return replace(source, trust=Trust(source_account=account, source_arn=self.logs))


MODEL: Final = TargetModel(
    name=Target.IBM,
    fields=FIELDS,
    example="{logs: …, event_streams: …, plan: standard, credential: {…}}",
    block=AnotherBlock.read,
    package="tests.support.another_target",
    types=("levee:another:Stream",),
    account=AccountForm(re.compile(r"[0-9a-f]{32}"), "an account is 32 hexadecimal digits"),
    capabilities={Capability.SINK: not_yet("is checked and not provisioned yet")},
)
