"""levee installed from its wheel into an environment of its own, beside a company's `infra` and `policies`."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
_SOURCES: Final = ("levee", "infra", "policies", "pyproject.toml", "README.md", "LICENSE", "NOTICE")


@dataclass(frozen=True)
class Installed:
    """An environment. What levee depends on is found where the tests find it; levee itself only in the wheel."""

    folder: Path
    wheel: Path

    @classmethod
    def make(cls, folder: Path) -> Installed:
        """Build, without fetching anything, and install."""
        source, wheels = folder / "source", folder / "wheels"
        source.mkdir(parents=True)
        for name in _SOURCES:
            copy = shutil.copytree if (REPOSITORY / name).is_dir() else shutil.copy
            copy(REPOSITORY / name, source / name)
        _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels, source)
        (wheel,) = wheels.iterdir()
        made = cls(folder / "environment", wheel)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", made.folder], check=True)
        (packages,) = made.folder.glob("lib/python*/site-packages")
        (packages / "of_the_tests.pth").write_text("".join(f"{each}\n" for each in site.getsitepackages()))
        for name in ("infra", "policies"):
            (packages / name).mkdir()
            (packages / name / "__init__.py").write_text('raise ImportError("this is the company\'s own")\n')
        _pip("--python", made.folder / "bin" / "python", "install", "--no-deps", "--no-index", wheel)
        return made

    def run(self, project: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment, as a user would in the project."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        inherited = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        return subprocess.run(
            words,
            cwd=project,
            env={**inherited, "PATH": path, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def _pip(*words: str | Path) -> None:
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", *words], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
