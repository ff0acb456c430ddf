"""Fixtures of tests of deployments."""

from __future__ import annotations

import os

import pytest

from tests.support.answering_cli import AnsweringCli


@pytest.fixture
def cli(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> AnsweringCli:
    """A `pulumi` on PATH that does nothing."""
    made = AnsweringCli(tmp_path_factory.mktemp("cli") / "bin")
    monkeypatch.setenv("PATH", f"{made.folder}{os.pathsep}{os.environ['PATH']}")
    return made
