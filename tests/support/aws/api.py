"""The AWS API as tests hold it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from boto3.session import Session
from botocore.config import Config

from levee_infra.local.private_file import write_private
from tests.support.aws.faults import Kind
from tests.support.aws.front import CONTROL

PROJECT = Path(__file__).resolve().parents[3]
ACCOUNT = "123456789012"
"""The account of everybody who signs with a key that moto hasn't made."""

REGION = "eu-central-1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7TESTING", "AWS_SECRET_ACCESS_KEY": "any-will-do-offline"}


@dataclass(frozen=True)
class AwsApi:
    """One account's AWS API on loopback. Tests share it for a session: `reset` first what must be empty."""

    endpoint: str
    credentials_file: Path
    account: str = ACCOUNT
    region: str = REGION
    _clients: dict[tuple[str, str, bool], Any] = field(default_factory=dict, repr=False)

    def client(self, service: str, *, region: str = REGION, validated: bool = True) -> Any:
        """A boto3 client that never tries again. Not `validated`, it sends what the API must refuse by itself."""
        key = (service, region, validated)
        if key not in self._clients:
            settings = Config(
                retries={"total_max_attempts": 1}, parameter_validation=validated, s3={"addressing_style": "path"}
            )
            self._clients[key] = Session(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"]).client(
                service,  # type: ignore[call-overload]
                region_name=region,
                endpoint_url=self.endpoint,
                config=settings,
            )
        return self._clients[key]

    def environment(self) -> dict[str, str]:
        """The credentials as environment variables, for a process that takes them from there."""
        return dict(KEYS)

    def calls(self) -> Counter[str]:
        """How often each call was made since the last reset, as `secretsmanager:CreateSecret`."""
        return Counter(self._ask("calls"))

    def reset_calls(self) -> None:
        """Count from 0."""
        self._ask("reset-calls")

    def fail(self, operation: str, kind: Kind, times: int = 1, *, after: int = 0, seconds: float = 0.0) -> None:
        """Let the calls named `operation` (as `kms:*`: any of KMS) fail `times` times, the first `after` apart.

        `seconds` is how late the answer to a `slow` call is.
        """
        self._ask(
            "fail", {"operation": operation, "kind": kind, "times": times, "after": after, "seconds": float(seconds)}
        )

    def forget_faults(self) -> None:
        """Let no more calls fail."""
        self._ask("reset-faults")

    def reset(self) -> None:
        """Forget everything: resources, faults, counts."""
        self._post("/moto-api/reset")
        for control in ("reset-clusters", "reset-faults", "reset-calls"):
            self._ask(control)

    def plant_cluster(self, name: str = "logs", **about: object) -> str:
        """Make an MSK cluster, ACTIVE and well secured unless `about` says otherwise: fields of msk_clusters.Cluster.
        Its ARN.
        """
        arn = self._ask("plant-cluster", {"name": name, "account": self.account, "region": self.region, **about})
        assert isinstance(arn, str)
        return arn

    def change_cluster(self, arn: str, **about: object) -> None:
        """Let a planted cluster be otherwise from now on: what somebody does to it behind our back."""
        self._ask("change-cluster", {"arn": arn, **about})

    def page(self, size: int) -> None:
        """Let MSK's lists be in pages of `size`, until `reset`."""
        self._ask("page", size)

    def _ask(self, control: str, values: object = None) -> Any:
        return json.loads(self._post(CONTROL + control, json.dumps(values)))

    def _post(self, path: str, body: str = "") -> bytes:
        connection = HTTPConnection(urlsplit(self.endpoint).netloc, timeout=30)
        try:
            connection.request("POST", path, body)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        assert answer.status == 200, f"{path} answered {answer.status}: {content.decode(errors='replace')[:500]}"
        return content


@contextmanager
def running_api(folder: Path) -> Iterator[AwsApi]:
    """The API for the length of a `with`; its credentials file lies in `folder`."""
    credentials = folder / "credentials"
    write_private(credentials, "".join(("[default]\n", *(f"{name.lower()} = {key}\n" for name, key in KEYS.items()))))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.support.aws.server"],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with server:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        assert port, "the AWS API didn't start: its complaint is above"
        try:
            yield AwsApi(f"http://127.0.0.1:{port}", credentials)
        finally:
            server.terminate()
