"""``kafka:index/acl:Acl``: one entry of the cluster's access control list."""

from typing import Final

from levee_infra.kafka.admin.acl_marks import owner_of
from levee_infra.kafka.admin.acls import OPERATIONS, PATTERNS, PERMISSIONS, RESOURCE_TYPES, AclEntry, Acls
from levee_infra.kafka.admin.broker_error import BrokerError
from levee_infra.providers.protocol.failures import FailedError, PartlyDoneError, refused
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.kind import Declaration, Recorded, ResourceKind
from levee_infra.providers.protocol.properties import Properties

RESOURCE_TYPE: Final = "kafka:index/acl:Acl"

PATTERN: Final = "resourcePatternTypeFilter"
CLUSTER_NAME: Final = "kafka-cluster"
ID_FORM: Final = "principal|host|operation|permission|resource type|resource name|pattern type"

PROPERTIES: Final = {
    "aclPrincipal": "principal",
    "aclHost": "host",
    "aclOperation": "operation",
    "aclPermissionType": "permission",
    "aclResourceType": "resource_type",
    "aclResourceName": "name",
    PATTERN: "pattern",
}
"""Each published property with the field of :class:`AclEntry` that it is, in the order of the published id."""

WORDS: Final = {
    "aclOperation": OPERATIONS,
    "aclPermissionType": PERMISSIONS,
    "aclResourceType": RESOURCE_TYPES,
    PATTERN: PATTERNS,
}

_META: Final[Properties] = {"__meta": '{"schema_version":"1"}'}
"""What a bridged provider looks for in the state: without it the stock plugin would migrate the entry from an older
form, and take a prefixed one for a literal one.
"""


class Acl(ResourceKind):
    """Entries by way of :class:`Acls`.

    An entry is nothing but its words, so an update makes the new one and then removes the old one. The id in the
    state follows with the next refresh.
    """

    token = RESOURCE_TYPE

    def __init__(self, acls: Acls) -> None:
        self._acls = acls

    async def check(self, declaration: Declaration) -> Properties:
        """Validate the words, and complete the pattern type."""
        fields = Fields(declaration.new, what="an Acl")
        fields.only(PROPERTIES)
        inputs: Properties = {"__defaults": []}
        for name in PROPERTIES:
            value = fields.text(name, required=name != PATTERN)
            if value is None and name == PATTERN:
                value = "Literal"
                inputs["__defaults"] = [PATTERN]
            if value is not None:
                inputs[name] = value
            if name in WORDS and (word := known(value)) is not None and word not in WORDS[name]:
                fields.refuse(name, f"{word} is not one of {', '.join(WORDS[name])}")
        principal = known(fields.text("aclPrincipal"))
        if principal is not None and not all(principal.partition(":")):
            fields.refuse("aclPrincipal", f"{principal} must name its type, as in User:{principal.strip(':')}")
        if principal is not None and owner_of(principal) is not None:
            fields.refuse("aclPrincipal", f"{principal} is how levee marks what a stack owns; it is no client's")
        is_cluster = known(fields.text("aclResourceType")) == "Cluster"
        if is_cluster and known(fields.text("aclResourceName")) not in (None, CLUSTER_NAME):
            fields.refuse("aclResourceName", f"the only Cluster is named {CLUSTER_NAME}")
        fields.raise_problems()
        return inputs

    async def preview_create(self, new: Properties) -> Properties:
        """Prove that the entry may be made; the cluster offers no rehearsal of it."""
        await self._acls.require_write()
        return new

    async def create(self, new: Properties) -> Recorded:
        """Make the entry; one that is there already is this one."""
        entry = _entry(new)
        try:
            await self._acls.create(entry)
        except BrokerError as error:
            raise FailedError(f"the entry {entry} was not made: {error}") from None
        return Recorded(str(entry), new, _META | new)

    async def read(self, recorded: Recorded) -> Recorded | None:
        """Look for the entry; its id has all its words, so that an import needs no more."""
        entry = (
            _entry(recorded.outputs or recorded.inputs) if recorded.outputs or recorded.inputs else _parse(recorded.id)
        )
        if entry not in await self._acls.live(entry):
            return None
        properties = _properties(entry)
        return Recorded(str(entry), {"__defaults": []} | recorded.inputs | properties, _META | properties)

    async def preview_update(self, recorded: Recorded, new: Properties) -> Properties:  # noqa: ARG002 - nothing to compare
        """Prove that entries may be made and removed."""
        await self._acls.require_write()
        return _META | new

    async def update(self, recorded: Recorded, new: Properties) -> Properties:
        """Make the new entry, then remove the old one: what both allow is allowed throughout."""
        entry, old = _entry(new), _entry(recorded.outputs)
        made = await self.create(new)
        if entry != old:
            try:
                await self._acls.delete(old)
            except BrokerError as error:
                # With the old outputs in the state the next run removes the old entry again.
                reasons = [f"the entry {entry} was made", f"the entry {old} still stands: {error}"]
                raise PartlyDoneError(recorded.id, _META | recorded.outputs, reasons) from None
        return made.outputs

    async def delete(self, recorded: Recorded) -> None:
        """Remove the entry, and the one that an update left half way had made."""
        for entry in {_entry(state) for state in (recorded.outputs, recorded.inputs) if state}:
            try:
                await self._acls.delete(entry)
            except BrokerError as error:
                raise FailedError(f"the entry {entry} was not removed: {error}") from None


def _entry(properties: Properties) -> AclEntry:
    fields = Fields(properties, what="an Acl")
    words = {field: known(fields.text(name)) or "" for name, field in PROPERTIES.items()}
    entry = AclEntry(**words | {"pattern": words["pattern"] or "Literal"})
    _require_words(entry)
    return entry


def _properties(entry: AclEntry) -> Properties:
    return {name: getattr(entry, field) for name, field in PROPERTIES.items()}


def _parse(resource_id: str) -> AclEntry:
    parts = resource_id.split("|")
    if len(parts) != len(PROPERTIES):
        raise refused("", f"the id of an Acl is {ID_FORM}, e.g. User:app|*|Write|Allow|Topic|orders|Literal")
    entry = AclEntry(*parts)
    _require_words(entry)
    return entry


def _require_words(entry: AclEntry) -> None:
    for name, words in WORDS.items():
        if (word := getattr(entry, PROPERTIES[name])) not in words:
            raise refused(name, f"{word} is not one of {', '.join(words)}")
