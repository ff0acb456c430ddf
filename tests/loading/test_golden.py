"""What a person reads who made a mistake. The files under golden/ are the texts, to be read in review."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.golden import assert_golden
from tests.support.stack_files import StackFiles

GOLDEN = Path(__file__).parent / "golden"


def misspelled(files: StackFiles) -> None:
    files.edit(files.orders, "retention: 90d", "retenton: 90 days")
    files.edit(files.orders, "kind: application", "kind: aplication")
    files.edit(files.orders, "compression.type: zstd", "compresion.type: zst\n  retention.ms: 5")
    files.edit(files.stack, "streams: [orders]", "streams: [order]").edit(files.stack, "eu.orders.*", "eu.ordrs.*")


def wrong_types(files: StackFiles) -> None:
    files.edit(files.orders, "partitions: 3", 'partitions: "3"').edit(files.orders, "owner: orders-team", "owner:")
    files.edit(files.stack, "account: local", "account: 123456789012")
    files.edit(files.stack, "brokers: 3", "brokers: true").edit(files.classes, "regulated: true", "regulated: yes")


def impossible(files: StackFiles) -> None:
    files.edit(files.orders, "retention: 90d", "retention: 7d\nreplication: 5\nmin_insync: 5")
    files.edit(files.stack, "username: admin", "username: admin.g1")
    files.edit(files.stack, "rotate_every: 90d", "previous: revoked")


def collisions(files: StackFiles) -> None:
    files.stream("invoices", topic="eu.orders.audit.v1", consumers="[{service: billing, groups: [detection-*]}]")
    files.stream("journal", topic="eu.orders_audit.v1")


def password(files: StackFiles) -> None:
    files.edit(files.stack, "password_file: secrets/admin.password", "password: hunter2")


def yaml_traps(files: StackFiles) -> None:
    files.edit(files.orders, "owner: orders-team", "owner: &team off\ntopic: other")
    files.edit(files.orders, "  - service: orders-api\n", "  - <<: {kind: http}\n    service: *team\n")
    files.edit(files.stack, "mechanism: SCRAM-SHA-512", "mechanism: SCRAM-SHA-512\n\t")
    files.edit(files.classes, "description: Who did what, when.", "description: Who: did what")


def files_and_folders(files: StackFiles) -> None:
    (files.folder / "streams" / "invoices.yml").touch()
    (files.folder / "streams" / "Journal.yaml").touch()
    (files.folder / "stack.yml").touch()
    (files.folder / "streams" / "link.yaml").symlink_to("orders.yaml")


@pytest.mark.parametrize(
    "break_it", [misspelled, wrong_types, impossible, collisions, password, yaml_traps, files_and_folders]
)
def test_what_is_told(tmp_path: Path, break_it: Callable[[StackFiles], None]) -> None:
    files = StackFiles(tmp_path)
    break_it(files)
    assert_golden(GOLDEN / f"{break_it.__name__}.txt", files.text())
