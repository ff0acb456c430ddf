"""How the stack's own administrator reaches the cluster, from the stack's declaration."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from levee.diagnostics import LeveeError
from levee.loading.plain_file import UnreadableError, read_plain_text
from levee.model.cluster import ClusterSpec
from levee_infra.kafka.admin.connection import (
    CONTACT_VARIABLE,
    LARGEST_PEM,
    Connection,
    read_connection,
)
from levee_infra.kafka.login.registry import declared
from levee_infra.kafka.login.secrets import SECRETS
from levee_infra.providers.protocol.failures import RefusedError


def provider_connection(cluster: ClusterSpec, project: Path) -> dict[str, Any]:
    """The connection in pulumi-kafka's words, for a provider. The password stays where its reference points.

    Raises LeveeError where the CA's file can't be read.
    """
    security = cluster.security
    connection: dict[str, Any] = {
        "bootstrapServers": list(cluster.admin_bootstrap),
        "tlsEnabled": True,
        **declared(security.admin, project),
    }
    if security.ca_file is not None:
        connection["caCert"] = _authority(project / security.ca_file)
    return connection


def admin_connection(cluster: ClusterSpec, project: Path) -> Connection:
    """The connection with its secret read. Raises LeveeError saying which file or variable is missing."""
    try:
        said = provider_connection(cluster, project)
        connection = read_connection(said, _named_variables(said))
        if connection.ca is not None:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=connection.ca)
    except RefusedError as error:
        raise LeveeError(f"cluster {cluster.id}: {error}", _START, exit_code=2) from None
    except (ssl.SSLError, ValueError):  # its own text is the parser's
        message = f"cluster {cluster.id}: {cluster.security.ca_file} holds no certificate that can be read"
        raise LeveeError(message, _START, exit_code=2) from None
    return connection


def _named_variables(said: Mapping[str, Any]) -> dict[str, str]:
    """Of the environment, the variables that the stack names: nothing ambient decides how a cluster is reached.

    And how long to wait for it.
    """
    names = (CONTACT_VARIABLE, *(said.get(f"{secret}Environment") for secret in SECRETS))
    return {name: os.environ[name] for name in names if name is not None and name in os.environ}


def _authority(file: Path) -> str:
    try:
        text = read_plain_text(file, LARGEST_PEM)
    except UnreadableError as error:
        reason = error.message
    else:
        if text.isascii() and "-----BEGIN " in text:
            return text
        reason = "it holds no PEM block"
    raise LeveeError(f"the cluster's CA file {file} can't be read: {reason}", _START, exit_code=2)


_START = "for the local stack: `levee local up`; otherwise correct cluster.security in stack.yaml"
