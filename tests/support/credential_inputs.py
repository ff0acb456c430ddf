"""Builders of compliant inputs, to be spoilt in one place."""

from pathlib import Path
from typing import Any

from infra.providers.properties import Properties


def acl(name: str = "logs.audit", operation: str = "Write", resource_type: str = "topic", **more: Any) -> Properties:
    return {"resourceType": resource_type, "name": name, "operation": operation, **more}


def credential_inputs(directory: Path = Path("/var/lib/levee/secrets"), **changes: Any) -> Properties:
    inputs: Properties = {
        "service": "billing",
        "generation": 1,
        "acls": [acl(), acl(operation="Describe")],
        "secretStore": {"kind": "file", "directory": str(directory)},
    }
    return {**inputs, **changes}
