"""What the pages tell a newcomer to type with the Pulumi CLI, typed in a fresh copy of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.docs.test_pages import PAGES, PROJECT
from tests.support.cluster import LocalCluster, running_cluster, session_base_port
from tests.support.console import scripts

RUN = [page for page in PAGES if list(scripts(page.read_text()))]


@pytest.fixture
def own_cluster() -> Iterator[LocalCluster]:
    """Brokers that hold nothing of the same names yet."""
    with running_cluster(session_base_port(100)) as running:
        yield running


def fresh(folder: Path, cluster: LocalCluster) -> Path:
    """The project as it is delivered, its stack `local` on the test's brokers."""
    for name in ("infra", "levee", "policies"):
        (folder / name).symlink_to(PROJECT / name)
    (folder / ".venv").symlink_to(sys.prefix)
    shutil.copytree(PROJECT / "stacks", folder / "stacks", ignore=shutil.ignore_patterns("Pulumi.*", "aws-local"))
    shutil.copy(PROJECT / "Pulumi.yaml", folder)
    file = folder / "stacks" / "local" / "stack.yaml"
    stack = yaml.safe_load(file.read_text())
    stack["cluster"] |= {"id": cluster.cluster_id, "bootstrap": cluster.bootstrap_servers}
    stack["cluster"]["security"] |= {
        "ca_file": str(cluster.ca),
        "admin": {"username": cluster.admin_username, "password_file": str(cluster.admin_password_file)},
    }
    file.write_text(yaml.safe_dump(stack, sort_keys=False))
    return folder


def bash(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    levee = f'levee() {{ {sys.executable} -m levee_infra.cli.main "$@"; }}\n'
    return subprocess.run(
        ["bash", "-c", levee + script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_readme_says_what_to_type() -> None:
    assert "README.md" in {page.name for page in RUN}


@pytest.mark.integration
@pytest.mark.engine
@pytest.mark.parametrize("page", RUN, ids=lambda page: str(page.relative_to(PROJECT)))
def test_what_a_page_says_works_in_a_fresh_project(page: Path, tmp_path: Path, own_cluster: LocalCluster) -> None:
    project = fresh(tmp_path, own_cluster)
    for script in scripts(page.read_text()):
        done = bash(project, f"set -e\n{script}")
        assert done.returncode == 0, done.stdout + done.stderr
    told = bash(project, "levee env")
    assert (told.returncode, told.stderr) == (0, "")
    # And once more after all of it was taken back, as `make clean` does.
    forget = (
        "import os, pathlib, sys\nfrom levee_infra.engines.pulumi.local_leftovers import local_leftovers\n"
        "with local_leftovers(pathlib.Path.cwd(), pathlib.Path(sys.argv[1]), os.environ) as remove: remove(print)\n"
    )
    taken_back = bash(project, f"{sys.executable} -c '{forget}' {own_cluster.ca}")
    assert taken_back.returncode == 0, taken_back.stdout + taken_back.stderr
    assert not (project / "stacks" / "Pulumi.local.yaml").exists()
    assert not (project / ".levee" / "pulumi.passphrase").exists()
    again = bash(project, 'set -e\neval "$(levee env)"\npulumi stack init local\npulumi stack export --stack local')
    assert again.returncode == 0, again.stdout + again.stderr
