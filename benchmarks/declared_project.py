"""Writes a project whose stack `bench` declares any number of streams."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from benchmarks.brokers import PROJECT
from levee_infra.local.cluster import ClusterStatus

STACK: Final = "bench"
PARTITIONS: Final = 3
REGION: Final = "eu-west-1"
"""Where the racks of a cluster on this machine say that they stand."""

SECRETS_PREFIX: Final = "AmazonMSK_levee/bench/"

_PULUMI: Final = """\
name: levee
runtime:
  name: python
  options:
    virtualenv: .venv
main: {project}/infra/__main__.py
stackConfigDir: stacks
options:
  refresh: always
plugins:
  providers:
    - name: kafka
      path: {project}/infra/providers/kafka
    - name: levee
      path: {project}/infra/providers/levee
"""

_CLASSES: Final = """\
classes:
  diagnostic:
    description: Application logs without personal data.
    regulated: false
    replication: 3
    min_insync: 2
"""

_STACK: Final = """\
target: {target}
account: "{account}"
region: {region}
jurisdiction: eu
owner: bench-team
cost_centre: CC-1
cluster:
  id: {cluster_id}
  bootstrap: {bootstrap}
  brokers: 3
  security:
    protocol: SASL_SSL
    mechanism: SCRAM-SHA-512
    ca_file: {ca}
    admin:
      username: admin
      password_file: {password_file}
  settings: {{auto.create.topics.enable: false, allow.everyone.if.no.acl.found: false}}
  network: {{public: false, unauthenticated: false, boundary: the loopback interface}}
  encryption: {{clients: tls, between_brokers: true}}
  logs: [{{name: broker-logs, destination: a folder of the test run}}]
{secrets}"""

_FILES: Final = """\
secrets:
  store: file
  directory: .levee/secrets/bench
"""

_SECRETS_MANAGER: Final = """\
secrets:
  store: aws-secrets-manager
  prefix: {prefix}
  encrypted_by: {key}
aws:
  endpoint: {endpoint}
  credentials_file: {credentials_file}
"""

_SERVICE: Final = """\
  writer-{number:05}:
    assumed_by: ecs-tasks.amazonaws.com
"""

_STREAM: Final = """\
topic: eu.bench.stream-{number:05}.v1
description: One of many.
owner: bench-team
class: diagnostic
partitions: {partitions}
retention: 7d
sources:
  - service: writer-{number:05}
    kind: application
"""


@dataclass(frozen=True, slots=True)
class DeclaredCluster:
    """What a stack file says of its cluster: `host:port` of every broker, and the files a client needs."""

    cluster_id: str
    bootstrap: tuple[str, ...]
    ca: Path
    password_file: Path

    @classmethod
    def of(cls, brokers: ClusterStatus) -> Self:
        """A cluster that runs."""
        return cls(
            brokers.cluster_id, tuple(brokers.bootstrap.split(",")), brokers.ca, brokers.administrator.password_file
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredAccount:
    """What a stack file says of its AWS account: 12 digits, its API, the file with credentials, and a key's ARN."""

    account: str
    endpoint: str
    credentials_file: Path
    key: str


UNASKED: Final = DeclaredCluster(
    "bGV2ZWUtYmVuY2gtMDAwMQ", ("127.0.0.1:9092", "127.0.0.1:9093", "127.0.0.1:9094"), Path("ca.pem"), Path("admin")
)
"""For what reads the files only."""


def write_project(folder: Path, streams: int, cluster: DeclaredCluster, account: DeclaredAccount | None = None) -> Path:
    """Make `folder` a project: the stack `bench` with `streams` unregulated streams, each with a writer of its own. In
    an account every writer has a role and a secret.
    """
    stack = folder / "stacks" / STACK
    (stack / "streams").mkdir(parents=True)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "Pulumi.yaml").write_text(_PULUMI.format(project=PROJECT))
    (folder / "stacks" / "classes.yaml").write_text(_CLASSES)
    (stack / "stack.yaml").write_text(_declaration(folder, streams, cluster, account))
    for number in range(1, streams + 1):
        text = _STREAM.format(number=number, partitions=PARTITIONS)
        (stack / "streams" / f"stream-{number:05}.yaml").write_text(text)
    return folder


def _declaration(folder: Path, streams: int, cluster: DeclaredCluster, account: DeclaredAccount | None) -> str:
    text = _STACK.format(
        target="aws" if account else "kafka",
        account=account.account if account else "local",
        region=REGION,
        cluster_id=cluster.cluster_id,
        bootstrap=json.dumps(cluster.bootstrap),
        ca=json.dumps(str(cluster.ca)),
        password_file=json.dumps(str(cluster.password_file)),
        secrets=_secrets(folder, account) if account else _FILES,
    )
    if not streams:
        return text + "streams: none\n"
    services = "".join(_SERVICE.format(number=number) for number in range(1, streams + 1))
    return text + (f"services:\n{services}" if account else "")


def _secrets(folder: Path, account: DeclaredAccount) -> str:
    """Each project's secrets have names of their own: for 30 days a name is that of the secret that was removed."""
    return _SECRETS_MANAGER.format(
        prefix=f"{SECRETS_PREFIX}{folder.name}/",
        key=account.key,
        endpoint=account.endpoint,
        credentials_file=json.dumps(str(account.credentials_file)),
    )
