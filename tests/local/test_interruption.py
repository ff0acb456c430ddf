"""A single broker's life, interrupted: `up` may end at any point and is run again."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from confluent_kafka.admin import (
    AdminClient,
    NewTopic,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from levee.clock import SYSTEM_CLOCK
from levee_infra.local import cluster as local
from levee_infra.local import process
from levee_infra.local.admin import Administrator
from levee_infra.local.certificates import ca_path
from tests.support.cluster import JARS, session_base_port

pytestmark = pytest.mark.integration

UP = """
import sys
from pathlib import Path
from levee_infra.local import cluster
from levee.clock import SYSTEM_CLOCK
directory, port, jars = sys.argv[1:]
settings = cluster.ClusterSettings(Path(directory), base_port=int(port), brokers=1, jars=Path(jars))
try:
    cluster.up(settings, lambda line: print(line, flush=True), SYSTEM_CLOCK)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[local.ClusterSettings]:
    """A cluster of one broker that doesn't run yet, and doesn't any more afterwards."""
    settings = local.ClusterSettings(tmp_path / "cluster", base_port=session_base_port(100), brokers=1, jars=JARS)
    yield settings
    local.down(settings, print, delete_data=True)


@contextmanager
def up_in_another_process(settings: local.ClusterSettings) -> Iterator[subprocess.Popen[str]]:
    """`up`, with its progress on standard output."""
    command: list[str | Path] = [sys.executable, "-c", UP, settings.directory, str(settings.base_port), JARS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as child:
        try:
            yield child
        finally:
            child.kill()


def wait_for_line(child: subprocess.Popen[str], beginning: str) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith(beginning):
            return
    pytest.fail(f"up ended without saying {beginning!r}")


def admin(settings: local.ClusterSettings) -> AdminClient:
    administrator = Administrator(settings.administrator)
    return AdminClient(administrator.client(settings.bootstrap, ca_path(settings.certificates)))


def jvms(settings: local.ClusterSettings) -> list[int]:
    """Every JVM that works in the cluster's folder, the storage tool included."""
    return [
        pid
        for pid, command in process._process_table()
        if command.split("\0")[0].endswith("java") and str(settings.directory) in command
    ]


@pytest.mark.parametrize(
    ("line", "later_s"),
    [
        ("made certificates", 0),
        ("formatting storage", 0.05),
        ("formatting storage", 0.4),
        ("starting", 0),
    ],
)
def test_up_killed_and_run_again_ends_well(settings: local.ClusterSettings, line: str, later_s: float) -> None:
    with up_in_another_process(settings) as child:
        wait_for_line(child, line)
        time.sleep(later_s)
        child.kill()

    status = local.up(settings, print, SYSTEM_CLOCK)

    assert status.state == "running"
    assert admin(settings).describe_cluster().result().cluster_id == settings.cluster_id
    assert jvms(settings) == [status.brokers[0].pid]
    assert not list(settings.nodes[0].home.glob("format*"))


def test_ctrl_c_ends_what_up_started(settings: local.ClusterSettings) -> None:
    with up_in_another_process(settings) as child:
        wait_for_line(child, "starting")
        time.sleep(0.5)
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 130

    assert process.find(settings.homes) == {}
    assert local.status(settings).state == "stopped"
    assert local.up(settings, print, SYSTEM_CLOCK).state == "running"


def test_what_a_cluster_holds_outlives_down(settings: local.ClusterSettings) -> None:
    local.up(settings, print, SYSTEM_CLOCK)
    client = admin(settings)
    client.create_topics([NewTopic("local.kept", 1)], operation_timeout=30)["local.kept"].result()
    local.down(settings, print)
    assert process.find(settings.homes) == {}
    lines: list[str] = []
    local.down(settings, lines.append)
    assert lines == ["nothing runs"]

    local.up(settings, print, SYSTEM_CLOCK)

    assert "local.kept" in admin(settings).list_topics(timeout=10).topics


def test_removed_users_take_nobody_along(settings: local.ClusterSettings) -> None:
    """See docs/decisions/0009-snapshots-of-the-metadata-log.md; with these names it would happen."""
    local.up(settings, print, SYSTEM_CLOCK)
    client = admin(settings)
    names = [f"gone-{number}" for number in range(12)]
    password = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 8192)
    for alter in (
        [UserScramCredentialUpsertion(name, password, b"no one's") for name in names],
        [UserScramCredentialDeletion(name, ScramMechanism.SCRAM_SHA_512) for name in names],
    ):
        for answer in client.alter_user_scram_credentials(alter).values():
            answer.result()
    log = next(settings.directory.glob("brokers/1/data/__cluster_metadata-0"))
    until = time.monotonic() + 60
    while not list(log.glob("*.checkpoint")):
        assert time.monotonic() < until, "no snapshot in a minute"
        time.sleep(0.1)
    local.down(settings, print)

    local.up(settings, print, SYSTEM_CLOCK)

    assert admin(settings).list_topics(timeout=10).topics == {}


def test_two_ups_at_once_start_one_cluster(settings: local.ClusterSettings) -> None:
    with up_in_another_process(settings) as first, up_in_another_process(settings) as second:
        outputs = [child.communicate(timeout=120)[0] for child in (first, second)]

    assert [child.returncode for child in (first, second)] == [0, 0]
    assert sum("already running" in output for output in outputs) == 1
    assert len(jvms(settings)) == 1


def test_a_running_cluster_whose_files_are_gone_can_be_ended(settings: local.ClusterSettings) -> None:
    local.up(settings, print, SYSTEM_CLOCK)
    settings.directory.rename(settings.directory.with_name("elsewhere"))

    with pytest.raises(local.LocalClusterError, match="the files of their cluster are gone"):
        local.up(settings, print, SYSTEM_CLOCK)
    local.down(settings, print)

    assert process.find(settings.homes) == {}


def test_a_broker_that_does_not_start_is_said_with_its_reason(settings: local.ClusterSettings) -> None:
    settings = replace(settings, heap_mib=1)

    with pytest.raises(local.LocalClusterError, match="broker 1 ended while the cluster started") as failed:
        local.up(settings, print, SYSTEM_CLOCK)

    assert "console.log says: Error occurred during initialization of VM" in failed.value.help
    assert process.find(settings.homes) == {}


def test_secrets_are_in_no_argument_environment_or_log_and_files_are_private(settings: local.ClusterSettings) -> None:
    seen, done = set[bytes](), threading.Event()

    def watch() -> None:
        while not done.is_set():
            for path in (*Path("/proc").glob("[0-9]*/cmdline"), *Path("/proc").glob("[0-9]*/environ")):
                with contextlib.suppress(OSError):
                    seen.add(path.read_bytes())
            time.sleep(0.01)

    watcher = threading.Thread(target=watch)
    watcher.start()
    lines: list[str] = []
    try:
        local.up(settings, lines.append, SYSTEM_CLOCK)
        local.down(settings, lines.append)
    finally:
        done.set()
        watcher.join()

    password = Administrator(settings.administrator).password().encode()
    watched = b"".join(seen)
    assert b"kafka.tools.StorageTool" in watched
    assert b"kafka.Kafka" in watched
    assert password not in watched
    assert b"saltedpassword" not in watched
    secret_files = {"password", "client.properties"}
    files = {path: path.read_bytes() for path in settings.directory.rglob("*") if path.is_file()}
    assert {path.name for path, content in files.items() if password in content} == secret_files
    logs = b"".join(files[path] for path in files if path.suffix == ".log" and path.parent.name == "logs")
    assert b"Kafka Server started" in logs
    assert b"storedKey=[" not in logs
    assert b"PRIVATE KEY" not in logs
    assert password.decode() not in "".join(lines)
    paths = [settings.directory, *settings.directory.rglob("*")]
    assert [path for path in paths if path.stat().st_mode & 0o077] == []
