"""What a folder's cluster is: written before its brokers first run, and held against every later command."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from levee.loading.plain_file import MIB, UnreadableError, read_plain_text
from levee_infra.local.failure import LocalClusterError
from levee_infra.local.private_file import write_private
from levee_infra.local.settings import ClusterSettings

FILE_NAME = "cluster.json"


@dataclass(frozen=True, slots=True)
class ClusterRecord:
    """The settings that a folder's brokers were last started with, and whether its storage was ever complete."""

    cluster_id: str
    base_port: int
    region: str
    brokers: int
    formatted: bool

    @classmethod
    def of(cls, settings: ClusterSettings, *, formatted: bool) -> ClusterRecord:
        """The record of a cluster with `settings`."""
        return cls(settings.cluster_id, settings.base_port, settings.region, settings.brokers, formatted)


def read_record(directory: Path) -> ClusterRecord | None:
    """The record in `directory`, None where no cluster was ever made. Raises LocalClusterError for a broken one."""
    path = directory / FILE_NAME
    try:
        if not os.path.lexists(path):
            return None
        return ClusterRecord(**json.loads(read_plain_text(path, MIB)))
    except (UnreadableError, TypeError, ValueError, RecursionError):
        raise LocalClusterError(
            f"{path} isn't a record of a local cluster",
            "restore it, or remove the cluster and its data: levee local down --delete-data",
        ) from None


def write_record(settings: ClusterSettings, *, formatted: bool) -> None:
    """Note in its directory what cluster `settings` describe."""
    record = ClusterRecord.of(settings, formatted=formatted)
    write_private(settings.directory / FILE_NAME, json.dumps(asdict(record), indent=2) + "\n")


def recorded(settings: ClusterSettings) -> ClusterSettings:
    """`settings` with what the record of their directory says instead, where there is one."""
    record = read_record(settings.directory)
    if record is None:
        return settings
    return replace(
        settings,
        cluster_id=record.cluster_id,
        base_port=record.base_port,
        region=record.region,
        brokers=record.brokers,
    )


def require_same_cluster(settings: ClusterSettings, record: ClusterRecord) -> None:
    """Raise LocalClusterError if the recorded cluster can't become that of `settings`.

    Ports and racks may change between runs; the identity and the number of voters of a static quorum may not.
    """
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


def require_unused(settings: ClusterSettings) -> None:
    """Raise LocalClusterError if the directory has no record but has folders that a new cluster would take for its own:
    what a cluster takes, `down --delete-data` deletes.
    """
    taken = [path for path in own_folders(settings.directory) if path.exists()]
    if taken:
        raise LocalClusterError(
            f"{settings.directory} holds no local cluster ({FILE_NAME} is missing), but has "
            f"{', '.join(path.name for path in taken)}; nothing was changed",
            "choose another --directory, or move those away",
        )


def own_folders(directory: Path) -> tuple[Path, ...]:
    """What a cluster keeps in its directory beside its record, the jars apart."""
    return tuple(directory / name for name in ("brokers", "certificates", "admin"))
