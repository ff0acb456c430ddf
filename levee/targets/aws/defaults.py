"""What stands for an input that isn't named: said by each kind's provider, and judged by rules as if it were named."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from levee.plan import type_tokens

_NO_APPROVAL: Final = {"deletion": None}

DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        type_tokens.AWS_KEY: {"windowDays": 30, "rotation": True, "enabled": True, **_NO_APPROVAL},
        type_tokens.AWS_SECRET: {"replicas": [], "description": None},
        type_tokens.AWS_ROLE: {
            "path": "/levee/",
            "maxSessionSeconds": 3600,
            "permissionsBoundary": None,
            "foreignPolicies": [],
        },
        type_tokens.AWS_SCRAM_ASSOCIATION: {},
        type_tokens.AWS_CLUSTER_POLICY: {"allowedAccounts": []},
        type_tokens.AWS_ARCHIVE_BUCKET: {
            "standardIaAfterDays": 0,
            "glacierAfterDays": 0,
            "deepArchiveAfterDays": 0,
            "publicAccessBlocked": True,
            "ownershipEnforced": True,
            "versioned": True,
            "bucketKey": True,
            "replicas": [],
            **_NO_APPROVAL,
        },
        type_tokens.AWS_DATA_STREAM: {"mode": "ON_DEMAND", **_NO_APPROVAL},
        type_tokens.AWS_LOG_SUBSCRIPTION: {
            "filterPattern": "",
            "distribution": "ByLogStream",
            "fieldSelectionCriteria": "",
            "applyOnTransformedLogs": False,
            "emitSystemFields": [],
        },
        type_tokens.AWS_ALARM: {
            "treatMissingData": "missing",
            "actionsEnabled": True,
            "actions": [],
            "okActions": [],
            "insufficientDataActions": [],
            "namespace": None,
            "metricName": None,
            "statistic": None,
            "extendedStatistic": None,
            "periodSeconds": None,
            "dimensions": None,
            "metrics": None,
        },
    }
)
"""By type. None: nothing, and nothing is sent."""


def named(type_: str) -> dict[str, Any]:
    """Those that are something."""
    return {name: value for name, value in DEFAULTS.get(type_, {}).items() if value is not None}
