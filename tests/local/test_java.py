"""Which Java and Maven are good enough, and what is said when they aren't."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee_infra.local.failure import LocalClusterError
from levee_infra.local.java import find_java, require_tools


def fake_java(home: Path, says: str, code: int = 0) -> Path:
    executable = home / "bin" / "java"
    executable.parent.mkdir(parents=True)
    executable.write_text(f"#!/bin/sh\necho '{says}' >&2\nexit {code}\n")
    executable.chmod(0o755)
    return executable


@pytest.mark.parametrize("version", ["17.0.15", "21-ea", "26"])
def test_a_java_from_17_on_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    executable = fake_java(tmp_path, f'openjdk version "{version}" 2026-01-20')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    java = find_java()

    assert (java.executable, java.version) == (executable, version)


@pytest.mark.parametrize("version", ["1.8.0_402", "11.0.2", "16"])
def test_an_older_java_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    fake_java(tmp_path, f'java version "{version}"')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    with pytest.raises(LocalClusterError, match=f"is Java {version}; Kafka 4 needs 17") as refused:
        find_java()
    assert "apt-get install openjdk-17-jre-headless" in refused.value.help


def test_a_java_that_does_not_start_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_java(tmp_path, "Unable to locate a Java Runtime", code=1)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    with pytest.raises(LocalClusterError, match="doesn't say its version"):
        find_java()


def test_a_wrong_java_home_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "gone"))

    with pytest.raises(LocalClusterError, match=r"JAVA_HOME is .*gone"):
        find_java()


def test_everything_that_lacks_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "/nonexistent")

    with pytest.raises(LocalClusterError, match=r"Java isn't on PATH.*; Maven .mvn. isn't on PATH") as refused:
        require_tools(fetching=True)
    assert "apt-get install maven" in refused.value.help
