"""Which call of the AWS API a request is: read from its signature and, by botocore's models, from its form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import unquote

from botocore.exceptions import UnknownServiceError
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]*)/(?P<service>[^/]+)/aws4_request")
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html"""

CLIENT_NAMES = {"monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi"}
"""Services that boto3 calls otherwise than their signatures do."""

UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class Call:
    """One signed request. `service` is boto3's name for it, `operation` the API's."""

    service: str
    operation: str
    protocol: str
    region: str
    access_key: str

    @property
    def name(self) -> str:
        """As `secretsmanager:CreateSecret`."""
        return f"{self.service}:{self.operation}"


def take_body(environ: WSGIEnvironment) -> bytes:
    """The request's whole body, put back for the next reader with its length: the connection is left clean whatever
    the answer is.
    """
    body: bytes = Request(environ).get_data()
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["CONTENT_LENGTH"] = str(len(body))
    rewind(environ, body)
    return body


def rewind(environ: WSGIEnvironment, body: bytes) -> None:
    """Let `body` be read again."""
    environ["wsgi.input"] = BytesIO(body)


def call_of(environ: WSGIEnvironment) -> Call | None:
    """The call that a request is, None for one that nobody signed. Reads the body."""
    signature = environ.get("HTTP_AUTHORIZATION") or "Credential=" + unquote(environ.get("QUERY_STRING", ""))
    scope = SCOPE.search(signature.replace("X-Amz-Credential=", "Credential="))
    if scope is None:
        return None
    service = CLIENT_NAMES.get(scope["service"], scope["service"])
    request = Request(environ)
    try:
        operation, _ = get_service_router(service).match(request)
        protocol = determine_request_protocol(get_service_model(service), request.content_type)
    except (NotFound, UnknownServiceError):
        return Call(service, UNKNOWN, "json", scope["region"], scope["key"])
    return Call(service, operation.name, protocol, scope["region"], scope["key"])
