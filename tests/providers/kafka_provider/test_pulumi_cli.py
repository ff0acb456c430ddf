"""A program that knows pulumi_kafka only, run by the real Pulumi CLI against this folder's plugin."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.cluster import LocalCluster
from tests.support.live_topics import (
    create_by_hand,
    partitions_of,
    records_in,
    set_by_hand,
    settings_of,
    write_records,
)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.engine,
]

PLUGIN = Path(__file__).resolve().parents[3] / "infra" / "providers" / "kafka"

PROJECT = """\
name: plain
runtime: {{name: python, options: {{virtualenv: {environment}}}}}
main: program.py
backend: {{url: "file://{folder}/state"}}
plugins:
  providers:
    - {{name: kafka, path: {plugin}}}
"""

PROGRAM = """\
import json, pathlib, pulumi, pulumi_kafka as kafka
said = json.loads(pathlib.Path("said.json").read_text())
own = pulumi.ResourceOptions(provider=kafka.Provider(
    "cluster", bootstrap_servers=said["bootstrap"], ca_cert=said["ca"], sasl_mechanism="scram-sha512",
    sasl_username="admin", sasl_password=pulumi.Output.secret(pathlib.Path(said["password_file"]).read_text().strip())))
topic = kafka.Topic("topic", name=said["name"], partitions=said["partitions"], replication_factor=3,
                    config={"retention.ms": said["retention"]}, opts=own)
kafka.Acl("acl", acl_principal="User:" + said["name"], acl_host="*", acl_operation=said["operation"],
          acl_permission_type="Allow", acl_resource_type="Topic", acl_resource_name=topic.name, opts=own)
user = kafka.UserScramCredential("user", username=said["name"], scram_mechanism="SCRAM-SHA-512",
                                 password=said["user_password"], opts=own)
kafka.Quota("quota", entity_type="user", entity_name=user.username, config={"producer_byte_rate": "1000000"}, opts=own)
"""

USER_PASSWORD = "a-known-password-43"


class Stack:
    """A project folder with one stack of the file backend."""

    def __init__(self, folder: Path, cluster: LocalCluster, name: str) -> None:
        self.folder = folder
        (folder / "state").mkdir()
        (folder / "Pulumi.yaml").write_text(
            PROJECT.format(environment=sys.prefix, folder=folder, plugin=PLUGIN), encoding="utf-8"
        )
        (folder / "program.py").write_text(PROGRAM, encoding="utf-8")
        self.said: dict[str, object] = {
            "bootstrap": cluster.bootstrap_servers,
            "ca": str(cluster.ca),
            "password_file": str(cluster.admin_password_file),
            "name": name,
            "partitions": 3,
            "retention": "86400000",
            "operation": "Write",
            "user_password": USER_PASSWORD,
        }
        self.run("stack", "init", "dev")

    def run(self, *arguments: str, fails: bool = False) -> str:
        """Run the CLI with the program as it is now declared; return all that it printed."""
        (self.folder / "said.json").write_text(json.dumps(self.said), encoding="utf-8")
        done = subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self.folder,
            env={**os.environ, "PULUMI_CONFIG_PASSPHRASE": "test", "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) is fails, done.stdout
        assert USER_PASSWORD not in done.stdout
        return done.stdout

    def exported(self) -> Any:
        """The state."""
        return json.loads(self.run("stack", "export", "--stack", "dev"))

    def urn(self, token: str) -> str:
        """The one resource of a type."""
        (urn,) = (one["urn"] for one in self.exported()["deployment"]["resources"] if one["type"] == token)
        return str(urn)

    def up(self, **changes: object) -> str:
        """Declare changes and deploy them."""
        self.said |= changes
        return self.run("up", "--yes", "--skip-preview", "--refresh", "--stack", "dev")


def test_the_life_of_a_stack(cluster: LocalCluster, unique: str, tmp_path: Path) -> None:
    stack = Stack(tmp_path, cluster, unique)

    assert "6 created" in stack.up()
    write_records(cluster, unique, 20)
    assert "6 unchanged" in stack.up()

    set_by_hand(cluster, unique, {"retention.ms": "3600000", "max.message.bytes": "9999"})
    assert "~ retention.ms" in stack.run("preview", "--diff", "--refresh", "--stack", "dev")
    assert "1 updated" in stack.up()
    assert settings_of(cluster, unique) == {"retention.ms": "86400000", "max.message.bytes": "9999"}

    grown = stack.up(partitions=6, operation="Read")
    assert "2 updated" in grown
    assert "replace" not in grown
    assert partitions_of(cluster, unique) == 6

    stack.said["partitions"] = 2
    assert "cannot go from 6 to 2 partitions" in stack.run("preview", "--stack", "dev", fails=True)
    assert records_in(cluster, unique) == 20
    stack.said["partitions"] = 6

    by_hand = f"{unique}-by-hand"
    create_by_hand(cluster, by_hand, 1, {"retention.ms": "77"})
    stack.run(
        "import", "kafka:index/topic:Topic", "by-hand", by_hand,
        "--provider", f"cluster={stack.urn('pulumi:providers:kafka')}",
        "--protect=false", "--generate-code=false", "--yes", "--skip-preview", "--stack", "dev",
    )  # fmt: skip
    assert '"retention.ms": "77"' in stack.run("stack", "export", "--stack", "dev")

    secrets = {USER_PASSWORD, cluster.admin_password_file.read_text().strip()}
    files = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if any(one in path.read_text(errors="replace") for one in secrets)]

    stack.run("destroy", "--yes", "--skip-preview", "--stack", "dev")
    assert partitions_of(cluster, unique) == partitions_of(cluster, by_hand) == 0


def test_a_state_of_the_published_plugin_is_taken_over(cluster: LocalCluster, unique: str, tmp_path: Path) -> None:
    """It has what bridged plugins keep in outputs for themselves, and nothing of what is ours."""
    stack = Stack(tmp_path, cluster, unique)
    stack.up()
    write_records(cluster, unique, 20)
    state = stack.exported()
    kept = {"__meta": '{"schema_version":"1"}', "__pulumi_raw_state_delta": {"obj": {"ps": {"config": {"map": {}}}}}}
    for resource in state["deployment"]["resources"]:
        if resource["type"].startswith("kafka:"):
            resource["outputs"].pop("topicId", None)
            resource["outputs"] |= {"id": resource["id"], **kept}
    (tmp_path / "state.json").write_text(json.dumps(state))
    stack.run("stack", "import", "--file", "state.json", "--stack", "dev")

    stack.run("preview", "--expect-no-changes", "--stack", "dev")
    grown = stack.up(partitions=6)
    assert "1 updated" in grown
    assert "replace" not in grown
    assert (partitions_of(cluster, unique), records_in(cluster, unique)) == (6, 20)


def test_a_forced_replacement_keeps_the_records(cluster: LocalCluster, unique: str, tmp_path: Path) -> None:
    stack = Stack(tmp_path, cluster, unique)
    stack.up()
    write_records(cluster, unique, 20)
    topic = stack.urn("kafka:index/topic:Topic")
    refused = stack.run("up", "--yes", "--skip-preview", "--replace", topic, "--stack", "dev", fails=True)
    assert "exists already, and it holds records" in refused
    assert records_in(cluster, unique) == 20
    assert "unchanged" in stack.up()
