"""``levee:ibm:ServiceId``: the identity of one service, what it may do on an Event Streams instance, and its API keys.

Sources: https://cloud.ibm.com/apidocs/iam-identity-token-api#create-service-id and #create-api-key,
https://cloud.ibm.com/apidocs/iam-policy-management#create-v2-policy.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from levee.clock import Clock
from levee.targets.ibm.access import AccessPolicy, ResourceKind, ServiceRole
from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.credential.declared_credential import SECRET_STORE, read_location, read_store, service_problem
from levee_infra.kafka.credential.password import generate_password
from levee_infra.kafka.secret_store.batched_store import BatchedStore
from levee_infra.kafka.secret_store.client_settings import ClientConnection
from levee_infra.kafka.secret_store.contract import Fit, StoreLocation, Stores
from levee_infra.providers.protocol.declared import INTEGERS, Field, lasting, list_of, needed, one_of, read_apart
from levee_infra.providers.protocol.failures import FailedError, refused
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties, Value
from levee_infra.targets.ibm.api import Api, IbmError, Request, UnansweredError
from levee_infra.targets.ibm.connection import Service
from levee_infra.targets.ibm.inventory import API_KEYS, POLICIES, SERVICE_IDS, Held, Inventory, attributes
from levee_infra.targets.ibm.kinds.ibm_kind import IS_ADOPTED, IbmKind, Live

SERVICE: Final = "messagehub"
ROLE: Final = "crn:v1:bluemix:public:iam::::serviceRole:"
CONFLICT: Final = 409
LITERAL, PREFIX = "literal", "prefixed"
POLICY_LIST: Final = list_of(
    "levee:ibm:AccessPolicy",
    "an access policy",
    (
        needed("kind", check=one_of(*ResourceKind)),
        Field("name", "Of the resource; without it all of that kind."),
        needed("match", "Whether the name is whole.", check=one_of(LITERAL, PREFIX)),
        needed("role", check=one_of(*ServiceRole)),
    ),
    "A role on resources of an Event Streams instance.",
)


def _generations_problem(generations: Sequence[int]) -> str | None:
    is_good = generations and min(generations) >= 1 and len({*generations}) == len(generations)
    return None if is_good else "must be different numbers from 1"


class ServiceId(IbmKind):
    """A service id with access policies on one instance, and an API key for each valid generation.

    A key's value is made here and stored before the key is: a run that is killed leaves no key that nobody knows.
    Names aren't unique: one is the stack's own by its description, and another one of its name is none of its business.
    """

    token = "levee:ibm:ServiceId"  # noqa: S105 - a type token
    what = "service id"
    takes = (
        lasting("service", "Lower-case letters, digits and inner hyphens.", check=service_problem),
        lasting("name", "The service id's."),
        lasting("description", "Whose it is, for levee itself."),
        lasting("instance", "The GUID of the Event Streams instance."),
        needed("policies", "What it may do there, and nothing else.", POLICY_LIST),
        needed("generations", "One API key each: `siem.g1`.", INTEGERS, check=_generations_problem),
        needed("secretStore", "Where the API keys are kept.", replace(SECRET_STORE, read=read_apart)),
    )
    gives = (needed("iamId", "Who it is to IAM."), IS_ADOPTED)
    mark = "description"

    def __init__(self, api: Api, clock: Clock, connection: ClientConnection, stores: Stores) -> None:
        super().__init__(api)
        self._clock, self._connection, self._kinds_of_store = clock, connection, stores
        self._inventory = Inventory(api)
        self._stores: dict[StoreLocation, BatchedStore] = {}

    def check_fields(self, fields: Fields, given: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Keys are kept with the settings of clients."""
        read_store(fields, self._kinds_of_store)
        if not self._connection.bootstrap_servers:
            fields.refuse("service", "needs ibm.bootstrapServers in the provider's configuration, for its clients")

    async def look_for(self, new: Properties) -> Live | None:
        """By its name and description."""
        found = [
            held
            for held in await self._inventory.named(str(new["name"]))
            if held.about.get("description") == new["description"]
        ]
        if len(found) > 1:
            ids = ", ".join(str(held.about["id"]) for held in found)
            raise refused("name", f"there are {len(found)} service ids {new['name']} of this stack ({ids}); remove one")
        return await self._live(found[0], new) if found else None

    async def look_at(self, recorded: Recorded) -> Live | None:
        """In the list, or by itself where it isn't there."""
        held = await self._inventory.find(recorded.id)
        if held is None:
            answer = await self.api.find(self._request("GET", f"{SERVICE_IDS}{recorded.id}"))
            if answer is None:
                return None
            held = Held(answer.body, (), ())
        return await self._live(held, recorded.inputs)

    async def make(self, new: Properties) -> Live:
        """Make it without any right; where nobody answers, look whether it is there."""
        body = {
            "account_id": self.api.connection.account,
            "name": new["name"],
            "description": new["description"],
        }
        self._inventory.forget()
        try:
            answer = await self.api.send(self._request("POST", SERVICE_IDS, body))
        except UnansweredError:
            self._inventory.forget()
            found = await self.look_for(new)
            if found is None:
                raise
            return found
        return await self._live(Held(answer.body, (), ()), new)

    async def alter(self, live: Live, new: Properties) -> Live:
        """What is declared comes first, and only then goes what no longer is."""
        held = await self._held(live)
        declared, found = _policies(new), dict(_found(held, str(new["instance"])))
        for policy in declared:
            if policy not in found.values():
                await self._grant(held, policy, str(new["instance"]))
        for id_, was in found.items():
            if was not in declared:
                await self.api.find(self._request("DELETE", f"{POLICIES}/{id_}"))
        store, keys = self._store(new), _keys(held, str(new["service"]))
        names = _names(new)
        for name in names:
            await self._establish(held, store, name, keys.pop(name, None))
        for name, key in keys.items():
            await self.api.find(self._request("DELETE", f"{API_KEYS}/{key}"))
            await store.forget(name)
        self._inventory.forget()
        return await self._live(await self._held(live), new)

    async def remove(self, live: Live) -> None:
        """Remove it, which takes its keys and policies along."""
        await self.api.find(self._request("DELETE", f"{SERVICE_IDS}{live.id}"))
        self._inventory.forget()

    async def delete(self, recorded: Recorded) -> bool | None:
        """Remove it, then what is kept of its keys."""
        await super().delete(recorded)
        store = self._store(recorded.inputs)
        for name in _names(recorded.inputs):
            await store.forget(name)
        return None

    async def close(self) -> None:
        """Close the stores."""
        stores, self._stores = self._stores, {}
        for store in stores.values():
            await store.close()

    async def _establish(self, held: Held, store: BatchedStore, name: CredentialName, key: str | None) -> None:
        """Make a key whose value is kept already. One that is there without a kept value is of no use to anybody."""
        kept = await store.find(name)
        if kept is not None and kept.fit is Fit.ELSEWHERE:
            raise FailedError(f"{kept.reference} names other brokers only, so it is of another instance; move it away")
        if kept is not None and kept.fit is Fit.OUTDATED:
            kept = await store.keep(name, kept.password, kept.made)
        if key is not None and kept is not None:
            return
        if key is not None:
            await self.api.find(self._request("DELETE", f"{API_KEYS}/{key}"))
        if kept is None:
            kept = await store.keep(name, generate_password(), self._clock.today())
        body = {
            "name": name.username,
            "iam_id": held.about["iam_id"],
            "account_id": self.api.connection.account,
            "description": held.about.get("description", ""),
            "apikey": kept.password.reveal(),
            "store_value": False,
        }
        request = self._request("POST", API_KEYS, body)
        try:
            await self.api.send(request)
        except UnansweredError:
            self._inventory.forget()
            again = await self._inventory.find(str(held.about["id"]))
            if again is None or name not in _keys(again, name.service):
                raise

    async def _grant(self, held: Held, policy: AccessPolicy, instance: str) -> None:
        """Make a policy; one of equal attributes that is there already has another role, or is this one."""
        request = self._request("POST", POLICIES, self._policy(held, policy, instance))
        try:
            answer = await self.api.send_unique(request)
        except IbmError as error:
            if error.status != CONFLICT:
                raise
            return
        if (stored := _role(answer.body)) != policy.role:
            raise FailedError(
                f"IBM stored {stored or 'no role'} where {policy} was asked for: nobody can grant more than they hold. "
                f"Run again as somebody who holds {policy.role} on the instance"
            )

    def _policy(self, held: Held, policy: AccessPolicy, instance: str) -> dict[str, Any]:
        resource = {"serviceName": SERVICE, "serviceInstance": instance, "resourceType": policy.kind.value}
        plain = {"accountId": self.api.connection.account, **resource}
        named = [{"key": "resource", "operator": policy.operator, "value": policy.resource}] if policy.name else []
        return {
            "type": "access",
            "description": held.about.get("description", ""),
            "subject": {"attributes": [_equal("iam_id", held.about["iam_id"])]},
            "control": {"grant": {"roles": [{"role_id": f"{ROLE}{policy.role}"}]}},
            "resource": {"attributes": [*(_equal(key, value) for key, value in plain.items()), *named]},
        }

    def _request(self, method: str, path: str, body: Any = None) -> Request:
        return Request(method=method, service=Service.IAM, path=path, body=body, withheld=path.startswith(API_KEYS))

    async def _held(self, live: Live) -> Held:
        held = await self._inventory.find(live.id)
        return held or Held(
            {"id": live.id, "iam_id": live.outputs["iamId"], "description": live.inputs["description"]}, (), ()
        )

    async def _live(self, held: Held, new: Properties) -> Live:
        """What IAM has, and which keys' values are kept."""
        about, instance = held.about, str(new.get("instance", ""))
        service = str(new.get("service", ""))
        generations: list[Value] = []
        if "secretStore" in new:
            store = self._store(new)
            for name in sorted(_keys(held, service)):
                kept = await store.seen(name)
                if kept is not None and kept.fit is Fit.CURRENT:
                    generations.append(name.generation)
        found = list(_found(held, instance))
        policies: list[Value] = [
            *[_written(policy) for policy in sorted(policy for _, policy in found if policy is not None)],
            *[dict[str, Value](other=id_) for id_, policy in found if policy is None],
        ]
        inputs: Properties = {
            "service": service,
            "name": str(about.get("name", new.get("name", ""))),
            "description": str(about.get("description", "")),
            "instance": instance,
            "policies": policies,
            "generations": generations,
            "secretStore": new.get("secretStore"),
        }
        return Live(str(about["id"]), inputs, {"iamId": str(about.get("iam_id", ""))})

    def _store(self, inputs: Properties) -> BatchedStore:
        location = read_location(inputs, self._kinds_of_store)
        if location is None:
            raise FailedError("the state doesn't say where keys are kept; restore it")
        if location not in self._stores:
            self._stores[location] = BatchedStore(location.open(self._connection))
        return self._stores[location]


def _declared(entry: Properties) -> AccessPolicy:
    name, is_prefix = str(entry.get("name") or ""), entry["match"] == PREFIX
    return AccessPolicy(ResourceKind(str(entry["kind"])), name, is_prefix, ServiceRole(str(entry["role"])))


def _written(policy: AccessPolicy) -> dict[str, Value]:
    match = PREFIX if policy.is_prefix else LITERAL
    return {"kind": policy.kind.value, "name": policy.name, "match": match, "role": policy.role.value}


def _policies(inputs: Properties) -> list[AccessPolicy]:
    entries = inputs["policies"]
    return [_declared(entry) for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _names(inputs: Properties) -> list[CredentialName]:
    generations = inputs.get("generations")
    numbers = generations if isinstance(generations, list) else []
    return [CredentialName(str(inputs["service"]), number) for number in numbers if isinstance(number, int)]


def _keys(held: Held, service: str) -> dict[CredentialName, str]:
    """The ids of the service's API keys. One of another name isn't levee's: it is told by the proof."""
    found = {}
    for key in held.keys:
        with suppress(ValueError):
            name = CredentialName.parse(str(key.get("name", "")))
            if name.service == service:
                found[name] = str(key["id"])
    return found


def _found(held: Held, instance: str) -> Iterator[tuple[str, AccessPolicy | None]]:
    """Every policy of the service id by its id; None for one of another form than levee writes."""
    for policy in held.policies:
        yield str(policy["id"]), _read(policy, instance)


def _read(policy: Mapping[str, Any], instance: str) -> AccessPolicy | None:
    found = attributes(policy.get("resource") or {})
    operator, name = found.pop("resource", ("stringEquals", ""))
    values = {key: value for key, (_, value) in found.items() if key != "accountId"}
    is_prefix = operator == "stringMatch" and name.endswith("*")
    try:
        kind, role = ResourceKind(values.pop("resourceType", "")), ServiceRole(_role(policy))
    except ValueError:
        return None
    if values != {"serviceName": SERVICE, "serviceInstance": instance} or ("*" in name and not is_prefix):
        return None
    return AccessPolicy(kind, name.removesuffix("*"), is_prefix, role)


def _role(policy: Mapping[str, Any]) -> str:
    """The roles that a policy grants: one, of those that levee writes."""
    roles = policy.get("control", {}).get("grant", {}).get("roles") or ()
    return ", ".join(sorted(str(role.get("role_id", "")).removeprefix(ROLE) for role in roles))


def _equal(key: str, value: Any) -> dict[str, Any]:
    return {"key": key, "operator": "stringEquals", "value": value}
