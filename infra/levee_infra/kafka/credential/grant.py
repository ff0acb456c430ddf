"""What a service may do: one entry of a credential's ``acls``, and which entries levee refuses to give.

Kafka's table of resources and operations:
https://kafka.apache.org/documentation/#operations_resources_and_protocols
"""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from levee.model.name import SEPARATORS, topic_name_problem
from levee_infra.providers.protocol.declared import Field, list_of, needed, read_apart
from levee_infra.providers.protocol.failures import Problem
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.properties import Properties, Value, reveal

CLUSTER_NAME: Final = "kafka-cluster"
"""The only resource of type cluster (org.apache.kafka.common.resource.Resource.CLUSTER_NAME)."""

MAX_NAME_LENGTH: Final = 255
PATTERNS: Final = ("literal", "prefixed")

OPERATIONS: Final[Mapping[str, frozenset[str]]] = {
    "topic": frozenset({"Read", "Write", "Create", "Delete", "Alter", "Describe", "DescribeConfigs", "AlterConfigs"}),
    "group": frozenset({"Read", "Describe", "Delete", "DescribeConfigs", "AlterConfigs"}),
    "transactionalId": frozenset({"Write", "Describe"}),
    # Alter, AlterConfigs, Create and ClusterAction on the cluster let a service grant itself anything else.
    "cluster": frozenset({"Describe", "DescribeConfigs", "IdempotentWrite"}),
}
"""Operations that a service can be given, by resource type; ``All`` is never one of them."""

ENTRY: Final = (
    needed("resourceType", "`topic`, `group`, `transactionalId` or `cluster`."),
    Field("name", "The resource's name, or a prefix that ends at a separator. Never a wildcard."),
    Field("pattern", "`literal` or `prefixed`.", default="literal"),
    needed("operation", "A single Kafka operation, such as `Read`. Never `All`."),
    Field("host", "An IP address, or `*`.", default="*"),
)
WHAT: Final = "an entry of acls"
ACLS: Final = replace(
    list_of("levee:kafka:Acl", WHAT, ENTRY, "One operation that the service may do."), read=read_apart
)
PROPERTIES: Final = tuple(each.name for each in ENTRY)


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One operation allowed on one resource, from one host or from everywhere (``*``).

    Words are those of the ``acls`` property (``topic``, ``literal``, ``Read``). A grant read back from a
    cluster may hold other words of Kafka's, such as ``delegationToken``.
    """

    resource_type: str
    name: str
    pattern: str
    operation: str
    host: str = "*"

    def __str__(self) -> str:
        name = f"{self.name}*" if self.pattern == "prefixed" else self.name
        host = "" if self.host == "*" else f" from {self.host}"
        return f"{self.operation} on {self.resource_type} {name}{host}"

    def to_properties(self) -> Properties:
        """Return the entry as it stands in ``acls``."""
        return {
            "resourceType": self.resource_type,
            "name": self.name,
            "pattern": self.pattern,
            "operation": self.operation,
            "host": self.host,
        }


def read_grant(entry: Value, path: str) -> tuple[Grant | None, list[Problem]]:
    """Read one entry of ``acls``, which stands at ``path``.

    The grant is None where a problem was found or a value isn't known yet in this preview.
    """
    entry = reveal(entry)
    if not isinstance(entry, dict):
        return None, [Problem(path, "an entry of acls must be an object with " + ", ".join(PROPERTIES))]
    fields = Fields(entry, what=WHAT)
    fields.only(PROPERTIES)
    resource_type = fields.text("resourceType", required=True)
    operation = fields.text("operation", required=True)
    pattern = fields.text("pattern") or "literal"
    host = fields.text("host") or "*"
    name = fields.text("name", required=resource_type != "cluster") or CLUSTER_NAME
    problems = list(fields.problems)
    values = [known(value) for value in (resource_type, name, pattern, operation, host)]
    grant = Grant(*(value or "" for value in values))
    if not problems and all(values):
        problems.extend(_problems(grant))
    located = [Problem(f"{path}.{problem.property}", problem.reason) for problem in problems]
    return (grant if all(values) and not problems else None), located


def _problems(grant: Grant) -> Iterator[Problem]:
    if grant.resource_type not in OPERATIONS:
        yield Problem("resourceType", f"must be one of {', '.join(sorted(OPERATIONS))}")
        return
    if grant.pattern not in PATTERNS:
        yield Problem("pattern", "must be literal or prefixed")
    if reason := _operation_problem(grant):
        yield Problem("operation", reason)
    if reason := _cluster_problem(grant) if grant.resource_type == "cluster" else _name_problem(grant):
        yield Problem("name", reason)
    if grant.host != "*" and not _is_address(grant.host):
        yield Problem("host", "must be an IP address, or * for every host; Kafka compares addresses, not names")


def _operation_problem(grant: Grant) -> str | None:
    allowed = OPERATIONS[grant.resource_type]
    if grant.operation in allowed:
        return None
    if grant.operation in {"All", "Any"}:
        return f"{grant.operation} is too wide for a service; list what it needs of {', '.join(sorted(allowed))}"
    return f"a service can be given only {', '.join(sorted(allowed))} on a {grant.resource_type}"


def _cluster_problem(grant: Grant) -> str | None:
    if grant.name != CLUSTER_NAME or grant.pattern != "literal":
        return f"the cluster is named {CLUSTER_NAME} and matched literally; leave name and pattern out"
    return None


def _name_problem(grant: Grant) -> str | None:
    if "*" in grant.name:
        return "wildcards are not granted; name each resource, or use pattern prefixed with a separator at the end"
    if not grant.name.isprintable() or grant.name != grant.name.strip() or len(grant.name) > MAX_NAME_LENGTH:
        return f"must be 1 to {MAX_NAME_LENGTH} printable characters without blanks around them"
    if grant.pattern == "prefixed" and (grant.name[-1] not in SEPARATORS or not grant.name.strip(SEPARATORS)):
        return "a prefix must be a name that ends at a separator, one of . - _ (logs. is good, logs is not)"
    if grant.resource_type == "topic" and (reason := topic_name_problem(grant.name)):
        return f"{grant.name} {reason}"
    return None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
