"""A stack: one environment, inside one boundary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from levee.model.approval import Approval
from levee.model.cluster import ClusterSpec, SecretStoreSpec
from levee.model.data_class import DataClass
from levee.model.origin import Origin
from levee.model.outsider import Outsider
from levee.model.service import ServiceSpec
from levee.model.stream import Retirement, StreamSpec
from levee.model.target_block import TargetBlock


class Target(StrEnum):
    """Which kind of platform provisions the stack."""

    KAFKA = "kafka"
    AWS = "aws"
    IBM = "ibm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Something that has no region, such as a bucket's or a directory's global name, and why that is acceptable."""

    name: str
    reason: str
    origin: Origin


DEFAULT_PROJECT: Final = "levee"
"""The project's name where no Pulumi.yaml gives another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSpec:
    """Everything declared for one environment, cross-references checked: `stack.yaml`, its streams and the classes.

    `streams` are in order of key, `services` and `classes` by name. Every stream's class exists, every grant's
    streams exist, no two topics or groups collide. `cost_centre` pays for streams that name none.
    `project` is the name in Pulumi.yaml: with the stack's it says who owns what is made. `trusted_accounts` may reach
    what the stack holds; `global_names` are the only hops that may lie in no region. `block` are the keys of its target
    alone. `retire` approves of the deletion of the stack's own key, `approvals` are of what belongs to no stream.
    `principals` are those that levee doesn't make, by name.
    """

    name: str
    project: str = DEFAULT_PROJECT
    target: Target
    account: str
    region: str
    jurisdiction: str
    owner: str
    cost_centre: str | None
    trusted_accounts: tuple[str, ...]
    global_names: tuple[Exemption, ...]
    cluster: ClusterSpec
    secrets: SecretStoreSpec
    services: Mapping[str, ServiceSpec]
    streams: tuple[StreamSpec, ...]
    classes: Mapping[str, DataClass]
    block: TargetBlock
    retire: Retirement | None = None
    approvals: tuple[Approval, ...] = ()
    principals: tuple[Outsider, ...] = ()
    origin: Origin
