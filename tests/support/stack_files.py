"""A compliant stack in a folder of its own, in which a test breaks one thing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Self

import pytest

from levee.diagnostics import Diagnostic, Rejected
from levee.diagnostics.text import render_text
from levee.loading.load import load_stack
from levee.model.stack import StackSpec

CLASSES: Final = """\
classes:
  audit:
    description: Who did what, when.
    regulated: true
    jurisdictions: [eu]
    retention:
      floor: 30d
      ceiling: 400d
    replication: 3
    min_insync: 2
  diagnostic:
    description: Logs without personal data.
    regulated: false
    replication: 3
    min_insync: 2
"""

STACK: Final = """\
target: kafka
account: local
region: eu-west-1
jurisdiction: eu
owner: platform-team
cluster:
  id: bGV2ZWUtbG9jYWwtMDAwMQ
  bootstrap: ["127.0.0.1:19092", "broker-2.example.com:9093"]
  brokers: 3
  security:
    protocol: SASL_SSL
    mechanism: SCRAM-SHA-512
    ca_file: certs/ca.pem
    admin:
      username: admin
      password_file: secrets/admin.password
secrets:
  store: file
  directory: secrets/services
services:
  siem-shipper:
    owner: security-team
    rotate_every: 90d
    grants:
      - role: reader
        streams: [orders]
        groups: [siem-shipper]
  orders-operator:
    grants:
      - role: manager
        topics: eu.orders.*
"""

POSTURE: Final = """\
  settings: {auto.create.topics.enable: false, allow.everyone.if.no.acl.found: false}
  network: {public: false, unauthenticated: false, boundary: the loopback interface}
  encryption: {clients: tls, between_brokers: true}
  logs: [{name: broker-logs, destination: a folder of the test run}]
"""

PRODUCER: Final = "    producer: {acks: all, idempotent: true}\n"

ORDERS: Final = """\
topic: eu.orders.audit.v1
description: Every change to an order.
owner: orders-team
class: audit
partitions: 3
retention: 90d
settings:
  compression.type: zstd
sources:
  - service: orders-api
    kind: application
    transactional_ids: [orders-api-*]
consumers:
  - service: detection-engine
    groups: [detection-engine]
"""

IBM_ACCOUNT: Final = "0123456789abcdef0123456789abcdef"


def ibm_crn(service: str, account: str = IBM_ACCOUNT, region: str = "eu-de") -> str:
    """The CRN of an instance."""
    return f"crn:v1:bluemix:public:{service}:{region}:a/{account}:1234abcd-12ab-34cd-56ef-1234567890ab::"


class StackFiles:
    """The files of the stack `test` with one stream, `orders`. Every method that writes gives itself back."""

    def __init__(self, project: Path, name: str = "test") -> None:
        self.project = project
        self.name = name
        self.folder = project / "stacks" / name
        (self.folder / "streams").mkdir(parents=True)
        self.classes = project / "stacks" / "classes.yaml"
        self.stack = self.folder / "stack.yaml"
        self.orders = self.folder / "streams" / "orders.yaml"
        self.classes.write_text(CLASSES)
        self.stack.write_text(STACK)
        self.orders.write_text(ORDERS)

    def edit(self, file: Path, old: str, new: str) -> Self:
        """Replace text that stands in the file exactly once."""
        text = file.read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file.name}"
        file.write_text(text.replace(old, new))
        return self

    def add(self, file: Path, text: str) -> Self:
        """Put lines at the end of the file."""
        file.write_text(file.read_text() + textwrap.dedent(text))
        return self

    def stream(self, key: str, **changes: str) -> Path:
        """Write another compliant stream with a topic and a group of its own; `changes` are `key=value` lines."""
        fields = {
            "topic": f"eu.{key}.v1",
            "owner": "other-team",
            "class": "diagnostic",
            "partitions": "1",
            "retention": "7d",
        } | changes
        file = self.folder / "streams" / f"{key}.yaml"
        file.write_text("".join(f"{name}: {value}\n" for name, value in fields.items() if value))
        return file

    def on_ibm(self) -> Self:
        """Make it a stack on an Enterprise instance of Event Streams, where a filter is not refused."""
        old = "target: kafka\naccount: local\nregion: eu-west-1\n"
        self.edit(self.stack, old, f"target: ibm\naccount: {IBM_ACCOUNT}\nregion: eu-de\n")
        self.edit(self.orders, "  compression.type: zstd\n", "  segment.ms: 86400000\n")
        return self.add(self.stack, f'ibm: {{event_streams: "{ibm_crn("messagehub")}", plan: enterprise-3nodes-2tb}}\n')

    def comply(self) -> Self:
        """Add what the rules ask of every stack, so that it may be carried out."""
        self.edit(self.stack, "owner: platform-team\n", "owner: platform-team\ncost_centre: CC-1\n")
        self.edit(self.stack, "secrets:\n", POSTURE + "secrets:\n")
        rotation = "  orders-api: {rotate_every: 90d}\n  detection-engine: {rotate_every: 90d}\n"
        self.edit(self.stack, "services:\n", "services:\n" + rotation)
        self.edit(self.stack, "owner: security-team", "owner: orders-team")
        self.edit(
            self.stack, "  orders-operator:\n", "  orders-operator:\n    owner: orders-team\n    rotate_every: 90d\n"
        )
        return self.edit(self.orders, "    kind: application\n", "    kind: application\n" + PRODUCER)

    def load(self) -> StackSpec:
        """The stack as loaded. Raises what loading raises."""
        return load_stack(self.project, self.name)

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What loading complains of; the test fails where it doesn't."""
        with pytest.raises(Rejected) as rejected:
            self.load()
        return rejected.value.diagnostics

    def found(self) -> list[str]:
        """The complaints as `id file:line:column`, the file by its name alone."""
        return [f"{each.id} {place(each)}" for each in self.diagnostics()]

    def text(self) -> str:
        """The complaints as a terminal shows them."""
        return render_text(self.diagnostics())


def move_elsewhere(stack_file: Path) -> None:
    """Give a copied stack a cluster and a folder of secrets of its own, so that it claims nothing twice."""
    text = stack_file.read_text()
    text = text.replace("bGV2ZWUtbG9jYWwtMDAwMQ", "bGV2ZWUtbG9jYWwtMDAwMg").replace(
        "directory: secrets/", "directory: other/"
    )
    stack_file.write_text(text)


def place(diagnostic: Diagnostic) -> str:
    """A diagnostic's `file:line:column`, the file by its name alone."""
    location = diagnostic.location
    return "-" if location is None else f"{Path(location.file).name}:{location.line}:{location.column}"


def ids(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """The diagnostics' ids, in order."""
    return [each.id for each in diagnostics]
