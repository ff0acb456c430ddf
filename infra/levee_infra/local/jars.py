"""Kafka's jars: fetched by Maven, checked against the committed digests, never run unchecked.

To move to another Kafka: change pom.xml, copy the jars to an empty folder with
`mvn -f infra/local/pom.xml dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=FOLDER`,
and write `jars.sha256` there with `sha256sum *.jar`.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from levee_infra.local.failure import LocalClusterError
from levee_infra.local.java import find_maven
from levee_infra.local.lock import hold

POM = Path(__file__).with_name("pom.xml")
DIGESTS = Path(__file__).with_name("jars.sha256")


def jar_folder(root: Path) -> Path:
    """Where under `root` the jars of this levee lie: named by their digests, so another levee's never mix in."""
    return root / hashlib.sha256(DIGESTS.read_bytes()).hexdigest()[:12]


def ensure_jars(root: Path, report: Callable[[str], None]) -> tuple[Path, ...]:
    """The checked jars under `root`, in class path order; fetched first if they aren't there.

    Raises LocalClusterError if Maven is missing or fails, or if a jar is missing, changed or unknown.
    """
    wanted = read_digests(DIGESTS.read_text(encoding="utf-8"))
    folder = jar_folder(root)
    with hold(root, report):
        if not folder.exists():
            report(f"fetching {len(wanted)} jars with Maven (once)")
            _fetch(folder, wanted)
        return check_jars(folder, wanted)


def read_digests(text: str) -> dict[str, str]:
    """File name to SHA-256, from lines as sha256sum prints them."""
    return {name: digest for digest, name in (line.split() for line in text.splitlines())}


def check_jars(folder: Path, wanted: Mapping[str, str]) -> tuple[Path, ...]:
    """The jars of `folder`, sorted. Raises LocalClusterError unless they are exactly those of `wanted`."""
    found = {path.name: path for path in sorted(folder.glob("*.jar"))}
    wrong = [f"{name} is missing" for name in sorted(wanted.keys() - found.keys())]
    wrong += [f"{name} is unknown" for name in sorted(found.keys() - wanted.keys())]
    wrong += [
        f"{name} has changed" for name in sorted(found.keys() & wanted.keys()) if _digest(found[name]) != wanted[name]
    ]
    if wrong:
        raise LocalClusterError(
            f"the jars in {folder} aren't those that {DIGESTS.name} lists: {', '.join(wrong)}",
            f"nothing was run; find out why, then delete {folder} and run the command again to fetch them anew",
        )
    return tuple(found.values())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch(folder: Path, wanted: Mapping[str, str]) -> None:
    """Fill `folder` whole or not at all."""
    maven = find_maven()
    for leftover in folder.parent.glob(".fetch-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    fetched = Path(tempfile.mkdtemp(prefix=".fetch-", dir=folder.parent))
    try:
        _copy_dependencies(maven, fetched)
        check_jars(fetched, wanted)
        fetched.rename(folder)
    except BaseException:
        shutil.rmtree(fetched, ignore_errors=True)
        raise


def _copy_dependencies(maven: Path, folder: Path) -> None:
    command: list[str | Path] = [
        maven,
        "--batch-mode",
        "--quiet",
        "--strict-checksums",
        "-Dstyle.color=never",
        "-f",
        POM,
    ]
    command += ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    ended = subprocess.run(
        command, capture_output=True, text=True, errors="replace", check=False, stdin=subprocess.DEVNULL
    )
    if ended.returncode != 0:
        said = [line for line in (ended.stdout + ended.stderr).splitlines() if line.strip()][:3]
        raise LocalClusterError(
            "Maven couldn't fetch Kafka's jars: " + " ".join(said)[:800],
            f"check that Maven reaches Maven Central (proxy, mirror: ~/.m2/settings.xml), then run the command again; "
            f"to see all it says: mvn -f {POM} dependency:copy-dependencies -DoutputDirectory=FOLDER",
        )
