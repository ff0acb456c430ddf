"""What a local cluster is: where it lives, its ports, its racks, its identity."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from levee_infra.local.failure import LocalClusterError

DEFAULT_BASE_PORT = 19092
DEFAULT_REGION = "eu-west-1"
DEFAULT_CLUSTER_ID = "bGV2ZWUtbG9jYWwtMDAwMQ"
"""16 bytes as Kafka writes a cluster id: base64url without padding (here of the text `levee-local-0001`)."""

LOOPBACK = "127.0.0.1"
PORT_STEP = 10
ZONES = "abc"
MOST_BROKERS = len(ZONES)


def home_of(directory: Path, number: int) -> Path:
    """The folder of node `number` of the cluster in `directory`."""
    return directory / "brokers" / str(number)


@dataclass(frozen=True, slots=True)
class Node:
    """One combined broker and controller."""

    id: int
    client_port: int
    internal_port: int
    controller_port: int
    rack: str
    """`region/zone`, as `eu-west-1/eu-west-1a`: preflight reads region and zone from it."""
    home: Path
    """Holds all this node writes: settings, data, logs."""

    @property
    def name(self) -> str:
        """The common name of its certificate, so its principal between brokers."""
        return f"broker-{self.id}"

    @property
    def ports(self) -> tuple[int, int, int]:
        """Client, internal, controller."""
        return (self.client_port, self.internal_port, self.controller_port)

    @property
    def bootstrap(self) -> str:
        """Where clients reach this broker."""
        return f"{LOOPBACK}:{self.client_port}"

    @property
    def properties(self) -> Path:
        """Its server.properties."""
        return self.home / "server.properties"

    @property
    def data(self) -> Path:
        """Its log directory: topics and cluster metadata."""
        return self.home / "data"

    @property
    def logs(self) -> Path:
        """The folder of its own log files."""
        return self.home / "logs"


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """A local cluster. Broker i (from 1) listens for clients on `base_port + 10*(i-1)`, for other brokers one
    above, for controllers two above.

    `directory` holds everything the cluster makes; `jars` (default `<directory>/jars`) may be shared between
    clusters. `cluster_id` is 16 bytes in base64url; `brokers` is 1 or 3; `heap_mib` is each JVM's heap.

    Raises LocalClusterError for values no cluster can have.
    """

    directory: Path
    base_port: int = DEFAULT_BASE_PORT
    cluster_id: str = DEFAULT_CLUSTER_ID
    region: str = DEFAULT_REGION
    brokers: int = 3
    heap_mib: int = 256
    jars: Path | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "directory", self.directory.expanduser().resolve())
        for wrong, message, advice in (
            (self.brokers not in (1, MOST_BROKERS), f"{self.brokers} brokers", "a local cluster has 1 or 3 brokers"),
            (
                not 1024 <= self.base_port <= 65535 - PORT_STEP * self.brokers,
                f"base port {self.base_port}",
                f"choose one from 1024 to {65535 - PORT_STEP * self.brokers}; the default is {DEFAULT_BASE_PORT}",
            ),
            (
                not re.fullmatch(r"[A-Za-z0-9_-]{21}[AQgw]", self.cluster_id) or self.cluster_id.startswith("-"),
                f"cluster id {self.cluster_id!r}",
                "a cluster id is 16 bytes in base64url without padding: 22 characters, not starting with '-'",
            ),
            (
                not re.fullmatch(r"[a-z0-9][a-z0-9-]*", self.region),
                f"region {self.region!r}",
                "a region is lower-case letters, digits and hyphens, as eu-west-1",
            ),
        ):
            if wrong:
                raise LocalClusterError(f"the local cluster can't have {message}", advice, exit_code=2)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every node, by id."""
        return tuple(self._node(number) for number in range(1, self.brokers + 1))

    @property
    def homes(self) -> tuple[Path, ...]:
        """The nodes' folders."""
        return tuple(node.home for node in self.nodes)

    @property
    def certificates(self) -> Path:
        """The folder of the certificate authority and the brokers' certificates."""
        return self.directory / "certificates"

    @property
    def administrator(self) -> Path:
        """The folder of the administrator's password and client settings."""
        return self.directory / "admin"

    @property
    def jar_root(self) -> Path:
        """The folder that jars are fetched into."""
        return (self.jars or self.directory / "jars").expanduser().resolve()

    @property
    def bootstrap(self) -> str:
        """The brokers' client addresses, comma-separated."""
        return ",".join(node.bootstrap for node in self.nodes)

    def _node(self, number: int) -> Node:
        port = self.base_port + PORT_STEP * (number - 1)
        return Node(
            id=number,
            client_port=port,
            internal_port=port + 1,
            controller_port=port + 2,
            rack=f"{self.region}/{self.region}{ZONES[number - 1]}",
            home=home_of(self.directory, number),
        )
