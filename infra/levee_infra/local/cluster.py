"""Bring the local cluster up, take it down, say how it is.

Everything is checked before anything is changed, one command at a time works in a directory, and the process table
alone says what runs: each command may be killed at any point and run again.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from levee.clock import Clock
from levee_infra.local import process
from levee_infra.local.admin import Administrator
from levee_infra.local.certificates import ca_path
from levee_infra.local.failure import LocalClusterError, system_errors
from levee_infra.local.jars import ensure_jars, jar_folder
from levee_infra.local.java import Java, require_tools
from levee_infra.local.jvm import Jvm, drop_archive, keep_archive
from levee_infra.local.lock import hold
from levee_infra.local.ports import require_free
from levee_infra.local.preparation import prepare
from levee_infra.local.readiness import wait_ready
from levee_infra.local.record import (
    FILE_NAME,
    ClusterRecord,
    own_folders,
    read_record,
    recorded,
    require_same_cluster,
    require_unused,
)
from levee_infra.local.settings import MOST_BROKERS, ClusterSettings, Node, home_of
from levee_infra.local.status import BrokerStatus, ClusterStatus
from levee_infra.local.storage import formatting_home, unformatted

__all__ = ["ClusterSettings", "ClusterStatus", "LocalClusterError", "Report", "down", "status", "up"]

Report = Callable[[str], None]
"""Takes one line of progress."""

READY_TIMEOUT_S = 120.0
STOP_GRACE_S = 40.0
LOGGING = Path(__file__).with_name("log4j2.xml")


def up(settings: ClusterSettings, report: Report, clock: Clock) -> ClusterStatus:
    """Start the brokers that don't run, and return when all answer as one cluster.

    What was started here is ended again if that fails or is interrupted. Raises LocalClusterError, before anything is
    changed if Java or Maven is missing, a port is taken, or the directory belongs to another cluster.
    """
    with system_errors(), hold(settings.directory, report):
        began = time.monotonic()
        absent = _absent(settings)
        _require_startable(settings, absent)
        if absent:
            java = require_tools(fetching=not jar_folder(settings.jar_root).exists())
            _start(settings, absent, java, report, clock)
        else:
            _wait(settings)
        done = status(settings)
        if absent:
            report(f"ready: {len(done.brokers)} brokers at {done.bootstrap} ({time.monotonic() - began:.1f} s)")
        else:
            report(f"already running: {len(done.brokers)} brokers at {done.bootstrap}; nothing changed")
        return done


def down(settings: ClusterSettings, report: Report, *, delete_data: bool = False) -> None:
    """End the brokers of the directory; with `delete_data` remove them with all they hold, but not the jars.

    Raises LocalClusterError if a broker can't be ended or a file can't be removed.
    """
    # All homes there can be, whatever the settings say: a damaged record must not leave a broker behind.
    homes = [home_of(settings.directory, number + 1) for number in range(MOST_BROKERS)]
    homes += [formatting_home(home) for home in homes]
    if not settings.directory.exists() and not process.find(homes):
        report(f"nothing runs: there is no {settings.directory}")
        return
    with system_errors(), hold(settings.directory, report):
        running = process.find(homes)
        if running:
            report(f"stopping {len(running)} brokers")
            # What is deleted next needs no orderly end.
            _stop(settings, homes, grace_s=0 if delete_data else STOP_GRACE_S)
            report("stopped")
        else:
            report("nothing runs")
        if delete_data:
            _delete(settings.directory, report)


def status(settings: ClusterSettings) -> ClusterStatus:
    """How the cluster of the directory is now. Once it has been made, its own record goes before `settings`."""
    with system_errors():
        settings = recorded(settings)
        running = process.find(settings.homes)
    return ClusterStatus(
        cluster_id=settings.cluster_id,
        directory=settings.directory,
        bootstrap=settings.bootstrap,
        ca=ca_path(settings.certificates),
        administrator=Administrator(settings.administrator),
        brokers=tuple(BrokerStatus(node, running.get(node.home)) for node in settings.nodes),
    )


def _absent(settings: ClusterSettings) -> tuple[Node, ...]:
    running = process.find(settings.homes)
    return tuple(node for node in settings.nodes if node.home not in running)


def _require_startable(settings: ClusterSettings, absent: Sequence[Node]) -> None:
    """Every check that `up` can make before it changes something, but Java's and Maven's presence."""
    record = read_record(settings.directory)
    anything_runs = len(absent) < settings.brokers
    if record is None:
        if anything_runs:
            raise LocalClusterError(
                f"brokers of {settings.directory} run, but the files of their cluster are gone",
                "end them: levee local down; then begin with an empty cluster: levee local up",
            )
        require_unused(settings)
    else:
        require_same_cluster(settings, record)
        unformatted(settings.nodes, settings.cluster_id, complete=record.formatted)
        if record.formatted:
            _require_administrator(Administrator(settings.administrator))
        if anything_runs:
            _require_same_addresses(settings, record)
            _require_authority(settings)
    require_free(absent)


def _require_administrator(administrator: Administrator) -> None:
    if not administrator.known:
        raise LocalClusterError(
            f"{administrator.password_file} is missing, and the password is kept nowhere else",
            "put it back, or begin with an empty cluster: levee local down --delete-data, then levee local up",
        )


def _require_same_addresses(settings: ClusterSettings, record: ClusterRecord) -> None:
    if (record.base_port, record.region) != (settings.base_port, settings.region):
        raise LocalClusterError(
            f"brokers of {settings.directory} run with base port {record.base_port} in region {record.region}, "
            f"not {settings.base_port} in {settings.region}; nothing was changed",
            "leave out --base-port, or run `levee local down` first",
        )


def _require_authority(settings: ClusterSettings) -> None:
    ca = ca_path(settings.certificates)
    if not ca.is_file():
        raise LocalClusterError(
            f"{ca} is missing, and brokers run with certificates that it signed; nothing was changed",
            "put it back, or let new ones be made: levee local down, then levee local up",
        )


def _start(settings: ClusterSettings, absent: Sequence[Node], java: Java, report: Report, clock: Clock) -> None:
    """Prepare and start the `absent` nodes; end them again if the cluster doesn't become ready."""
    jvm = Jvm(java, ensure_jars(settings.jar_root, report))
    prepare(settings, absent, jvm, report, clock)
    report(f"starting {', '.join(f'broker {node.id}' for node in absent)}")
    try:
        for node in absent:
            _launch(settings, node, jvm)
        _wait(settings)
    except BaseException:
        process.stop([node.home for node in absent], grace_s=STOP_GRACE_S)
        raise


def _launch(settings: ClusterSettings, node: Node, jvm: Jvm) -> None:
    drop_archive(node.home)
    options = [
        process.mark_of(node.home),
        *jvm.sharing(),
        *(jvm.archiving(node.home) if node.id == 1 else ()),
        f"-XX:ErrorFile={node.logs / 'jvm-crash.log'}",
        f"-Dlog4j2.configurationFile={LOGGING}",
        f"-Dlevee.logs={node.logs}",
    ]
    command = jvm.command(settings.heap_mib, options, "kafka.Kafka", node.properties)
    process.start(node.home, command, jvm.environment, node.logs / "console.log")


def _wait(settings: ClusterSettings) -> None:
    def check_alive() -> None:
        for node in _absent(settings):
            raise LocalClusterError(f"broker {node.id} ended while the cluster started", _last_words(node))

    administrator, ca = Administrator(settings.administrator), ca_path(settings.certificates)
    wait_ready(
        settings.nodes,
        settings.cluster_id,
        lambda bootstrap: administrator.client(bootstrap, ca),
        check_alive,
        READY_TIMEOUT_S,
    )


def _last_words(node: Node) -> str:
    """Where its logs are, and what they say: a JVM that can't begin complains on its console, Kafka in its log."""
    console, log = node.logs / "console.log", node.logs / "server.log"
    refused = [line for line in _tail(console) if line.startswith(("Error", "[error]"))]
    fatal = [line for line in _tail(log) if " ERROR " in line or " FATAL " in line]
    if refused:
        return f"{console} says: {' '.join(_tail(console))[:400]}"
    if fatal:
        return f"{log} says: {fatal[-1][:400]}"
    return f"look into its logs in {node.logs}"


def _tail(path: Path) -> list[str]:
    """The last lines of a log, none if it isn't there."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()[-200:]
    except FileNotFoundError:
        return []


def _stop(settings: ClusterSettings, homes: Sequence[Path], *, grace_s: float) -> None:
    in_order = process.stop(homes, grace_s=grace_s)
    for home in homes:
        if in_order:
            keep_archive(home, jar_folder(settings.jar_root))
        else:
            drop_archive(home)


def _delete(directory: Path, report: Report) -> None:
    """Remove what the cluster made, its record last: until then it says that the rest is the cluster's to remove."""
    record = directory / FILE_NAME
    if not record.exists():
        report(f"nothing to delete: {directory} holds no local cluster")
        return
    for folder in own_folders(directory):
        if folder.exists():
            shutil.rmtree(folder)
    record.unlink()
    report(f"deleted the brokers' data, certificates and administrator in {directory}")
