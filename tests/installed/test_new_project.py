"""What `levee init` writes works with nothing but the wheel, in an environment with an `infra` of somebody else's."""

from __future__ import annotations

import json
import secrets
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.cluster import LocalCluster
from tests.support.installed import Installed


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed.make(tmp_path_factory.mktemp("installed"))


@pytest.fixture
def project(installed: Installed, tmp_path: Path) -> Path:
    """A new one, whose environment is there already."""
    folder = tmp_path / "of streams"
    folder.mkdir()
    (folder / ".venv").symlink_to(installed.folder)
    made = installed.run(folder, "levee", "init")
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def on_brokers(project: Path, cluster: LocalCluster) -> Iterator[Path]:
    """Its stack on the session's brokers, with names of its own."""
    word = f"n{secrets.token_hex(4)}"
    for file in (project / "stacks" / "local").rglob("*.yaml"):
        text = file.read_text().replace("orders", word).replace("siem-shipper", f"{word}-siem")
        file.write_text(text)
    file = project / "stacks" / "local" / "stack.yaml"
    stack = yaml.safe_load(file.read_text())
    stack["cluster"] |= {"id": cluster.cluster_id, "bootstrap": cluster.bootstrap_servers}
    stack["cluster"]["security"] |= {
        "ca_file": str(cluster.ca),
        "admin": {"username": cluster.admin_username, "password_file": str(cluster.admin_password_file)},
    }
    file.write_text(yaml.safe_dump(stack, sort_keys=False))
    yield project
    admin, topic = cluster.admin(), f"eu.{word}.audit.v1"  # without its client nothing answers
    admin.delete_topics([topic])[topic].exception()


def test_the_wheel_installs_only_names_of_levees_own(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = wheel.namelist()
        (metadata,) = (wheel.read(name).decode() for name in names if name.endswith(".dist-info/METADATA"))
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"levee", "levee_infra", "levee_policies"}
    assert "License-Expression: Apache-2.0" in metadata
    assert {Path(name).name for name in names if "/licenses/" in name} == {"LICENSE", "NOTICE"}
    assert "Provides-Extra: local" in metadata


def test_a_new_project_is_checked_and_planned(installed: Installed, project: Path) -> None:
    for words in (("check",), ("plan", "local"), ("explain", "ORG-OWN-001"), ("completion", "bash"), ("env",)):
        done = installed.run(project, "levee", *words)
        assert (done.returncode, done.stdout != "") == (0, True), done.stderr


def test_its_own_rule_is_judged(installed: Installed, project: Path) -> None:
    file = project / "stacks" / "local" / "streams" / "orders-audit.yaml"
    file.write_text(file.read_text().replace("owner: orders-team", "owner: alice"))
    done = installed.run(project, "levee", "check")
    assert done.returncode == 1
    assert "ORG-OWN-001" in done.stdout


def test_its_names_are_spelled_as_it_says(installed: Installed, project: Path) -> None:
    (project / "stacks" / "conventions.yaml").write_text("cost_centres: 'KST-*'\n")
    done = installed.run(project, "levee", "check")
    assert done.returncode == 1
    assert "RLS-NAM-002" in done.stdout


@pytest.mark.integration
@pytest.mark.timeout(600)
def test_it_is_provisioned_by_the_embedded_engine(installed: Installed, on_brokers: Path) -> None:
    def levee(*words: str) -> Any:
        done = installed.run(on_brokers, "levee", *words, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    made = levee("up", "local", "--yes", "--engine", "embedded")
    assert (made["command"], made["engine"], made["format"]) == ("up", "embedded", 1)
    assert [each["action"] for each in made["differences"]] == ["create"] * 3
    again = levee("preview", "local", "--engine", "embedded")
    assert (again["differences"], again["changes"]["same"]) == ([], made["changes"]["create"])
    assert levee("drift", "local", "--engine", "embedded")["complete"] is True
    assert levee("status", "local")["topics"] == {"declared": 1, "existing": 1}


@pytest.mark.integration
@pytest.mark.engine
def test_it_is_previewed_by_pulumi_with_its_own_rule(installed: Installed, on_brokers: Path) -> None:
    script = 'set -e; eval "$(levee env)"; pulumi stack init local; pulumi preview --stack local --policy-pack policies'
    done = installed.run(on_brokers, "bash", "-c", script)
    assert done.returncode == 0, done.stdout + done.stderr
    file = on_brokers / "stacks" / "local" / "streams" / "orders-audit.yaml"
    owner = yaml.safe_load(file.read_text())["owner"]
    file.write_text(file.read_text().replace(f"owner: {owner}", "owner: alice"))
    refused = installed.run(on_brokers, "bash", "-c", 'eval "$(levee env)"; pulumi preview --stack local')
    assert refused.returncode != 0
    assert "ORG-OWN-001" in refused.stdout + refused.stderr
