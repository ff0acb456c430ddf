"""`levee:kafka:ServiceCredential`: a SCRAM user with all ACLs of a service (infra/providers/levee)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from levee.model.cluster import AWS_SECRETS_MANAGER, SecretStoreSpec
from levee.model.origin import Origin
from levee.model.stream import Place
from levee.plan import type_tokens
from levee.plan.observed import Access, Login, Principal, StoredSecrets
from levee.plan.places import Holder, NamedPlace, PlaceKind
from levee.plan.planned import Plan, PlannedCredential
from levee.plan.registered import Registered, as_text
from levee.plan.unknown import Unknown, unknown

TYPE: Final = type_tokens.KAFKA_SERVICE_CREDENTIAL
EXISTING: Final = type_tokens.KAFKA_PRINCIPAL_GRANTS
"""The ACLs of a service whose principal was made elsewhere: no login of levee's making."""
IDENTITIES: Final = frozenset({TYPE, EXISTING})
"""Every type of resource that gives a service its access."""

KIND_IN_AWS: Final = "secrets-manager"  # of its provider's stores
MECHANISM: Final = "SCRAM-SHA-512"  # the only one it makes


def principal(resource: Registered, declared: Mapping[str, PlannedCredential]) -> Principal:
    """Whom the credential lets in, and all that it may do."""
    service, origin = _known(resource, declared)
    return Principal(
        name=_user(resource),
        label=service.service if service else resource.name,
        service=service.service if service else None,
        owner=service.owner if service else None,
        access=_access(resource, origin),
        made_elsewhere=resource.type == EXISTING,
        origin=origin,
    )


def login(resource: Registered, declared: Mapping[str, PlannedCredential]) -> Login:
    """The credential as a SCRAM user. Its provider makes the password and stores it away: none is in clear."""
    service, origin = _known(resource, declared)
    return Login(
        name=_user(resource),
        label=service.service if service else resource.name,
        service=service.service if service else None,
        mechanism=MECHANISM,
        iterations=resource.whole("iterations", unknown(f"the iterations of credential {resource.name}")),
        in_clear=False,
        owner=service.owner if service else None,
        rotate_every=service.scram.rotate_every if service and service.scram else None,
        origin=origin,
    )


def secrets(resource: Registered, plan: Plan) -> StoredSecrets:
    """Where the password is kept. The key is that of its secret, which is a resource of its own."""
    store = _store(resource)
    in_cloud = plan.secrets.in_aws or store.text("kind") == KIND_IN_AWS
    return StoredSecrets(
        store=SecretStoreSpec(
            kind=AWS_SECRETS_MANAGER if in_cloud else plan.secrets.kind,
            prefix=store.text("prefix"),
            key=plan.secrets.key,
        ),
        origin=replace(plan.origin, urn=resource.urn),
    )


def places(resource: Registered, plan: Plan) -> Iterator[NamedPlace]:
    """The account and the region of that store, where it is a cloud's, and its API."""
    store, origin = _store(resource), replace(plan.origin.at("secrets"), urn=resource.urn)
    holder = Holder("secrets", PlaceKind.SECRET, origin)
    yield from holder.place(Place(account=store.text("account"), region=store.text("region")))
    yield from holder.name("endpoint", store.text("endpoint"), kind=PlaceKind.API)


def _store(resource: Registered) -> Registered:
    """Its store. Where that isn't known, neither are its settings, and its kind is taken for the plan's."""
    given = resource.properties.get("secretStore")
    store = dict(given) if isinstance(given, Mapping) else {"prefix": given}
    if isinstance(store.get("kind"), Unknown):
        store |= {"kind": None, "prefix": store["kind"]}
    return replace(resource, properties=store)


def passwords_made(resource: Registered) -> Iterator[tuple[str, date | None]]:
    """All its users, with the day (UTC) on which the password was made; a note that names no day is none."""
    noted, principals = resource.outputs.get("madeOn"), resource.outputs.get("principals")
    for principal in principals if isinstance(principals, list) else ():
        username = str(principal).removeprefix("User:")
        yield username, _day(noted.get(username) if isinstance(noted, Mapping) else None)


def _day(note: object) -> date | None:
    try:
        return date.fromisoformat(note) if isinstance(note, str) else None
    except ValueError:
        return None


def _known(resource: Registered, declared: Mapping[str, PlannedCredential]) -> tuple[PlannedCredential | None, Origin]:
    name = resource.text("service")
    service = None if isinstance(name, Unknown) else declared.get(name)
    return service, Origin("", (), resource.urn) if service is None else replace(service.origin, urn=resource.urn)


def _user(resource: Registered) -> Any:
    if resource.type == EXISTING:
        name = resource.text("principal")
        return unknown(f"the principal of {resource.name}") if name is None else name
    service, generation = resource.text("service"), resource.whole("generation")
    if service is None or generation is None or isinstance(service, Unknown) or isinstance(generation, Unknown):
        return unknown(f"the user of credential {resource.name}")
    return f"User:{service}.g{generation}"


def _access(resource: Registered, origin: Origin) -> Any:
    acls = resource.properties.get("acls")
    if not isinstance(acls, list | tuple):
        return unknown(f"the ACLs of credential {resource.name}")
    return tuple(_entry(acl, f"of credential {resource.name}", origin) for acl in acls)


def _entry(acl: Any, what: str, origin: Origin) -> Any:
    if not isinstance(acl, Mapping):
        return unknown(f"an ACL {what}")

    def word(key: str) -> Any:
        return as_text(acl.get(key), f"{key} of an ACL {what}", unknown(f"{key} of an ACL {what}"))

    def folded(key: str) -> Any:
        value = word(key)
        return value if isinstance(value, Unknown) else value.lower()

    return Access(
        allows=True,
        operation=folded("operation"),
        resource_type=folded("resourceType"),
        name=word("name"),
        pattern=folded("pattern"),
        host=word("host"),
        origin=origin,
    )
