"""The brokers' data folders: formatted once, as parts of one cluster, never again."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from levee_infra.local import process
from levee_infra.local.failure import LocalClusterError
from levee_infra.local.jvm import Jvm
from levee_infra.local.private_file import make_private_folder, write_private
from levee_infra.local.settings import Node

FORMAT_HEAP_MIB = 128


@dataclass(frozen=True, slots=True)
class _Formatting:
    """One node's format under way: everything lies beside the data folder until it is whole."""

    node: Node

    @property
    def data(self) -> Path:
        return formatting_home(self.node.home)

    @property
    def properties(self) -> Path:
        return self.node.home / "format.properties"

    @property
    def arguments(self) -> Path:
        return self.node.home / "format.arguments"

    def clear(self) -> None:
        """Remove every trace, of this try or an interrupted one."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.properties.unlink(missing_ok=True)
        self.arguments.unlink(missing_ok=True)


def formatting_home(home: Path) -> Path:
    """Where the storage tool works for the node of `home`: its mark in the process table too."""
    return home / "formatting"


def unformatted(nodes: Sequence[Node], cluster_id: str, *, complete: bool) -> tuple[Node, ...]:
    """The nodes that have no data folder yet.

    Raises LocalClusterError for a data folder that isn't this node's of this cluster, and, where the cluster
    was `complete` once, for one that is missing: an empty voter could outvote what the others hold.
    """
    missing = tuple(node for node in nodes if not node.data.exists())
    if missing and complete:
        names = ", ".join(str(node.data) for node in missing)
        raise LocalClusterError(
            f"{names} is missing, though this cluster has run; nothing was changed",
            "put it back, or begin with an empty cluster: levee local down --delete-data, then levee local up",
        )
    for node in nodes:
        if node not in missing:
            _require_own(node, cluster_id)
    return missing


def format_storage(
    nodes: Sequence[Node],
    cluster_id: str,
    jvm: Jvm,
    properties: Callable[[Node, Path], str],
    administrator: str,
) -> None:
    """Format the data folder of each of `nodes`: all of them, or none that counts.

    `properties` renders a node's settings for a data folder;
    `administrator` are the storage tool's argument lines for the first user, which go by a private file: an argument
    itself can be read by everybody on the machine. Raises LocalClusterError if the tool fails.
    """
    parts = [_Formatting(node) for node in nodes]
    # A tool outlives an `up` that is killed, and would go on writing under our hands.
    process.stop([part.data for part in parts], grace_s=0)
    try:
        for part in parts:
            part.clear()
            make_private_folder(part.node.home)
            write_private(part.properties, properties(part.node, part.data))
            write_private(part.arguments, administrator)
        _run_tools(parts, cluster_id, jvm)
        for part in parts:
            part.data.rename(part.node.data)
    finally:
        for part in parts:
            part.clear()


def _run_tools(parts: Sequence[_Formatting], cluster_id: str, jvm: Jvm) -> None:
    """Run the storage tool once a node, side by side. Its output shows the stored keys of the users: thrown away."""
    tools = [
        subprocess.Popen(
            jvm.command(
                FORMAT_HEAP_MIB,
                [process.mark_of(part.data), *jvm.sharing()],
                "kafka.tools.StorageTool",
                *("format", "-t", cluster_id, "-c", part.properties, f"@{part.arguments}"),
            ),
            env=jvm.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            umask=0o077,
        )
        for part in parts
    ]
    try:
        complaints = [tool.communicate()[1] for tool in tools]
    finally:
        for tool in tools:
            tool.kill()
            tool.wait()
    for part, tool, complaint in zip(parts, tools, complaints, strict=True):
        if tool.returncode != 0:
            said = [line for line in complaint.splitlines() if "scram" not in line.lower()][:2]
            raise LocalClusterError(
                f"the data folder of broker {part.node.id} couldn't be formatted: {' '.join(said)[:400]}",
                f"check the space and the permissions of {part.node.home}",
            )


def _require_own(node: Node, cluster_id: str) -> None:
    path = node.data / "meta.properties"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    found = dict(line.split("=", 1) for line in lines if "=" in line)
    theirs = (found.get("cluster.id"), found.get("node.id"))
    if theirs != (cluster_id, str(node.id)):
        raise LocalClusterError(
            f"{node.data} belongs to node {theirs[1]} of cluster {theirs[0]}, "
            f"not to node {node.id} of cluster {cluster_id}; nothing was changed",
            "choose another --directory, or move that folder away",
        )
