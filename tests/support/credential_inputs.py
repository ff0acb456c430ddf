"""Builders of compliant inputs, to be spoilt in one place."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from levee_infra.providers.protocol.properties import Properties


def acl(name: str = "logs.audit", operation: str = "Write", resource_type: str = "topic", **more: Any) -> Properties:
    return {"resourceType": resource_type, "name": name, "operation": operation, **more}


@dataclass(frozen=True)
class WriterInputs:
    """Inputs of a service that writes one topic. Called with what shall be different."""

    service: str = "billing"
    topic: str = "logs.audit"
    directory: Path = Path("/var/lib/levee/secrets")

    def __call__(self, **changes: Any) -> Properties:
        return {
            "service": self.service,
            "generation": 1,
            "acls": [acl(self.topic, "Write"), acl(self.topic, "Describe")],
            "secretStore": {"kind": "file", "directory": str(self.directory)},
            **changes,
        }


credential_inputs = WriterInputs()
