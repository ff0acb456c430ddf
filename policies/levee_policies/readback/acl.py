"""`kafka:index/acl:Acl` (https://www.pulumi.com/registry/packages/kafka/api-docs/acl/)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from levee.model.origin import Origin
from levee.plan.observed import Access, Principal
from levee.plan.registered import Registered
from levee.plan.unknown import Unknown, unknown

TYPE: Final = "kafka:index/acl:Acl"


def principals(resources: Iterable[Registered]) -> Iterator[Principal]:
    """Whom the ACLs are about: one principal for all ACLs of a name, and one for each whose name isn't known."""
    named: dict[str, list[Registered]] = {}
    for resource in resources:
        name = resource.text("aclPrincipal", unknown(f"the principal of ACL {resource.name}"))
        if isinstance(name, Unknown):
            yield _principal(name, f"acl {resource.name}", [resource])
        else:
            named.setdefault(name, []).append(resource)
    for name, group in named.items():
        yield _principal(name, name, group)


def _principal(name: Any, label: str, group: list[Registered]) -> Principal:
    return Principal(
        name=name,
        label=label,
        service=None,
        owner=None,
        access=tuple(access(resource) for resource in group),
        origin=Origin("", (), group[0].urn),
    )


def access(resource: Registered) -> Access:
    """One ACL."""
    what = f"of ACL {resource.name}"
    return Access(
        allows=_allows(folded(resource, "aclPermissionType", what)),
        operation=folded(resource, "aclOperation", what),
        resource_type=folded(resource, "aclResourceType", what),
        name=resource.text("aclResourceName", unknown(f"the resource {what}")),
        pattern=folded(resource, "resourcePatternTypeFilter", what, "literal"),
        host=resource.text("aclHost", unknown(f"the host {what}")),
        origin=Origin("", (), resource.urn),
    )


def _allows(permission: Any) -> Any:
    return permission if isinstance(permission, Unknown) else permission == "allow"


def folded(resource: Registered, key: str, what: str, default: str | None = None) -> Any:
    """One of Kafka's words, however it is spelled: `AlterConfigs`, `ALTER_CONFIGS`."""
    value = resource.text(key, unknown(f"{key} {what}") if default is None else default)
    return value if isinstance(value, Unknown) else str(value).replace("_", "").lower()
