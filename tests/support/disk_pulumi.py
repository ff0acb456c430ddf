"""The same stack of files, run by the real Pulumi CLI."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.disk_program import DiskStack

PROJECT = Path(__file__).parents[2]
ARGUMENTS = {
    "preview": ["preview", "--refresh"],
    "up": ["up", "--yes", "--refresh"],
    "destroy": ["destroy", "--yes", "--refresh"],
}
FILES = {
    "Pulumi.yaml": """
name: test
runtime: {{name: python, options: {{virtualenv: {venv}}}}}
main: program/__main__.py
plugins: {{providers: [{{name: disk, path: ./plugin}}]}}
""",
    "program/__main__.py": """
import json, os
from pathlib import Path
from tests.support.disk_program import DiskStack
DiskStack(Path(os.environ["DISK_ROOT"])).program(json.loads(os.environ["DISK_FILES"]))()
""",
    "plugin/PulumiPlugin.yaml": "runtime: {{name: python, options: {{virtualenv: {venv}}}}}\n",
    "plugin/__main__.py": """
import asyncio
from tests.support.disk_plugin import serve
asyncio.run(serve())
""",
}


@dataclass
class PulumiStack(DiskStack):
    """A stack whose resources are files, with a Pulumi project and a file backend of its own."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, text in FILES.items():
            path = self.root / "project" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.format(venv=Path(sys.executable).parents[1]))
        (self.root / "backend").mkdir()
        self._pulumi("stack", "init", "dev")

    def command(self, operation: str, files: object) -> int:
        """Run one operation of the CLI; its exit code."""
        return self._pulumi(*ARGUMENTS[operation], "--stack", "dev", "--non-interactive", files=files)

    def _pulumi(self, *arguments: str, files: object = None) -> int:
        environment = {
            **os.environ,
            "PULUMI_BACKEND_URL": f"file://{self.root / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PYTHONPATH": str(PROJECT),
            "DISK_ROOT": str(self.root),
            "DISK_FILES": json.dumps(files or {}),
        }
        done = subprocess.run(
            ["pulumi", *arguments],
            cwd=self.root / "project",
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.output = done.stdout + done.stderr
        return done.returncode
