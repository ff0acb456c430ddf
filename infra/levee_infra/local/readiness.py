"""When a cluster is ready: every broker, asked by an administrator, knows all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from levee_infra.local.failure import LocalClusterError
from levee_infra.local.ports import answers
from levee_infra.local.settings import Node

POLL_S = 0.1
REQUEST_S = 5.0
PATIENCE_WITH_REFUSAL_S = 110.0
"""A broker refuses a right password until it has read the users; one that still does after this won't change."""


def wait_ready(
    nodes: Sequence[Node],
    cluster_id: str,
    client: Callable[[str], Mapping[str, str]],
    check_alive: Callable[[], None],
    timeout_s: float,
) -> None:
    """Return when each of `nodes` answers the administrator that the cluster has all of them.

    A broker is listed only while it isn't fenced: it shares its node's copy of the metadata log, follows the active
    controller and sends heartbeats. All listed therefore means that all voters of the quorum are there too.

    `client` gives the administrator's settings for a bootstrap address; `check_alive` raises when a broker has died.
    Raises LocalClusterError after `timeout_s` seconds, or earlier if a broker keeps refusing the password.
    """
    deadline = time.monotonic() + timeout_s
    for node in nodes:
        _wait_port(node, check_alive, deadline)
    for node in nodes:
        _wait_answer(_Probe(node, client(node.bootstrap)), (cluster_id, len(nodes)), check_alive, deadline)


class _Probe:
    """An administrator's connection to one broker, that remembers why it isn't served."""

    def __init__(self, node: Node, settings: Mapping[str, str]) -> None:
        self.node = node
        self.problem = "no answer"
        self.refused_since: float | None = None
        self._client = AdminClient(
            {**settings, "log_level": 0, "reconnect.backoff.max.ms": 250, "error_cb": self._remember}
        )

    def seen(self) -> tuple[str, int] | None:
        """The cluster id and the number of brokers that the broker knows, None if it doesn't answer."""
        try:
            answer = self._client.describe_cluster(request_timeout=REQUEST_S).result()
        except KafkaException as failed:
            self._client.poll(0)
            if self.refused_since is None:
                self.problem = failed.args[0].str()
            return None
        self.problem = f"it knows {len(answer.nodes)} brokers of cluster {answer.cluster_id}"
        return (answer.cluster_id, len(answer.nodes))

    def _remember(self, error: KafkaError) -> None:
        if error.code() == KafkaError._AUTHENTICATION:  # noqa: SLF001 - the library's public name for it
            self.problem = error.str()
            self.refused_since = self.refused_since or time.monotonic()


def _wait_port(node: Node, check_alive: Callable[[], None], deadline: float) -> None:
    while not answers(node.client_port):
        check_alive()
        if time.monotonic() > deadline:
            raise _not_ready(node, f"nothing listens on {node.bootstrap}")
        time.sleep(POLL_S)


def _wait_answer(probe: _Probe, expected: tuple[str, int], check_alive: Callable[[], None], deadline: float) -> None:
    while probe.seen() != expected:
        check_alive()
        now = time.monotonic()
        refused = probe.refused_since is not None and now - probe.refused_since > PATIENCE_WITH_REFUSAL_S
        if refused or now > deadline:
            raise _not_ready(probe.node, probe.problem)
        time.sleep(POLL_S)


def _not_ready(node: Node, why: str) -> LocalClusterError:
    return LocalClusterError(
        f"broker {node.id} isn't ready: {why}",
        f"its log is {node.logs / 'server.log'}; to start over: levee local down, then levee local up",
    )
