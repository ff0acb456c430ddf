"""Bring the local cluster up, take it down, say how it is.

Everything is checked before anything is changed, one command at a time works in a directory, and the process table
alone says what runs: each command may be killed at any point and run again.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from infra.local import process
from infra.local.admin import Administrator
from infra.local.broker import server_properties
from infra.local.certificates import ca_path, ensure_certificates
from infra.local.failure import LocalClusterError
from infra.local.jars import ensure_jars
from infra.local.java import find_java
from infra.local.lock import hold
from infra.local.ports import require_free
from infra.local.private_file import make_private_folder, write_private
from infra.local.readiness import wait_ready
from infra.local.record import FILE_NAME, ClusterRecord, read_record, require_same_cluster, settings_of, write_record
from infra.local.settings import ClusterSettings, Node
from infra.local.status import BrokerStatus, ClusterStatus
from infra.local.storage import format_storage, unformatted

__all__ = ["ClusterSettings", "ClusterStatus", "LocalClusterError", "Report", "down", "status", "up"]

Report = Callable[[str], None]
"""Takes one line of progress."""

READY_TIMEOUT_S = 120.0
STOP_GRACE_S = 40.0
LOGGING = Path(__file__).with_name("log4j2.xml")


def up(settings: ClusterSettings, report: Report) -> ClusterStatus:
    """Start the brokers that don't run, and return when all answer as one cluster.

    What was started here is ended again if that fails or is interrupted. Raises LocalClusterError, before anything is
    changed if Java or Maven is missing, a port is taken, or the directory belongs to another cluster.
    """
    with hold(settings.directory, report):
        began = time.monotonic()
        running = process.find(_homes(settings))
        absent = tuple(node for node in settings.nodes if node.home not in running)
        _require_startable(settings, absent)
        if absent:
            _start(settings, absent, report)
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

    Raises LocalClusterError if a broker can't be ended.
    """
    if not settings.directory.exists():
        report(f"nothing runs: {settings.directory} doesn't exist")
        return
    with hold(settings.directory, report):
        # Three homes, whatever the settings say: a damaged record must not leave a broker behind.
        homes = _homes(replace(settings, brokers=3))
        running = process.find(homes)
        if running:
            report(f"stopping {len(running)} brokers")
            # What is deleted next needs no orderly end.
            process.stop(homes, grace_s=0 if delete_data else STOP_GRACE_S)
            report("stopped")
        else:
            report("nothing runs")
        if delete_data:
            _delete(settings.directory)
            report(f"deleted the brokers' data, certificates and administrator in {settings.directory}")


def status(settings: ClusterSettings) -> ClusterStatus:
    """How the cluster of the directory is now. Once it has been made, its own record goes before `settings`."""
    settings = settings_of(settings.directory, jars=settings.jars) if read_record(settings.directory) else settings
    running = process.find(_homes(settings))
    return ClusterStatus(
        cluster_id=settings.cluster_id,
        directory=settings.directory,
        bootstrap=settings.bootstrap,
        ca=ca_path(_certificates(settings)),
        administrator=_administrator(settings),
        brokers=tuple(BrokerStatus(node, running.get(node.home)) for node in settings.nodes),
    )


def _require_startable(settings: ClusterSettings, absent: Sequence[Node]) -> None:
    """Every check that `up` can make before it changes something."""
    record = read_record(settings.directory)
    require_same_cluster(settings, record)
    unformatted(settings.nodes, settings.cluster_id, has_run=record is not None)
    if record is not None and not _administrator(settings).known:
        raise LocalClusterError(
            f"{_administrator(settings).password_file} is missing, and the password is kept nowhere else",
            "put it back, or begin with an empty cluster: levee local down --delete-data, then levee local up",
        )
    if record is not None and len(absent) < settings.brokers and record != ClusterRecord.of(settings):
        raise LocalClusterError(
            f"brokers of {settings.directory} run with base port {record.base_port} and region {record.region}, "
            f"not {settings.base_port} and {settings.region}; nothing was changed",
            "leave out --base-port, or run `levee local down` first",
        )
    if absent:
        find_java()
        require_free(absent)


def _start(settings: ClusterSettings, absent: Sequence[Node], report: Report) -> None:
    """Prepare and start the `absent` nodes; end them again if the cluster doesn't become ready."""
    classpath = ensure_jars(settings.jars or settings.directory / "jars", report)
    _prepare(settings, absent, classpath, report)
    report(f"starting {'broker' if len(absent) == 1 else 'brokers'} {', '.join(str(node.id) for node in absent)}")
    try:
        for node in absent:
            _launch(settings, node, classpath)
        _wait(settings)
    except BaseException:
        process.stop([node.home for node in absent], grace_s=STOP_GRACE_S)
        raise


def _prepare(settings: ClusterSettings, absent: Sequence[Node], classpath: Sequence[Path], report: Report) -> None:
    """Everything on disk that the `absent` nodes need: certificates, administrator, settings, formatted storage."""
    certificates, administrator = _certificates(settings), _administrator(settings)
    if ensure_certificates(
        certificates,
        tuple(node.name for node in absent),
        now=dt.datetime.now(dt.UTC),
        nothing_runs=len(absent) == settings.brokers,
    ):
        report(f"made certificates in {certificates}")
    if not administrator.known:
        administrator.create()
    administrator.write_client_settings(settings.bootstrap, ca_path(certificates))
    for node in absent:
        make_private_folder(node.logs)
        write_private(node.properties, server_properties(node, settings.nodes, certificates, node.data))
    fresh = unformatted(absent, settings.cluster_id, has_run=False)
    if fresh:
        report(f"formatting storage for {len(fresh)} brokers of cluster {settings.cluster_id}")
        format_storage(
            fresh,
            settings.cluster_id,
            [find_java().executable, *_jvm(128), "-cp", os.pathsep.join(str(jar) for jar in classpath)],
            lambda node, data: server_properties(node, settings.nodes, certificates, data),
            administrator.format_arguments(),
        )
    write_record(settings)


def _launch(settings: ClusterSettings, node: Node, classpath: Sequence[Path]) -> None:
    command: list[str | Path] = [
        find_java().executable,
        process.mark_of(node.home),
        *_jvm(settings.heap_mib),
        f"-XX:ErrorFile={node.logs / 'jvm-crash.log'}",
        f"-Dlog4j2.configurationFile={LOGGING}",
        f"-Dlevee.logs={node.logs}",
        "kafka.Kafka",
        node.properties,
    ]
    environment = {
        name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR", "TZ"}
    }
    environment["CLASSPATH"] = os.pathsep.join(str(jar) for jar in classpath)
    process.start(node.home, command, environment, node.logs / "console.log")


def _jvm(heap_mib: int) -> list[str]:
    """Options for a JVM that starts fast and stays small."""
    return [
        f"-Xms{heap_mib}m",
        f"-Xmx{heap_mib}m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData",
        "-XX:+ExitOnOutOfMemoryError",
        "-Djava.net.preferIPv4Stack=true",
    ]


def _wait(settings: ClusterSettings) -> None:
    def check_alive() -> None:
        running = process.find(_homes(settings))
        for node in settings.nodes:
            if node.home not in running:
                raise LocalClusterError(f"broker {node.id} ended while it started", _last_words(node))

    administrator, ca = _administrator(settings), ca_path(_certificates(settings))
    wait_ready(
        settings.nodes,
        settings.cluster_id,
        lambda bootstrap: administrator.client(bootstrap, ca),
        check_alive,
        READY_TIMEOUT_S,
    )


def _last_words(node: Node) -> str:
    """Where its logs are, and the last complaint in them."""
    for path in (node.logs / "console.log", node.logs / "server.log"):
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        complaints = [line for line in lines if " ERROR " in line or " FATAL " in line or line.startswith("Error")]
        if complaints:
            return f"its last complaint in {path}: {complaints[-1][:400]}"
    return f"look into its logs in {node.logs}"


def _delete(directory: Path) -> None:
    """Remove what the cluster made, its record last: until then the rest still says whose it is."""
    for name in ("brokers", "certificates", "admin"):
        shutil.rmtree(directory / name, ignore_errors=False) if (directory / name).exists() else None
    (directory / FILE_NAME).unlink(missing_ok=True)


def _homes(settings: ClusterSettings) -> tuple[Path, ...]:
    return tuple(node.home for node in settings.nodes)


def _certificates(settings: ClusterSettings) -> Path:
    return settings.directory / "certificates"


def _administrator(settings: ClusterSettings) -> Administrator:
    return Administrator(settings.directory / "admin")
