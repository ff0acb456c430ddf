"""A stack that breaks a role or location rule is refused wherever it is tried, and nothing is registered."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.support.deployment import PROJECT, Deployment

pytestmark = pytest.mark.integration

# A program of somebody who doesn't use levee's: the same brokers, a topic and a grant of his own.
ROGUE: Final = """\
import json, pulumi, pulumi_kafka
connection = json.loads(open(pulumi.get_root_directory() + "/connection.json").read())
kafka = pulumi.ProviderResource("kafka", "kafka", connection)
options = pulumi.ResourceOptions(provider=kafka)
pulumi_kafka.Topic("rogue", name="{topic}", partitions=1, replication_factor=1, opts=options)
pulumi_kafka.Acl(
    "everybody", acl_principal="User:*", acl_host="*", acl_operation="Write", acl_permission_type="Allow",
    acl_resource_name="{topic}", acl_resource_type="Topic", opts=options,
)
"""


def nothing_was_made(deployment: Deployment) -> bool:
    return (deployment.live_topics(), deployment.live_acls(), deployment.live_users()) == ({}, set(), set())


def test_a_source_abroad_is_refused_by_check_and_by_up(deployment: Deployment) -> None:
    deployment.stream(
        "events", sources=f"[{{service: {deployment.service('writer')}, kind: application, region: us-east-1}}]"
    )
    checked = deployment.run("check")
    assert (checked.code, "RLS-RES-002" in checked.out) == (1, True)
    for command in (("preview", "test", "--engine", "embedded"), ("up", "test", "--yes", "--engine", "embedded")):
        refused = deployment.run(*command)
        assert (refused.code, "RLS-RES-002" in refused.err) == (1, True)
    assert nothing_was_made(deployment)


def test_a_writer_that_manages_is_refused_by_check_and_by_up(deployment: Deployment) -> None:
    deployment.stream("events")
    deployment.write_stack(f"  {deployment.service('writer')}:\n    grants: [{{role: manager, streams: [events]}}]\n")
    assert "RLS-IDN-001" in deployment.run("check").out
    refused = deployment.up()
    assert (refused.code, "RLS-IDN-001" in refused.err) == (1, True)
    assert nothing_was_made(deployment)


def pulumi(deployment: Deployment, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "PULUMI_BACKEND_URL": f"file://{deployment.project}/state?create_dir=true",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "LEVEE_PROJECT": str(deployment.project),
    }
    command = ["pulumi", *arguments, "--non-interactive", "-C", str(deployment.project)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=900)


@pytest.mark.engine
def test_a_bare_preview_without_the_pack_is_refused_by_the_program(deployment: Deployment) -> None:
    deployment.stream(
        "events", sources=f"[{{service: {deployment.service('writer')}, kind: application, region: us-east-1}}]"
    )
    assert pulumi(deployment, "stack", "init", "test").returncode == 0
    refused = pulumi(deployment, "preview")
    assert (refused.returncode, "RLS-RES-002" in refused.stdout) == (1, True), refused.stdout + refused.stderr
    assert nothing_was_made(deployment)


@pytest.mark.engine
def test_resources_of_another_program_are_refused_by_the_pack(deployment: Deployment) -> None:
    deployment.stream("events")
    topic = deployment.topic("rogue")
    program = deployment.project / "rogue"
    program.mkdir()
    (program / "__main__.py").write_text(ROGUE.format(topic=topic))
    connection = {
        "bootstrapServers": deployment.cluster.bootstrap_servers,
        "caCert": Path(deployment.cluster.ca).read_text(),
        "saslUsername": deployment.cluster.admin_username,
        "saslPasswordFile": str(deployment.cluster.admin_password_file),
        "saslMechanism": "scram-sha512",
    }
    (deployment.project / "connection.json").write_text(json.dumps(connection))
    settings = deployment.project / "Pulumi.yaml"
    settings.write_text(settings.read_text().replace(f"main: {PROJECT}/infra/__main__.py", "main: rogue/__main__.py"))
    assert pulumi(deployment, "stack", "init", "test").returncode == 0
    refused = pulumi(deployment, "preview", "--policy-pack", str(PROJECT / "policies"))
    told = refused.stdout
    assert refused.returncode == 1, told + refused.stderr
    assert all(f" {rule} test/" in told for rule in ("RLS-IDN-002", "RLS-DUR-001", "RLS-DEL-001", "RLS-NAM-002")), told
    assert nothing_was_made(deployment)


@pytest.mark.engine
def test_what_levee_declares_passes_the_pack(deployment: Deployment) -> None:
    deployment.stream("events")
    assert pulumi(deployment, "stack", "init", "test").returncode == 0
    passed = pulumi(deployment, "preview", "--policy-pack", str(PROJECT / "policies"))
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "levee@v" in passed.stdout
