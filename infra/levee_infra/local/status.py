"""What of a local cluster runs, and where its clients find it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from levee_infra.local.admin import USERNAME, Administrator
from levee_infra.local.settings import Node

State = Literal["running", "partial", "stopped"]


@dataclass(frozen=True, slots=True)
class BrokerStatus:
    """One broker; `pid` is None while it doesn't run."""

    node: Node
    pid: int | None


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """A local cluster as its processes show it. Holds paths of secrets, never a secret."""

    cluster_id: str
    directory: Path
    bootstrap: str
    ca: Path
    administrator: Administrator
    brokers: tuple[BrokerStatus, ...]

    @property
    def state(self) -> State:
        """`running` if every broker's process lives, `stopped` if none does, else `partial`."""
        alive = sum(broker.pid is not None for broker in self.brokers)
        if alive == 0:
            return "stopped"
        return "running" if alive == len(self.brokers) else "partial"

    def to_json(self) -> dict[str, object]:
        """The status as JSON values."""
        return {
            "state": self.state,
            "cluster_id": self.cluster_id,
            "directory": str(self.directory),
            "bootstrap": self.bootstrap,
            "ca": str(self.ca),
            "admin": {
                "username": USERNAME,
                "password_file": str(self.administrator.password_file),
                "client_settings": str(self.administrator.client_settings),
            },
            "brokers": [
                {"id": each.node.id, "pid": each.pid, "rack": each.node.rack, "port": each.node.client_port}
                for each in self.brokers
            ],
        }
