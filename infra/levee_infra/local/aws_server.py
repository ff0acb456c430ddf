"""The AWS API on this machine: a moto server on loopback, one process beside the brokers.

It takes any credentials and any region, is one account, and keeps nothing once it is stopped. What moto does and
doesn't: https://docs.getmoto.org/en/latest/docs/server_mode.html
"""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.credentials import SharedCredentialProvider
from botocore.exceptions import BotoCoreError, ClientError

from levee_infra.local import process
from levee_infra.local.failure import LocalClusterError, system_errors
from levee_infra.local.lock import hold
from levee_infra.local.ports import becomes_free
from levee_infra.local.private_file import write_private
from levee_infra.local.settings import DEFAULT_REGION, LOOPBACK, ClusterSettings

__all__ = ["ACCOUNT", "LOG_GROUP", "AwsServerSettings", "AwsServerStatus", "check", "down", "status", "up"]

Report = Callable[[str], None]
"""Takes one line of progress."""

ACCOUNT = "123456789012"
"""The account of every caller whose key the server hasn't made itself."""

LOG_GROUP = "/levee/checkout"
"""A log group that is there from the start, as some application's: levee makes none, it reads what others log."""

PORT_OFFSET = 30
"""From the brokers' base port."""

NEEDS = ("moto", "flask", "flask_cors")
READY_TIMEOUT_S = 60.0
STOP_GRACE_S = 5.0
POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class AwsServerSettings:
    """A server on `port` of loopback; `directory` holds its credentials file and its log.

    Raises LocalClusterError for a port that can't be.
    """

    directory: Path
    port: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "directory", self.directory.expanduser().resolve())
        if not 1024 <= self.port <= 65535:
            raise LocalClusterError(
                f"the AWS API can't have port {self.port}", "choose a lower --base-port", exit_code=2
            )

    @classmethod
    def beside(cls, cluster: ClusterSettings) -> AwsServerSettings:
        """The server that belongs to a local cluster."""
        return cls(cluster.directory / "aws", cluster.base_port + PORT_OFFSET)

    @property
    def credentials_file(self) -> Path:
        """Made-up keys, as the AWS CLI and SDKs read them: AWS_SHARED_CREDENTIALS_FILE."""
        return self.directory / "credentials"

    @property
    def log(self) -> Path:
        """What the server writes: a line a call."""
        return self.directory / "server.log"

    @property
    def endpoint(self) -> str:
        """Its URL."""
        return f"http://{LOOPBACK}:{self.port}"


@dataclass(frozen=True, slots=True)
class AwsServerStatus:
    """The server as its process shows it; `pid` is None while it doesn't run. Holds no secret."""

    endpoint: str
    account: str
    credentials_file: Path
    pid: int | None

    @property
    def state(self) -> str:
        """`running` or `stopped`."""
        return "stopped" if self.pid is None else "running"

    def to_json(self) -> dict[str, object]:
        """The status as JSON values."""
        return {
            "state": self.state,
            "endpoint": self.endpoint,
            "account": self.account,
            "pid": self.pid,
            "credentials_file": str(self.credentials_file),
            "keeps": "nothing once it is stopped",
        }


def check(settings: AwsServerSettings) -> None:
    """Raise LocalClusterError if `up` can't start the server, or it runs on another port. Changes nothing."""
    running = status(settings)
    if running.pid is None:
        _require_installed()
        _require_free(settings)
    elif running.endpoint != settings.endpoint:
        raise LocalClusterError(
            f"the AWS API of {settings.directory} runs at {running.endpoint}, not {settings.endpoint}; "
            "nothing was changed",
            "leave out --base-port, or run `levee local down` first",
        )


def up(settings: AwsServerSettings, report: Report) -> AwsServerStatus:
    """Start the server if it doesn't run, and return when it answers. Ended again if that fails or is interrupted.

    Raises LocalClusterError, before anything is changed if moto is missing or the port is taken.
    """
    with system_errors(), hold(settings.directory, report):
        began = time.monotonic()
        check(settings)
        _keep_credentials(settings)
        if status(settings).pid is not None:
            _wait(settings)
            _furnish(settings)  # a start that was killed may have left that out
            report(f"already running: the AWS API at {settings.endpoint}; nothing changed")
        else:
            _start(settings)
            report(f"ready: the AWS API at {settings.endpoint} ({time.monotonic() - began:.1f} s)")
        return status(settings)


def down(settings: AwsServerSettings, report: Report, *, delete_data: bool = False) -> None:
    """End the server, and with it all that it knows; with `delete_data` remove its credentials and log too.

    Raises LocalClusterError if it can't be ended or a file can't be removed.
    """
    if not settings.directory.exists() and not process.find([settings.directory]):
        return
    with system_errors(), hold(settings.directory, report):
        if process.find([settings.directory]):
            report("stopping the AWS API")
            process.stop([settings.directory], grace_s=STOP_GRACE_S)
        if delete_data:
            for path in (settings.credentials_file, settings.log):
                path.unlink(missing_ok=True)


def status(settings: AwsServerSettings) -> AwsServerStatus:
    """How the server of the directory is now. While it runs, its own port goes before that of `settings`."""
    with system_errors():
        pid = process.find([settings.directory]).get(settings.directory)
        port = _port_of(pid) if pid is not None else None
    return AwsServerStatus(
        endpoint=f"http://{LOOPBACK}:{port}" if port else settings.endpoint,
        account=ACCOUNT,
        credentials_file=settings.credentials_file,
        pid=pid,
    )


def _require_installed() -> None:
    missing = [name for name in NEEDS if find_spec(name) is None]
    if missing:
        raise LocalClusterError(
            f"the local AWS API needs packages that {sys.executable} doesn't have: {', '.join(missing)}; "
            "nothing was changed",
            "install them: `pip install 'levee[local]'`; in levee's own repository `make up`",
        )


def _require_free(settings: AwsServerSettings) -> None:
    if not becomes_free(settings.port):
        raise LocalClusterError(
            f"port {settings.port} of {LOOPBACK}, the AWS API's, is in use by another program; nothing was changed",
            f"end what uses it (to see it: `ss -ltnp` or `lsof -iTCP:{settings.port}`), or choose another --base-port",
        )


def _keep_credentials(settings: AwsServerSettings) -> None:
    """Make up keys once: nobody checks them, but every client needs some."""
    if settings.credentials_file.exists():
        return
    key = "AKIA" + "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))
    write_private(
        settings.credentials_file,
        f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {secrets.token_urlsafe(30)}\n",
    )


def _start(settings: AwsServerSettings) -> None:
    command: list[str | Path] = [
        *(sys.executable, "-I", "-u", process.mark_of(settings.directory, "python")),
        *("-m", "levee_infra.local.moto_server", "-H", LOOPBACK, "-p", str(settings.port)),
    ]
    # Nothing else of ours: a caller's AWS and MOTO settings would change what it is.
    environment = {name: value for name in ("PATH", "HOME", "LANG") if (value := os.environ.get(name)) is not None}
    try:
        process.start(settings.directory, command, environment, settings.log)
        _wait(settings)
        _furnish(settings)
    except BaseException:
        process.stop([settings.directory], grace_s=STOP_GRACE_S)
        raise


def _wait(settings: AwsServerSettings) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while not _answers(settings):
        ended = not process.find([settings.directory])
        if ended or time.monotonic() > deadline:
            raise LocalClusterError(
                f"the AWS API {'ended while it started' if ended else f'does not answer at {settings.endpoint}'}",
                f"its log is {settings.log}; to start over: levee local down, then levee local up --aws",
            )
        time.sleep(POLL_S)


def _furnish(settings: AwsServerSettings) -> None:
    """Make what an account has that an application already runs in."""
    try:
        keys = SharedCredentialProvider(str(settings.credentials_file), "default").load()
        assert keys is not None  # `_keep_credentials` has seen to that
        core = botocore.session.Session(session_vars={"profile": (None, None, None, None)})  # nothing ambient
        core.set_credentials(keys.access_key, keys.secret_key)
        config = Config(proxies={}, retries={"mode": "standard"})
        logs: Any = core.create_client("logs", DEFAULT_REGION, endpoint_url=settings.endpoint, config=config)
        if not logs.describe_log_groups(logGroupNamePrefix=LOG_GROUP)["logGroups"]:
            logs.create_log_group(logGroupName=LOG_GROUP)
    except (BotoCoreError, ClientError) as error:
        raise LocalClusterError(
            f"the AWS API at {settings.endpoint} makes no log group: {error}", f"its log is {settings.log}"
        ) from None


def _answers(settings: AwsServerSettings) -> bool:
    """Whether the server knows its own API, which asks for no signature."""
    connection = HTTPConnection(LOOPBACK, settings.port, timeout=READY_TIMEOUT_S)
    try:
        connection.request("GET", "/moto-api/data.json")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _port_of(pid: int) -> int | None:
    """The port that the server was started with, None if it has ended."""
    arguments = process.arguments_of(pid)
    return int(arguments[arguments.index("-p") + 1]) if "-p" in arguments else None
