"""A project on the session's real cluster, and `levee` run on it as a user runs it: as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from confluent_kafka import TopicPartition
from confluent_kafka.admin import (
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ConfigResource,
    ResourcePatternType,
    ResourceType,
)

from tests.support.cluster import LocalCluster
from tests.support.everywhere import ANSWER_S, answered, everywhere

PROJECT: Final = Path(__file__).resolve().parents[2]

CLASSES: Final = """\
classes:
  audit:
    description: Evidence.
    regulated: true
    jurisdictions: [eu]
    retention: {floor: 30d, ceiling: 400d}
    replication: 3
    min_insync: 2
  diagnostic:
    description: Logs without personal data.
    regulated: false
    replication: 3
    min_insync: 2
"""

PRODUCER: Final = "{acks: all, idempotent: true}"

PULUMI: Final = """\
name: {name}
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


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err

    @property
    def summary(self) -> str:
        """The last line of output, without its duration."""
        return self.out.strip().splitlines()[-1].rpartition(" (")[0]


class Deployment:
    """The stack `test`, or one of another name; its topics begin with `prefix`, its services with the prefix's last
    word.
    """

    def __init__(self, project: Path, cluster: LocalCluster, word: str, stack: str = "test") -> None:
        self.project = project
        self.cluster = cluster
        self.word = word
        self.stack = stack
        self.folder = project / "stacks" / stack
        self.streams = self.folder / "streams"
        self.streams.mkdir(parents=True)
        (project / "stacks" / "classes.yaml").write_text(CLASSES)
        (project / "Pulumi.yaml").write_text(PULUMI.format(name=self.word, project=PROJECT))
        (project / ".venv").symlink_to(sys.prefix)
        self.write_stack()

    def write_stack(self, services: str = "") -> None:
        """Write stack.yaml; `services` is the text below `services:`."""
        text = f"""\
target: kafka
account: local
region: eu-west-1
jurisdiction: eu
owner: platform-team
cost_centre: CC-1
{self.declared_cluster()}
secrets: {{store: file, directory: secrets}}
"""
        (self.folder / "stack.yaml").write_text(text + (f"services:\n{services}" if services else ""))

    def declared_cluster(self) -> str:
        """What stack.yaml says of the session's brokers."""
        return f"""\
cluster:
  id: {self.cluster.cluster_id}
  bootstrap: {json.dumps(self.cluster.bootstrap_servers)}
  brokers: 3
  security:
    protocol: SASL_SSL
    mechanism: SCRAM-SHA-512
    ca_file: {self.cluster.ca}
    admin: {{username: {self.cluster.admin_username}, password_file: {self.cluster.admin_password_file}}}
  settings: {{auto.create.topics.enable: false, allow.everyone.if.no.acl.found: false}}
  network: {{public: false, unauthenticated: false, boundary: the loopback interface}}
  encryption: {{clients: tls, between_brokers: true}}
  logs: [{{name: broker-logs, destination: a folder of the test run}}]"""

    @property
    def owner(self) -> str:
        """What the stack marks as its own: each test's project has a name of its own, as on any shared cluster."""
        return f"{self.word}/{self.stack}"

    def topic(self, key: str) -> str:
        """The topic of a stream, its own to this test."""
        return f"eu.{self.word}.{key}.v1"

    def service(self, name: str) -> str:
        """The name of a service, its own to this test."""
        return f"{self.word}-{name}"

    def stream(self, key: str, *, extra: str = "", **changes: object) -> Path:
        """Write a stream with a writer `writer`; `changes` replace fields, None leaves one out."""
        fields: dict[str, object] = {
            "topic": self.topic(key),
            "owner": "orders-team",
            "class": "diagnostic",
            "partitions": 2,
            "retention": "7d",
            "sources": f"[{{service: {self.service('writer')}, kind: application, producer: {PRODUCER}}}]",
        } | changes
        file = self.streams / f"{key}.yaml"
        file.write_text("".join(f"{name}: {value}\n" for name, value in fields.items() if value is not None) + extra)
        return file

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "levee_infra.cli.main", *arguments, "--project", str(self.project)]

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Begin a command and don't wait for it."""
        return subprocess.Popen(
            self.command(*arguments),
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **environment: str) -> Result:
        """Run a command to its end; no traceback may ever be seen."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=900)
        assert "Traceback" not in out + err, out + err
        return Result(process.returncode, out, err)

    def up(self, engine: str = "embedded") -> Result:
        return self.run("up", self.stack, "--yes", "--engine", engine)

    def destroy(self, engine: str = "embedded") -> Result:
        return self.run("destroy", self.stack, "--yes", "--engine", engine)

    # What the brokers hold, asked by an administrator.

    @everywhere
    def live_topics(self) -> dict[str, tuple[int, int]]:
        """This test's topics: partitions and replicas of each."""
        topics = self.cluster.admin().list_topics(timeout=30).topics
        return {
            name: (len(topic.partitions), len(topic.partitions[0].replicas))
            for name, topic in topics.items()
            if name.startswith(f"eu.{self.word}.") and topic.partitions
        }

    @everywhere
    def live_settings(self, key: str) -> dict[str, str]:
        """The settings that were made on a topic itself."""
        admin, resource = self.cluster.admin(), ConfigResource(ConfigResource.Type.TOPIC, self.topic(key))
        entries = admin.describe_configs([resource])[resource].result()
        return {name: entry.value for name, entry in entries.items() if entry.source == 1}

    def set_by_hand(self, key: str, **settings: str) -> None:
        """Change settings behind levee's back; `_` stands for `.`."""
        from confluent_kafka.admin import AlterConfigOpType, ConfigEntry

        entries = [
            ConfigEntry(name.replace("_", "."), value, incremental_operation=AlterConfigOpType.SET)
            for name, value in settings.items()
        ]
        admin = self.cluster.admin()
        resource = ConfigResource(ConfigResource.Type.TOPIC, self.topic(key), incremental_configs=entries)
        admin.incremental_alter_configs([resource])[resource].result()

    @everywhere
    def live_acls(self) -> set[tuple[str, str, str, str]]:
        """This test's ACLs: principal, resource type, resource name, operation."""
        everything = AclBindingFilter(
            ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY
        )
        admin = self.cluster.admin()
        return {
            (acl.principal, acl.restype.name, acl.name, acl.operation.name)
            for acl in admin.describe_acls(everything).result()
            if acl.principal.startswith(f"User:{self.word}-")
        }

    @everywhere
    def live_marks(self) -> set[tuple[str, str]]:
        """The marks of ownership on this test's topics and users: owner, and the name of what bears it."""
        everything = AclBindingFilter(
            ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY
        )
        admin = self.cluster.admin()
        return {
            (acl.principal.removeprefix("Levee:"), acl.name)
            for acl in admin.describe_acls(everything).result()
            if acl.principal.startswith("Levee:") and acl.name.startswith((f"eu.{self.word}.", f"User:{self.word}-"))
        }

    @everywhere
    def live_users(self) -> set[str]:
        """This test's SCRAM users."""

        def ask() -> Mapping[str, Any]:
            admin = self.cluster.admin()
            users: Mapping[str, Any] = admin.describe_user_scram_credentials(request_timeout=ANSWER_S).result()
            return users

        return {name for name in answered(ask) if name.startswith(f"{self.word}-")}

    def end_offset(self, key: str, partition: int = 0) -> int:
        """How many records a partition has taken."""
        consumer = self.cluster.consumer("levee-tests")
        try:
            return int(consumer.get_watermark_offsets(TopicPartition(self.topic(key), partition), timeout=30)[1])
        finally:
            consumer.close()

    def client(self, service: str, generation: int = 1) -> Mapping[str, Any]:
        """confluent_kafka settings from a service's own secret file."""
        text = (self.project / "secrets" / f"{self.service(service)}.g{generation}.properties").read_text()
        pairs = [line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#")]
        return {key.strip(): value.strip() for key, value in pairs}
