"""What the plugin's README lets a stranger write, in each of its languages, run as it says in a folder of its own."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from levee.clock import SYSTEM_CLOCK
from levee_infra.providers.kafka.provider import KafkaProvider
from levee_infra.providers.levee.provider import LeveeProvider
from levee_infra.providers.protocol.plugin import PluginProvider
from tests.support import pulumi_cli
from tests.support.cluster import LocalCluster
from tests.support.console import FENCE, merge_into
from tests.support.live_topics import create_by_hand, partitions_of, records_in, settings_of, write_records
from tests.support.npm import node_modules

pytestmark = [pytest.mark.integration, pytest.mark.engine]

PLUGIN: Final = Path(__file__).resolve().parents[3] / "infra" / "providers" / "kafka"
README: Final = (PLUGIN / "README.md").read_text(encoding="utf-8")
SAID_PATH: Final = "../levee/infra/providers/kafka"
PROGRAMS: Final = ("__main__.py", "index.ts", "Pulumi.yaml")
NODE_PACKAGES: Final = Path(__file__).parent / "typescript"


def blocks(kind: str) -> list[str]:
    return [fence["text"] for fence in FENCE.finditer(README) if fence["kind"] == kind]


class Project:
    """A stranger's project: what the README says, with this cluster and names of the test's own put in."""

    def __init__(self, folder: Path, cluster: LocalCluster, prefix: str) -> None:
        self.folder, self.cluster = folder, cluster
        self._put = {
            '["broker-1:9093", "broker-2:9093"]': json.dumps(cluster.bootstrap_servers),
            "/etc/kafka/ca.pem": str(cluster.ca),
            "/run/secrets/kafka-admin": str(cluster.admin_password_file),
            "shop.": f"{prefix}.",
        }
        (folder / "state").mkdir()
        self.file = folder / "Pulumi.yaml"
        merge_into(self.file, {"name": "shop", "backend": {"url": f"file://{folder}/state"}})

    def here(self, text: str) -> str:
        for said, meant in self._put.items():
            text = text.replace(said, meant)
        return text

    def declare(self, content: dict[str, Any]) -> None:
        merge_into(self.file, content)

    def configure(self) -> None:
        (console,) = (block for block in blocks("console") if "config set" in block)
        for line in console.splitlines():
            self.run(*shlex.split(self.here(line))[2:], stdin=self.cluster.admin_password_file.read_text())

    def run(self, *arguments: str, fails: bool = False, stdin: str = "") -> str:
        done = subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self.folder,
            env={**os.environ, "PULUMI_CONFIG_PASSPHRASE": "test"},
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) is fails, done.stdout
        assert self.cluster.admin_password_file.read_text().strip() not in done.stdout
        return done.stdout

    def edit(self, pattern: str, value: str) -> None:
        """Change the first value of the program that follows a pattern."""
        program, *_ = (self.folder / name for name in PROGRAMS if (self.folder / name).exists())
        program.write_text(re.sub(rf"({pattern})\d+", rf"\g<1>{value}", program.read_text(), count=1))


def python(project: Project) -> None:
    """With a relative path."""
    project.declare({"runtime": {"name": "python", "options": {"virtualenv": sys.prefix}}})
    (plugins, *_), path = blocks("yaml"), os.path.relpath(PLUGIN, project.folder)
    project.declare(yaml.safe_load(plugins.replace(SAID_PATH, path)))
    (project.folder / "__main__.py").write_text(project.here("".join(blocks("python"))))


def typescript(project: Project) -> None:
    """With an absolute path."""
    if pulumi_cli.host("nodejs") == "none":
        pytest.skip("Node.js is not installed: no program in TypeScript is tried")
    packages = node_modules(NODE_PACKAGES)
    (project.folder / "node_modules").symlink_to(packages)
    (project.folder / "package.json").write_text((NODE_PACKAGES / "package.json").read_text())
    project.declare({"runtime": "nodejs", **yaml.safe_load(blocks("yaml")[0].replace(SAID_PATH, str(PLUGIN)))})
    (project.folder / "index.ts").write_text(project.here("".join(blocks("typescript"))))


def in_yaml(project: Project) -> None:
    """With `packages` instead of `plugins`."""
    if pulumi_cli.host("yaml") == "none":
        pytest.skip("no pulumi-language-yaml (`tools/build-pulumi` builds it with Go): no program in YAML is tried")
    (packages,) = (text for text in re.findall(r"`(packages: .*)`", README))
    project.declare({"runtime": "yaml", **yaml.safe_load(packages.replace(SAID_PATH, str(PLUGIN)))})
    for program in blocks("yaml")[1:]:
        project.declare(yaml.safe_load(project.here(program)))


@pytest.mark.parametrize("language", [python, typescript, in_yaml], ids=lambda each: each.__name__)
def test_a_program_of_the_readme(language: Any, cluster: LocalCluster, unique: str, tmp_path: Path) -> None:
    project = Project(tmp_path, cluster, unique)
    language(project)
    orders, payments, by_hand = f"{unique}.orders", f"{unique}.payments", f"{unique}.by-hand"
    project.run("stack", "init", "dev")
    project.configure()

    assert "4 created" in project.run("up", "--yes", "--skip-preview")
    assert project.run("stack", "output", "partitions").strip() == "6"
    assert (partitions_of(cluster, orders), partitions_of(cluster, payments)) == (6, 3)
    write_records(cluster, orders, 20)
    project.run("preview", "--expect-no-changes", "--refresh")

    project.edit(r"retention\.ms\W+", "86400000")
    changed = project.run("up", "--yes", "--skip-preview")
    assert "1 updated" in changed
    assert "replace" not in changed
    assert settings_of(cluster, orders) == {"retention.ms": "86400000"}

    project.edit("partitions[:=] ?", "2")
    refused = project.run("up", "--yes", "--skip-preview", fails=True)
    summary = refused.partition("Diagnostics:")[2]
    assert summary.count("cannot go from 6 to 2 partitions") == 1
    if language is not python:  # Pulumi's own SDK for Python prints a traceback wherever a registration is refused
        assert not re.search(r"Traceback|^ +at ", summary, re.MULTILINE)
    assert (partitions_of(cluster, orders), records_in(cluster, orders)) == (6, 20)

    create_by_hand(cluster, by_hand, 1, {"retention.ms": "77"})
    project.run(
        "import", "kafka:index/topic:Topic", "by-hand", by_hand,
        "--protect=false", "--generate-code=false", "--yes", "--skip-preview",
    )  # fmt: skip

    secret = cluster.admin_password_file.read_text().strip()
    files = [path for path in tmp_path.rglob("*") if path.is_file() and "node_modules" not in path.parts]
    assert files
    assert not [path for path in files if secret in path.read_text(errors="replace")]

    project.run("destroy", "--yes", "--skip-preview")
    assert not any(partitions_of(cluster, topic) for topic in (orders, payments, by_hand))


@pytest.mark.parametrize("provider", [KafkaProvider(), LeveeProvider(SYSTEM_CLOCK)], ids=lambda each: each.name)
def test_its_schema_makes_packages(provider: PluginProvider, tmp_path: Path) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text(provider.schema(), encoding="utf-8")
    done = subprocess.run(["pulumi", "schema", "check", str(schema)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
