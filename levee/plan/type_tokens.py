"""Every type token of ours. A token is written into the state of every deployment: it never changes."""

from __future__ import annotations

from typing import Final

LOG_STREAM: Final = "levee:index:LogStream"
SERVICE_CREDENTIAL: Final = "levee:index:ServiceCredential"
KAFKA_SERVICE_CREDENTIAL: Final = "levee:kafka:ServiceCredential"
KAFKA_PRINCIPAL_GRANTS: Final = "levee:kafka:PrincipalGrants"
AWS_KEY: Final = "levee:aws:Key"
AWS_SECRET: Final = "levee:aws:Secret"  # noqa: S105 - a type token
AWS_ROLE: Final = "levee:aws:Role"
AWS_SCRAM_ASSOCIATION: Final = "levee:aws:ScramAssociation"
AWS_CLUSTER_POLICY: Final = "levee:aws:ClusterPolicy"
AWS_ARCHIVE_BUCKET: Final = "levee:aws:ArchiveBucket"
AWS_DATA_STREAM: Final = "levee:aws:DataStream"
AWS_LOG_SUBSCRIPTION: Final = "levee:aws:LogSubscription"
AWS_ALARM: Final = "levee:aws:Alarm"
