"""Single values: each test breaks one line of a compliant stack, and exactly that is told, at its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from cerberus import Validator

from levee.fields.rules import Fields
from levee.loading.schema.classes_file import CLASSES
from levee.loading.schema.sites_file import SITES
from levee.loading.schema.stack_file import STACK
from levee.loading.schema.stream_file import STREAM
from levee.loading.schema.waivers_file import WAIVERS
from levee.model.duration import Duration
from levee.model.login import Scram, SecretReference
from levee.model.name import NamePattern, PatternType
from levee.model.role import Role
from levee.model.service import Previous
from levee.model.size import Size
from tests.support.stack_files import StackFiles


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path)


def test_a_compliant_stack_loads(files: StackFiles) -> None:
    spec = files.load()
    stream = spec.streams[0]
    assert (spec.name, spec.cluster.brokers) == ("test", 3)
    assert spec.cluster.security.admin == Scram(
        mechanism="SCRAM-SHA-512", username="admin", password=SecretReference(file="secrets/admin.password")
    )
    assert (stream.key, stream.topic, stream.retention) == ("orders", "eu.orders.audit.v1", Duration.days(90))
    assert (stream.replication, stream.min_insync, stream.retention_size) == (3, 2, None)
    assert stream.sources[0].transactional_ids == (NamePattern("orders-api-", PatternType.PREFIXED),)
    assert stream.consumers[0].groups == (NamePattern("detection-engine"),)
    assert spec.services["siem-shipper"].grants[0].role is Role.READER
    assert spec.services["siem-shipper"].generation == 1
    assert spec.classes["audit"].retention_floor == Duration.days(30)


def test_a_filter(files: StackFiles) -> None:
    files.on_ibm().add(
        files.orders,
        """
        filter: >-
          <v1> $m.severity == ERROR
          || $m.severity == CRITICAL
        """,
    )
    assert files.load().streams[0].filter == "<v1> $m.severity == ERROR || $m.severity == CRITICAL"


def test_every_optional_field(files: StackFiles) -> None:
    files.add(
        files.orders,
        """
        replication: 2
        min_insync: 1
        retention_size: 10GiB
        sinks:
          - {name: siem, kind: http, service: detection-engine, destination: "https://siem.example.com/in"}
        archive: {bucket: orders-archive, retention: 2555d, locked: true, region: eu-west-1}
        monitors:
          - {kind: silence, window: 15m}
          - {kind: lag, window: 5m, threshold: 1000}
        retire: {on: 2026-12-31, approved_by: dpo, reason: Replaced by the second version, ticket: GOV-1}
        approve:
          - change: grant-widening
            service: siem
            until: 2026-12-31
            approved_by: dpo
            reason: The second version has more readers
            ticket: GOV-2
        """,
    )
    files.edit(files.stack, "owner: security-team", "owner: security-team\n    generation: 2\n    previous: revoked")
    stream = files.load().streams[0]
    assert (stream.replication, stream.min_insync, stream.retention_size) == (2, 1, Size(10 * 2**30))
    assert stream.archive is not None
    assert (stream.archive.locked, stream.archive.place.region) == (True, "eu-west-1")
    assert [monitor.threshold for monitor in stream.monitors] == [None, 1000]
    assert [(each.change, each.service, each.until.isoformat()) for each in stream.approvals] == [
        ("grant-widening", "siem", "2026-12-31")
    ]
    assert stream.retire is not None
    assert stream.retire.on.isoformat() == "2026-12-31"
    assert files.load().services["siem-shipper"].previous is Previous.REVOKED


def test_settings_become_what_kafka_takes(files: StackFiles) -> None:
    files.edit(
        files.orders,
        "  compression.type: zstd",
        '  preallocate: true\n  segment.bytes: 2097152\n  min.cleanable.dirty.ratio: 0.50\n  flush.ms: "9"',
    )
    assert files.load().streams[0].settings == {
        "flush.ms": "9",
        "min.cleanable.dirty.ratio": "0.5",
        "preallocate": "true",
        "segment.bytes": "2097152",
    }


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("owner: orders-team\n", "", "missing-key orders.yaml:1:1"),
        ("owner: orders-team", "owner:", "no-value orders.yaml:3:1"),
        ("owner: orders-team", "owner: 12", "wrong-type orders.yaml:3:8"),
        ("owner: orders-team", "owner: ''", "bad-value orders.yaml:3:8"),
        ("owner: orders-team", "owner: ' x'", "bad-value orders.yaml:3:8"),
        ("owner: orders-team", r'owner: "a\nb"', "bad-value orders.yaml:3:8"),
        ("owner: orders-team", "owner: [orders-team]", "wrong-type orders.yaml:3:1"),
        ("owner: orders-team", "owner: no", "ambiguous-scalar orders.yaml:3:8"),
        ("topic: eu.orders.audit.v1", "topic: eu/orders", "bad-value orders.yaml:1:8"),
        ("topic: eu.orders.audit.v1", "topic: __orders", "bad-value orders.yaml:1:8"),
        ("partitions: 3", "partitions: 0", "bad-value orders.yaml:5:13"),
        ("partitions: 3", "partitions: 10001", "bad-value orders.yaml:5:13"),
        ("partitions: 3", "partitions: true", "wrong-type orders.yaml:5:13"),
        ("partitions: 3", "partitions: 3.0", "wrong-type orders.yaml:5:13"),
        ("partitions: 3", 'partitions: "3"', "wrong-type orders.yaml:5:13"),
        ("partitions: 3", "partitions: 03", "ambiguous-scalar orders.yaml:5:13"),
        ("partitions: 3", "partitions: 3\nreplication: 1", "bad-value orders.yaml:6:14"),
        ("partitions: 3", "partitions: 3\nretention_size: 10GB", "bad-value orders.yaml:6:17"),
        ("partitions: 3", "partitions: 3\nretention_size: 0B", "bad-value orders.yaml:6:17"),
        ("retention: 90d", "retention: 90 days", "bad-value orders.yaml:6:12"),
        ("retention: 90d", "retention: 90", "wrong-type orders.yaml:6:12"),
        ("retention: 90d", "retention: 999ms", "bad-value orders.yaml:6:12"),
        ("retention: 90d", "retenton: 90d", "unknown-key orders.yaml:6:1"),
        ("retention: 90d", "retention: 90d\nfilter: '  '", "bad-value orders.yaml:7:9"),
        ("retention: 90d", f"retention: 90d\nfilter: {'x' * 4097}", "bad-value orders.yaml:7:9"),
        ("retention: 90d", "retention: 90d\nmonitors: {kind: lag}", "wrong-type orders.yaml:7:1"),
        ("  compression.type: zstd", "  compression.typ: zstd", "unknown-setting orders.yaml:8:3"),
        ("  compression.type: zstd", "  compression.type: zst", "bad-value orders.yaml:8:21"),
        ("  compression.type: zstd", "  retention.ms: 1000", "owned-setting orders.yaml:8:3"),
        ("  compression.type: zstd", "  retention.bytes: 1000", "owned-setting orders.yaml:8:3"),
        ("  compression.type: zstd", "  min.insync.replicas: 1", "owned-setting orders.yaml:8:3"),
        ("  compression.type: zstd", "  segment.bytes: 10", "bad-value orders.yaml:8:18"),
        ("  compression.type: zstd", "  preallocate: 1", "bad-value orders.yaml:8:16"),
        ("  compression.type: zstd", "  preallocate: [true]", "wrong-type orders.yaml:8:3"),
        ("kind: application", "kind: aplication", "bad-value orders.yaml:11:11"),
        ("    kind: application\n", "", "missing-key orders.yaml:10:5"),
        ("service: orders-api", "service: Orders.API", "bad-value orders.yaml:10:14"),
        ("[orders-api-*]", "[orders-api*]", "bad-value orders.yaml:12:25"),
        ("[orders-api-*]", "['*']", "bad-value orders.yaml:12:25"),
        ("[orders-api-*]", "[a, b, a]", "duplicate-item orders.yaml:12:31"),
        ("groups: [detection-engine]", "groups: []", "bad-value orders.yaml:15:5"),
        ("groups: [detection-engine]", "groups: [7]", "wrong-type orders.yaml:15:14"),
    ],
)  # fmt: skip
def test_a_broken_stream_file(files: StackFiles, old: str, new: str, expected: str) -> None:
    assert files.edit(files.orders, old, new).found() == [expected]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("retire: {approved_by: dpo, reason: Replaced by another stream, ticket: G-1}", "missing-key"),
        ("retire: {on: tomorrow, approved_by: dpo, reason: Replaced by another stream, ticket: G-1}", "bad-value"),
        ("retire: {on: 2026-02-30, approved_by: dpo, reason: Replaced by another stream, ticket: G-1}", "bad-value"),
        ("retire: {on: 20261231, approved_by: dpo, reason: Replaced by another stream, ticket: G-1}", "wrong-type"),
        ("retire: {on: 2026-12-31, approved_by: dpo, reason: too short, ticket: G-1}", "bad-value"),
        ("adopt: {approved_by: dpo, reason: Made by hand before this stack, ticket: G-1}", "missing-key"),
        ("adopt: {on: soon, approved_by: dpo, reason: Made by hand before this stack, ticket: G-1}", "bad-value"),
        ("adopt: {on: 2026-12-31, approved_by: dpo, reason: too short, ticket: G-1}", "bad-value"),
        ("adopt: true", "wrong-type"),
        (
            "approve: [{change: rm, until: 2026-12-31, approved_by: dpo, reason: Agreed with its owner, ticket: G-1}]",
            "bad-value",
        ),
        ("approve: [{change: unprotect, approved_by: dpo, reason: Agreed with its owner, ticket: G-1}]", "missing-key"),
        ("approve: {change: unprotect}", "wrong-type"),
        ("archive: {bucket: b, retention: 7d}", "missing-key"),
        ("archive: {bucket: b, retention: 7d, locked: 1}", "wrong-type"),
        ("archive: {bucket: b, retention: 7d, locked: yes}", "ambiguous-scalar"),
        ("sinks: [{name: s, kind: http, service: detection-engine, destination: 'https://a:b@c'}]", "bad-value"),
        ("monitors: [{kind: quiet, window: 1m}]", "bad-value"),
        ("monitors: [{kind: lag, window: 1m, threshold: 0}]", "bad-value"),
        ("monitors: [lag]", "wrong-type"),
    ],
)
def test_a_broken_optional_part(files: StackFiles, lines: str, expected: str) -> None:
    found = files.add(files.orders, lines).diagnostics()
    assert [(each.id, each.location and each.location.line) for each in found] == [(expected, 16)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("target: kafka", "target: kafak", "bad-value stack.yaml:1:9"),
        ("account: local", "account: 123456789012", "wrong-type stack.yaml:2:10"),
        ("account: local", "account: 012345678901", "ambiguous-scalar stack.yaml:2:10"),
        ("region: eu-west-1", "region: EU West", "bad-value stack.yaml:3:9"),
        ("id: bGV2ZWUtbG9jYWwtMDAwMQ", "id: my-cluster", "bad-value stack.yaml:7:7"),
        ('["127.0.0.1:19092", "broker-2.example.com:9093"]', "[]", "bad-value stack.yaml:8:3"),
        ('"127.0.0.1:19092"', '"127.0.0.1"', "bad-value stack.yaml:8:15"),
        ('"127.0.0.1:19092"', '"127.0.0.999:1"', "bad-value stack.yaml:8:15"),
        ('"127.0.0.1:19092"', '"127.0.0.1:70000"', "bad-value stack.yaml:8:15"),
        ('"127.0.0.1:19092"', '"-host:9092"', "bad-value stack.yaml:8:15"),
        ('"127.0.0.1:19092"', '"https://host:9092"', "bad-value stack.yaml:8:15"),
        ("brokers: 3", "brokers: three", "wrong-type stack.yaml:9:12"),
        ("protocol: SASL_SSL", "protocol: PLAINTEXT", "bad-value stack.yaml:11:15"),
        ("mechanism: SCRAM-SHA-512", "mechanism: PLAIN", "bad-value stack.yaml:12:16"),
        ("ca_file: certs/ca.pem", "ca_file: ../ca.pem", "bad-value stack.yaml:13:14"),
        ("ca_file: certs/ca.pem", "ca_file: ~/ca.pem", "bad-value stack.yaml:13:14"),
        ("      password_file: secrets/admin.password\n", "", "no-password stack.yaml:14:5"),
        ("      username: admin\n", "", "missing-key stack.yaml:14:5"),
        ("role: reader", "role: owner", "bad-value stack.yaml:25:15"),
        ("        streams: [orders]\n", "", "grant-target stack.yaml:25:9"),
        ("topics: eu.orders.*", "topics: eu.orders.*\n        streams: [orders]", "grant-target stack.yaml:30:9"),
        ("topics: eu.orders.*", "topics: eu.orders.audit.v1", "bad-value stack.yaml:31:17"),
        ("topics: eu.orders.*", "topics: eu.ord*", "bad-value stack.yaml:31:17"),
        ("topics: eu.orders.*", "topics: '*'", "bad-value stack.yaml:31:17"),
        ("  orders-operator:", "  orders.operator:", "bad-name stack.yaml:28:3"),
        ("rotate_every: 90d", "rotate_every: 90d\n    generation: 0", "bad-value stack.yaml:24:17"),
        ("rotate_every: 90d", "rotate_every: 90d\n    previous: gone", "bad-value stack.yaml:24:15"),
        ("services:", "sevices:", "unknown-key stack.yaml:20:1"),
    ],
)  # fmt: skip
def test_a_broken_stack_file(files: StackFiles, old: str, new: str, expected: str) -> None:
    assert files.edit(files.stack, old, new).found() == [expected]


def test_ipv6_and_a_password_in_the_environment(files: StackFiles) -> None:
    files.edit(files.stack, '"127.0.0.1:19092"', '"[::1]:19092"')
    files.edit(files.stack, "password_file: secrets/admin.password", "password_env: ADMIN_PASSWORD")
    cluster = files.load().cluster
    assert cluster.bootstrap[0] == "[::1]:19092"
    assert isinstance(cluster.security.admin, Scram)
    assert cluster.security.admin.password.environment == "ADMIN_PASSWORD"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("classes:\n", "clases:\n", "unknown-key classes.yaml:1:1"),
        ("  diagnostic:", "  Diagnostic:", "bad-name classes.yaml:11:3"),
        ("regulated: true", "regulated: 'true'", "wrong-type classes.yaml:4:16"),
        ("    regulated: true\n", "", "missing-key classes.yaml:2:3"),
        ("floor: 30d", "flor: 30d", "unknown-key classes.yaml:7:7"),
        ("jurisdictions: [eu]", "jurisdictions: eu", "wrong-type classes.yaml:5:20"),
    ],
)
def test_a_broken_classes_file(files: StackFiles, old: str, new: str, expected: str) -> None:
    assert files.edit(files.classes, old, new).found() == [expected]


def test_all_errors_of_all_files_at_once_in_order_of_place(files: StackFiles) -> None:
    files.edit(
        files.classes, "replication: 3\n    min_insync: 2\n  diagnostic", "replication: 0\n    x: 1\n  diagnostic"
    )
    files.edit(files.stack, "target: kafka", "target: kafak").edit(files.stack, "brokers: 3", "brokers: -1")
    files.edit(files.orders, "partitions: 3", "partitions: 0").edit(files.orders, "owner: orders-team", "owner: 7")
    assert files.found() == [
        "missing-key classes.yaml:2:3",
        "bad-value classes.yaml:9:18",
        "unknown-key classes.yaml:10:5",
        "bad-value stack.yaml:1:9",
        "bad-value stack.yaml:9:12",
        "wrong-type orders.yaml:3:8",
        "bad-value orders.yaml:5:13",
    ]


def test_a_file_with_a_thousand_faults_tells_a_hundred(files: StackFiles) -> None:
    files.add(files.orders, "".join(f"key{number}: 1\n" for number in range(1000)))
    found = files.diagnostics()
    assert len(found) == 101
    assert [each.message for each in found if each.id == "more-problems"] == ["the file has 900 more problem(s)"]


@pytest.mark.parametrize("key", ["http.auth.password", "api.token", "sasl.jaas.config", "bad key"])
def test_settings_of_a_connector_hold_no_secret(files: StackFiles, key: str) -> None:
    sink = f"sinks: [{{name: s, kind: http, service: detection-engine, destination: siem, settings: {{{key}: x}}}}]"
    (found,) = files.add(files.orders, sink).diagnostics()
    assert found.id == ("unknown-setting" if key == "bad key" else "literal-secret")


def test_settings_of_a_connector_may_name_where_a_secret_is(files: StackFiles) -> None:
    sink = "{name: s, kind: http, service: detection-engine, destination: siem, settings: {a.token: '${file:/x:y}'}}"
    settings = files.add(files.orders, f"sinks: [{sink}]").load().streams[0].sinks[0].settings
    assert settings == {"a.token": "${file:/x:y}"}


def test_settings_of_the_brokers(files: StackFiles) -> None:
    files.edit(files.stack, "  brokers: 3", "  brokers: 3\n  settings: {auto.create.topics.enable: false}")
    assert files.load().cluster.settings == {"auto.create.topics.enable": "false"}
    assert files.edit(files.stack, "auto.create.topics.enable", "ssl.key.password").found() == [
        "literal-secret stack.yaml:10:14"
    ]


@pytest.mark.parametrize("fields", [STACK, STREAM, CLASSES, WAIVERS, SITES])
def test_every_schema_is_in_order(fields: Fields) -> None:
    """No run of levee asks that: it would take longer than checking a stack."""
    Validator(fields)
