"""A cluster of the benchmarks' own: three real brokers, on ports and in a folder that nothing else uses."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.request import Say
from levee.clock import SYSTEM_CLOCK
from levee_infra.local import cluster
from levee_infra.local.lock import hold

PROJECT: Final = Path(__file__).resolve().parents[1]
JARS: Final = PROJECT / ".levee" / "local" / "jars"
"""Shared with the project's own cluster: fetched once."""

CLUSTER_ID: Final = "bGV2ZWUtYmVuY2gtMDAwMQ"


@contextmanager
def running_brokers(base_port: int, say: Say) -> Iterator[cluster.ClusterStatus]:
    """Three brokers for the length of a `with`, then removed with all they hold.

    The folder is fixed by the port, so what a killed run left is found and ended. A second run waits for the first.
    """
    folder = PROJECT / ".levee" / "bench" / str(base_port)
    settings = cluster.ClusterSettings(folder / "cluster", base_port=base_port, cluster_id=CLUSTER_ID, jars=JARS)
    with hold(folder, say):
        cluster.down(settings, say, delete_data=True)
        try:
            yield cluster.up(settings, say, SYSTEM_CLOCK)
        finally:
            cluster.down(settings, say, delete_data=True)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for generated projects; it is removed with them."""
    with tempfile.TemporaryDirectory(prefix="levee-bench-") as folder:
        yield Path(folder)
