"""What the text of single values must look like."""

from __future__ import annotations

import ipaddress
import re
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from levee.fields.cloud_names import (
    CLOUD_KEY,
    CLOUD_ROLE,
    CLOUD_WRITER,
    bucket_problem,
    caller_problem,
    destination_name_problem,
)
from levee.fields.rules import Rules, free_of, like, one_line_problem, parsed, text
from levee.model.cloud_name import CloudName
from levee.model.duration import Duration
from levee.model.name import NamePattern, key_problem, service_name_problem, topic_name_problem
from levee.model.size import Size
from levee.model.target_block import STACK_KEY

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_HOST_PORT: Final = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:\[\]/@]+):(\d{1,5})", re.ASCII)
_HOST_LABEL: Final = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?")
ORGANIZATION_ID: Final = re.compile(r"o-[a-z0-9]{10,32}")
"""https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html"""

MIN_REASON: Final = 20
_LOGIN: Final = re.compile(r"://[^/]*@")
_LONGEST: Final = 64  # characters of a duration or a size; every useful one is far shorter


def a_duration(value: str) -> Duration:
    """A duration of at least a second: what is shorter is a slip, not a wish. Raises ValueError."""
    duration = Duration.parse(value)
    if duration < Duration(1000):
        raise ValueError(f"{value!r} is shorter than a second; write for example 7d or 12h")
    return duration


def a_size(value: str) -> Size:
    """A size of at least a byte. Raises ValueError."""
    size = Size.parse(value)
    if size.bytes == 0:
        raise ValueError(f"{value!r} would keep nothing; write for example 10GiB")
    return size


def a_date(value: str) -> date:
    """A calendar day. Raises ValueError."""
    hint = "write a day as YYYY-MM-DD"
    if not _DATE.fullmatch(value):
        raise ValueError(f"{value!r} is not a date; {hint}")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value!r} is no day of the calendar; {hint}") from None


def topic_prefix(value: str) -> NamePattern:
    """A prefix of topic names. Raises ValueError, for a single topic too: that is named by its stream."""
    pattern = NamePattern.parse(value)
    if str(pattern) == pattern.name:
        raise ValueError(f"{value!r} is a single topic; name its stream instead: `streams: [<stream>]`")
    return pattern


def host_port_problem(value: str) -> str | None:
    """Why this is not the address of a broker, or None."""
    form = _HOST_PORT.fullmatch(value)
    if form is None:
        return "is not an address; write host:port, for example broker-1.example.com:9093"
    if not 1 <= int(form[2]) <= 65_535:
        return "has no such port; write one from 1 to 65535"
    return None if _is_host(form[1]) else "names no host that can exist; write host:port"


def _is_host(host: str) -> bool:
    if host.startswith("[") or re.fullmatch(r"[0-9.]+", host):
        return _address(host.strip("[]")) is not None
    return len(host) <= 253 and all(_HOST_LABEL.fullmatch(label) for label in host.split("."))


def file_path_problem(value: str) -> str | None:
    """Why this is not the path of a file or folder, relative to the project or absolute, or None."""
    if not value.isprintable() or value != value.strip():
        return "is not a path; remove spaces around it and control characters"
    if ".." in value.split("/"):
        return "climbs out of its folder by ..; write a path inside the project, or an absolute one"
    if value.startswith("~") or "$" in value:
        return "would need a shell to be resolved; write a path inside the project, or an absolute one"
    return None


def a_name_or_all(value: str) -> NamePattern:
    """An exact name, a prefix, or `*` for all there are, as other tools' ACLs have it. Raises ValueError."""
    return NamePattern(value) if value == "*" else NamePattern.parse(value)


def principal_name_problem(value: str) -> str | None:
    """What is wrong with the name of a principal, or None. Reads on after it; the hint stands behind `; `."""
    if "*" in value or value == "ANONYMOUS":
        return "is nobody in particular; name each principal"
    if value.startswith("User:"):
        return "is written without its type; leave `User:` out"
    if not value.isprintable() or value != value.strip() or not 0 < len(value) <= 200:
        return "is no principal's name; write it as the brokers have it, such as exporter or CN=exporter,O=example"
    return None


def a_principal(value: str) -> str:
    """The name of a principal, written with its type or without. Raises ValueError, for one that is nobody's too."""
    name = value.removeprefix("User:")
    if problem := principal_name_problem(name):
        raise ValueError(f"{value!r} {problem}")
    return name


def host_problem(value: str) -> str | None:
    """What is wrong with the host of a right, or None."""
    if value == "*" or _address(value) is not None:
        return None
    return "is no address; Kafka compares addresses: write one, such as 10.0.0.7, or leave it out for every host"


def reason_problem(value: str) -> str | None:
    """Why this says too little to be a reason, or None."""
    if len(value.strip()) < MIN_REASON:
        return f"says too little; write a reason of {MIN_REASON} characters or more"
    return one_line_problem(value)


def filter_problem(value: str) -> str | None:
    """Why this can't be a filter's text, or None. Lines are its own affair."""
    return None if value.strip() else "is blank; write the filter, or remove the key"


def destination_problem(value: str) -> str | None:
    """Why this can't be a sink's destination, or None. What it holds is never repeated: it may be a password."""
    if _LOGIN.search(value):
        return "holds a user or a password before the @; remove it: the connector gets its login from a secret store"
    return one_line_problem(value) or destination_name_problem(value)


def cloud_name_problem(value: str) -> str | None:
    """Why this has not the form of an ARN or a CRN, or None. Whose it is and where is for the rules to say."""
    try:
        CloudName.parse(value)
    except ValueError as error:
        return str(error)
    return None


def key_name_problem(value: str) -> str | None:
    """Why this names no key, or None."""
    if value == STACK_KEY:
        return None
    if not value.startswith(("arn:", "crn:")):
        return f"is neither an ARN, nor a CRN, nor {STACK_KEY} (the key that levee makes for an aws stack)"
    return CLOUD_KEY.problem(value)


def organization_problem(value: str) -> str | None:
    """Why this is no organization of AWS Organizations, or None."""
    return None if ORGANIZATION_ID.fullmatch(value) else "is no organization's id; write it as o-a1b2c3d4e5"


def log_pattern_problem(value: str) -> str | None:
    """Why CloudWatch Logs would refuse this filter, as far as its brackets tell, or None."""
    closing = {"{": "}", "[": "]", "%": "%"}.get(value[:1])
    if closing is None or (value.endswith(closing) and len(value) > 1):
        return None
    return f"begins with {value[0]} and doesn't end with {closing}"


def endpoint_problem(url: str) -> str | None:
    """Why this is no endpoint of an API, or None. What is in it is never repeated: it may be a password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is no URL, or has no such port; write scheme, host and port: https://host:443"
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        return "must be a URL; write scheme, host and port: https://host:443"
    if parts.username is not None or parts.password is not None or parts.path or "?" in url or "#" in url:
        return "must name a scheme, a host and a port and nothing else; write for example https://host:443"
    if parts.scheme == "http" and not _is_loopback(host):
        return "must use https, or secrets would cross the network in clear; write https://host:443"
    return None


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


CLOUD_NAME: Final[Rules] = text(free_of(cloud_name_problem, shown=False), most=2048)
CUSTOMER_KEY: Final[Rules] = CLOUD_KEY.rules
ROLE: Final[Rules] = CLOUD_ROLE.rules
WRITER: Final[Rules] = CLOUD_WRITER.rules
CALLER: Final[Rules] = text(free_of(caller_problem, shown=False), most=2048)
BUCKET: Final[Rules] = text(free_of(bucket_problem))
AWS_ACCOUNT: Final[Rules] = like(r"[0-9]{12}", 'is no AWS account; write its 12 digits in quotes: "123456789012"')
ORGANIZATION: Final[Rules] = text(free_of(organization_problem))
DURATION: Final[Rules] = text(parsed(a_duration), most=_LONGEST)
SIZE: Final[Rules] = text(parsed(a_size), most=_LONGEST)
DATE: Final[Rules] = text(parsed(a_date), most=_LONGEST)
PRINCIPAL_NAMES: Final[Rules] = text(parsed(a_name_or_all), most=256)
HOST: Final[Rules] = text(free_of(host_problem), most=64)
PRINCIPAL_NAME: Final[Rules] = text(parsed(a_principal))
PATTERN: Final[Rules] = text(parsed(NamePattern.parse), most=256)
TOPIC_PREFIX: Final[Rules] = text(parsed(topic_prefix), most=250)
TOPIC: Final[Rules] = text(free_of(topic_name_problem), most=1000)
SERVICE: Final[Rules] = text(free_of(service_name_problem), most=1000)
KEY: Final[Rules] = text(free_of(key_problem), most=1000)
REASON: Final[Rules] = text(free_of(reason_problem), most=1000)
HOST_PORT: Final[Rules] = text(free_of(host_port_problem), most=300)
CLUSTER_ID: Final[Rules] = like(  # org.apache.kafka.common.Uuid.toString
    r"[A-Za-z0-9_-]{22}", "is not a cluster id; write the 22 characters that `kafka-cluster.sh cluster-id` prints"
)
FILE_PATH: Final[Rules] = text(free_of(file_path_problem, shown=False), most=4096)
VARIABLE: Final[Rules] = like(r"[A-Za-z_][A-Za-z0-9_]*", "is not the name of an environment variable", shown=False)
SECRET_PREFIX: Final[Rules] = like(
    r"[A-Za-z0-9/_+=.@-]+", "begins no secret's name; allowed are a-z A-Z 0-9 / _ + = . @ -", most=256
)
LOG_GROUP: Final[Rules] = like(
    r"[A-Za-z0-9_/.#-]+", "is no log group's name; allowed are a-z A-Z 0-9 _ - / . #", most=512
)
KEY_NAME: Final[Rules] = text(free_of(key_name_problem, shown=False), most=2048)
ENDPOINT: Final[Rules] = text(free_of(endpoint_problem, shown=False), most=300)
PRINCIPAL: Final[Rules] = like(
    r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.(?:com(?:\.cn)?|eu)",
    "is no service principal; write it as ecs-tasks.amazonaws.com",
    most=128,
)
IDENTITY: Final[Rules] = like(r"[!-~]+", "is no id; write the topic id or ARN as levee printed it", most=2048)
ACCOUNT: Final[Rules] = like(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "is not an account; allowed are a-z A-Z 0-9 . _ -")
USERNAME: Final[Rules] = like(r"[A-Za-z0-9._@-]{1,128}", "is not a user name; allowed are a-z A-Z 0-9 . _ @ -")
