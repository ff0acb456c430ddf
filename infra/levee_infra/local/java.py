"""Find a Java that runs Kafka 4, and the Maven that fetches it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from levee_infra.local.failure import LocalClusterError

MINIMUM_JAVA = 17
"""Kafka 4 brokers need Java 17: https://kafka.apache.org/documentation/#java"""

HOW_TO_GET_JAVA = (
    "install a JRE of version 17 or later (Debian/Ubuntu: apt-get install openjdk-17-jre-headless; "
    "Fedora: dnf install java-21-openjdk-headless; macOS: brew install openjdk@21), "
    "then put it on PATH or point JAVA_HOME at it"
)
HOW_TO_GET_MAVEN = (
    "install Maven 3.6 or later (Debian/Ubuntu: apt-get install maven; Fedora: dnf install maven; "
    "macOS: brew install maven): it fetches Kafka's jars, once"
)


@dataclass(frozen=True, slots=True)
class Java:
    """A Java launcher and its version, as `17.0.15`."""

    executable: Path
    version: str


def require_tools(*, fetching: bool) -> Java:
    """The Java to use, once Maven is found too if jars are to be fetched.

    Raises one LocalClusterError for all that lacks.
    """
    lacking = []
    java = None
    try:
        java = find_java()
    except LocalClusterError as error:
        lacking.append(error)
    if fetching:
        try:
            find_maven()
        except LocalClusterError as error:
            lacking.append(error)
    if java is None or lacking:
        raise LocalClusterError(
            "; ".join(error.message for error in lacking), "; ".join(error.help for error in lacking)
        )
    return java


def find_java() -> Java:
    """The Java of JAVA_HOME, else of PATH. Raises LocalClusterError if there is none or it is too old."""
    executable = _executable()
    answer = subprocess.run([executable, "-version"], capture_output=True, text=True, errors="replace", check=False)
    version = re.search(r'version "([^"]+)"', answer.stderr + answer.stdout)
    if answer.returncode != 0 or version is None:
        raise LocalClusterError(f"{executable} doesn't say its version", HOW_TO_GET_JAVA)
    if _major(version[1]) < MINIMUM_JAVA:
        raise LocalClusterError(
            f"{executable} is Java {version[1]}; Kafka 4 needs {MINIMUM_JAVA} or later", HOW_TO_GET_JAVA
        )
    return Java(executable, version[1])


def find_maven() -> Path:
    """Maven on PATH. Raises LocalClusterError if there is none."""
    maven = shutil.which("mvn")
    if maven is None:
        raise LocalClusterError("Maven (mvn) isn't on PATH", HOW_TO_GET_MAVEN)
    return Path(maven)


def _executable() -> Path:
    home = os.environ.get("JAVA_HOME")
    if home:
        executable = Path(home) / "bin" / "java"
        if not os.access(executable, os.X_OK):
            raise LocalClusterError(f"JAVA_HOME is {home}, but {executable} isn't a program", HOW_TO_GET_JAVA)
        return executable
    found = shutil.which("java")
    if found is None:
        raise LocalClusterError("Java isn't on PATH and JAVA_HOME isn't set", HOW_TO_GET_JAVA)
    return Path(found)


def _major(version: str) -> int:
    """17 of `17.0.15`, 21 of `21-ea`, 8 of the old style `1.8.0_402`."""
    numbers = [int(number) for number in re.findall(r"\d+", version)]
    return numbers[1] if numbers[0] == 1 and len(numbers) > 1 else numbers[0]
