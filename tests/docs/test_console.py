"""The commands of the documentation, run on the stacks that `make up` makes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.docs.test_pages import PAGES, PROJECT
from tests.support.cluster import LocalCluster
from tests.support.console import Change, Command, merge_into, steps, unmarked

RUN: Final = [page for page in PAGES if steps(page.read_text())]
CHANGING: Final = frozenset({"up", "destroy"})
NOT_RUN: Final = {
    ("levee", "carry"): "it runs until it is ended: tests/integration/test_carrier.py",
    ("levee", "init"): "it needs an empty folder: tests/cli/test_init.py",
    ("levee", "state"): "it takes the Pulumi CLI: tests/integration/test_move_between_engines.py",
    ("levee", "local"): "it starts brokers on the stacks' own ports: tests/local",
}
"""Commands of tables that are run elsewhere."""
ENDS: Final[Mapping[tuple[str, ...], int]] = {("levee", "destroy", "local"): 1}
"""Of tables: a regulated stream is protected."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_console_block_says_whether_it_runs(page: Path) -> None:
    assert list(unmarked(page.read_text())) == []


def test_the_tutorials_are_run() -> None:
    assert {page.name for page in RUN} >= {"README.md", "add-a-stream.md", "rotate-a-credential.md"}


@pytest.fixture(scope="module")
def project(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The project that is delivered, its stack `local` on the session's brokers."""
    folder = tmp_path_factory.mktemp("documented") / "project"
    folder.mkdir()
    shutil.copytree(PROJECT / "stacks", folder / "stacks")
    (folder / "Pulumi.yaml").write_text("name: documented\n")
    file = folder / "stacks" / "local" / "stack.yaml"
    stack = yaml.safe_load(file.read_text())
    stack["cluster"] |= {"id": cluster.cluster_id, "bootstrap": cluster.bootstrap_servers}
    stack["cluster"]["security"] |= {
        "ca_file": str(cluster.ca),
        "admin": {"username": cluster.admin_username, "password_file": str(cluster.admin_password_file)},
    }
    file.write_text(yaml.safe_dump(stack, sort_keys=False))
    prepared = run(folder, Command(("levee", "up", "local")))
    assert prepared.returncode == 0, prepared.stdout + prepared.stderr
    yield folder
    for stream in (folder / "stacks" / "local" / "streams").glob("*.yaml"):
        admin, topic = cluster.admin(), yaml.safe_load(stream.read_text())["topic"]
        admin.delete_topics([topic])[topic].exception()


def run(project: Path, command: Command) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "levee_infra.cli.main", *command.words[1:]]
    if command.words[1] in CHANGING:
        words.append("--yes")  # nobody is there to be asked
    return subprocess.run(
        words, cwd=project, env={**os.environ, "PYTHONPATH": str(PROJECT)}, capture_output=True, text=True, check=False
    )


@pytest.mark.integration
@pytest.mark.parametrize("page", RUN, ids=lambda page: str(page.relative_to(PROJECT)))
def test_what_a_page_says_works(page: Path, project: Path) -> None:
    for step in steps(page.read_text()):
        match step:
            case Change(file, content):
                merge_into(project / file, content)
            case Command(words, code):
                if words[:2] in NOT_RUN or words[0] != "levee":
                    continue
                done = run(project, step)
                told = f"{' '.join(words)}: exit {done.returncode}\n{done.stdout[-3000:]}{done.stderr}"
                assert done.returncode == ENDS.get(words, code), told
