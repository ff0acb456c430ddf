"""What a folder's cluster is: written before its brokers first run, and held against every later command."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from infra.local.failure import LocalClusterError
from infra.local.private_file import write_private
from infra.local.settings import ClusterSettings

FILE_NAME = "cluster.json"


@dataclass(frozen=True, slots=True)
class ClusterRecord:
    """The settings that a folder's brokers were last started with."""

    cluster_id: str
    base_port: int
    region: str
    brokers: int

    @classmethod
    def of(cls, settings: ClusterSettings) -> ClusterRecord:
        """The record of a cluster with `settings`."""
        return cls(settings.cluster_id, settings.base_port, settings.region, settings.brokers)


def read_record(directory: Path) -> ClusterRecord | None:
    """The record in `directory`, None where no cluster was ever made. Raises LocalClusterError for a broken one."""
    path = directory / FILE_NAME
    try:
        return ClusterRecord(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (TypeError, ValueError):
        raise LocalClusterError(
            f"{path} isn't a record of a local cluster",
            "restore it, or remove the cluster and its data: levee local down --delete-data",
        ) from None


def write_record(settings: ClusterSettings) -> None:
    """Note in its directory what cluster `settings` describe."""
    write_private(settings.directory / FILE_NAME, json.dumps(asdict(ClusterRecord.of(settings)), indent=2) + "\n")


def settings_of(directory: Path, *, base_port: int | None = None, jars: Path | None = None) -> ClusterSettings:
    """The settings of the cluster in `directory` as it was last started, or the defaults for a new one there."""
    settings = ClusterSettings(directory, jars=jars)
    record = read_record(settings.directory)
    if record is not None:
        settings = replace(settings, **asdict(record))
    return settings if base_port is None else replace(settings, base_port=base_port)


def require_same_cluster(settings: ClusterSettings, record: ClusterRecord | None) -> None:
    """Raise LocalClusterError if the directory belongs to a cluster that can't become that of `settings`.

    Ports and racks may change between runs; the identity and the number of voters of a static quorum may not.
    """
    if record is None:
        return
    for what, theirs, ours in (
        ("cluster id", record.cluster_id, settings.cluster_id),
        ("number of brokers", record.brokers, settings.brokers),
    ):
        if theirs != ours:
            raise LocalClusterError(
                f"{settings.directory} holds a cluster whose {what} is {theirs}, not {ours}; nothing was changed",
                "choose another --directory, or remove that cluster and all its data: "
                f"levee local down --delete-data --directory {settings.directory}",
            )
