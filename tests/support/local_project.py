"""A project whose stack `local` is on the cluster of this machine, with all that deployments leave in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

PASSPHRASE: Final = "a passphrase of the tests"
SALT: Final = "v1:85Hci8HcqIM=:v1:p7z5EpTn/nL3FPlm:t6yBMI8/M4sEUbiIJh9mcW7RdkltHg=="
"""As the CLI 3.274 wrote it for that passphrase."""
SALT_LINE: Final = f"encryptionsalt: {SALT}\n"


class LocalProject:
    """Compliant; each test breaks or adds one thing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.levee = folder / ".levee"
        self.authority = self.levee / "local" / "certificates" / "ca.pem"
        self.passphrase = self.levee / "pulumi.passphrase"
        self.levee.mkdir()
        (folder / "Pulumi.yaml").write_text("name: mine\nruntime: python\nstackConfigDir: stacks\n")
        self.declare("local")

    def declare(self, stack: str, **changes: Any) -> None:
        """Declare a stack on this machine; `changes` are of what stack.yaml says of its cluster, or of the whole."""
        cluster = {
            "bootstrap": ["127.0.0.1:19092", "127.0.0.1:19102"],
            "security": {"ca_file": ".levee/local/certificates/ca.pem"},
        }
        values = {"target": "kafka", "cluster": cluster}
        for key, value in changes.items():
            (cluster if key in cluster else values)[key] = value
        file = self.folder / "stacks" / stack / "stack.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(values))

    def deploy(self, stack: str, config: str | None = SALT_LINE) -> None:
        """Leave what deployments of both engines leave of a stack."""
        pulumi = self.levee / "pulumi" / ".pulumi"
        for file in (
            self.levee / "state" / stack / "journal",
            self.levee / "secrets" / stack / "writer.g1.properties",
            *(pulumi / "stacks" / "mine" / f"{stack}.json{suffix}" for suffix in ("", ".bak", ".attrs", ".bak.attrs")),
            *(pulumi / kind / "mine" / stack / "one.json" for kind in ("history", "backups")),
            pulumi / "meta.yaml",
        ):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(stack)
        self.passphrase.write_text(PASSPHRASE + "\n")
        if config is not None:
            self.config(stack).write_text(config)

    def config(self, stack: str) -> Path:
        """The file of Pulumi's configuration of a stack."""
        return self.folder / "stacks" / f"Pulumi.{stack}.yaml"

    def left(self) -> set[str]:
        """Every file that deployments left, and every configuration."""
        files = [*self.levee.rglob("*"), *(self.folder / "stacks").glob("Pulumi.*")]
        return {str(file.relative_to(self.folder)) for file in files if file.is_file()}
