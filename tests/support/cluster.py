"""A real cluster for tests: started once a session, on ports and in a folder of its own, gone at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

from levee.clock import SYSTEM_CLOCK
from levee_infra.local import cluster as local
from levee_infra.local.admin import USERNAME
from levee_infra.local.lock import hold
from levee_infra.local.settings import Node

PROJECT = Path(__file__).resolve().parents[2]
JARS = PROJECT / ".levee" / "local" / "jars"
"""Shared with the project's own cluster, so that tests fetch nothing that is there."""

DEFAULT_BASE_PORT = 29092


PORTS_OF_A_WORKER = 500


def session_base_port(offset: int = 0) -> int:
    """The session's base port: LEVEE_TEST_BASE_PORT or 29092, and 500 more for each further worker of pytest-xdist.

    The session's cluster uses 30 ports from it; `offset` from 100 keeps another cluster clear of it.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return int(os.environ.get("LEVEE_TEST_BASE_PORT", DEFAULT_BASE_PORT)) + worker * PORTS_OF_A_WORKER + offset


@dataclass(frozen=True)
class LocalCluster:
    """A running cluster and how to reach it."""

    settings: local.ClusterSettings
    status: local.ClusterStatus

    @property
    def bootstrap(self) -> str:
        return self.status.bootstrap

    @property
    def bootstrap_servers(self) -> list[str]:
        return self.bootstrap.split(",")

    @property
    def cluster_id(self) -> str:
        return self.status.cluster_id

    @property
    def ca(self) -> Path:
        return self.status.ca

    @property
    def admin_username(self) -> str:
        return USERNAME

    @property
    def admin_password_file(self) -> Path:
        return self.status.administrator.password_file

    @property
    def nodes(self) -> tuple[Node, ...]:
        return self.settings.nodes

    def client_config(
        self, username: str | None = None, password: str | None = None, **changes: object
    ) -> dict[str, object]:
        """confluent_kafka settings for a user, the administrator by default. `changes` take `_` for `.`."""
        return {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": "SASL_SSL",
            "sasl.mechanisms": "SCRAM-SHA-512",
            "sasl.username": username or USERNAME,
            "sasl.password": self.status.administrator.password() if password is None else password,
            "ssl.ca.location": str(self.ca),
            "log_level": 0,
            **{key.replace("_", "."): value for key, value in changes.items()},
        }

    def admin(self) -> AdminClient:
        """A new administrator's connection. Keep it while its futures run."""
        return AdminClient(self.client_config())

    def producer(self, username: str | None = None, password: str | None = None, **changes: object) -> Producer:
        return Producer(self.client_config(username, password, **changes))

    def consumer(
        self, group: str, username: str | None = None, password: str | None = None, **changes: object
    ) -> Consumer:
        return Consumer(self.client_config(username, password, group_id=group, auto_offset_reset="earliest", **changes))

    def refresh(self) -> LocalCluster:
        """The cluster as it is now: process ids change when a broker is started again."""
        return LocalCluster(self.settings, local.status(self.settings))

    def provider_config(self) -> Mapping[str, object]:
        """The connection as the kafka and levee providers take it."""
        return {
            "bootstrapServers": self.bootstrap_servers,
            "caCert": str(self.ca),
            "saslMechanism": "scram-sha512",
            "saslUsername": USERNAME,
            "saslPasswordFile": str(self.admin_password_file),
            "tlsEnabled": True,
        }


@contextmanager
def running_cluster(
    base_port: int, *, brokers: int = 3, directory: Path | None = None, report: Callable[[str], None] = print
) -> Iterator[LocalCluster]:
    """A cluster for the length of a `with`, then removed with all it holds. `brokers=1` costs a third.

    Its default folder is fixed by its port, so what a killed test run left there is found and ended. A second run on
    the same ports waits for the first.
    """
    folder = directory or PROJECT / ".levee" / "tests" / str(base_port)
    settings = local.ClusterSettings(folder / "cluster", base_port=base_port, brokers=brokers, jars=JARS)
    with hold(folder, report):
        local.down(settings, report, delete_data=True)
        try:
            yield LocalCluster(settings, local.up(settings, report, SYSTEM_CLOCK))
        finally:
            local.down(settings, report, delete_data=True)
