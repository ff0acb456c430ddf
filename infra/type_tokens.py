"""Every type token of ours. A token is written into the state of every deployment: it never changes."""

from __future__ import annotations

from typing import Final

LOG_STREAM: Final = "levee:index:LogStream"
SERVICE_CREDENTIAL: Final = "levee:index:ServiceCredential"
KAFKA_SERVICE_CREDENTIAL: Final = "levee:kafka:ServiceCredential"
