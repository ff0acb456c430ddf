"""``levee:aws:ScramAssociation``: which of a stack's secrets an MSK cluster takes as users' passwords.
from levee_infra.targets.aws.kinds.rights import rights
Sources: https://docs.aws.amazon.com/msk/latest/developerguide/msk-password-tutorial.html, msk-password-limitations.html
and https://docs.aws.amazon.com/msk/1.0/apireference/clusters-clusterarn-scram-secrets.html. What MSK can't use it names
in the answer to a call that succeeded.
"""

import asyncio
import itertools
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from levee.targets.aws.form import MOST_MSK_USERS
from levee_infra.providers.protocol.declared import TEXTS, lasting, matching, needed
from levee_infra.providers.protocol.failures import FailedError, PartlyDoneError, refused
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import UNKNOWN, Properties, is_known, reveal
from levee_infra.targets.aws.arn_scope import Arn, outside
from levee_infra.targets.aws.kinds.aws_kind import AwsKind, Live
from levee_infra.targets.aws.kinds.rights import rights
from levee_infra.targets.aws.kinds.scram_association.live import secrets_of
from levee_infra.targets.aws.kinds.shared import CLUSTER_ARN

PREFIX: Final = re.compile(r"AmazonMSK_[A-Za-z0-9/_+=.@-]*/")
SUFFIX: Final = r"[A-Za-z0-9_+=.@-]+-[A-Za-z0-9]{6}"
"""The rest of a secret's name, and what Secrets Manager adds to it. Without ``/``: what is below another prefix is
another's."""

PER_CALL: Final = 10
PASSING: Final = frozenset({"CREATING", "HEALING", "MAINTENANCE", "REBOOTING_BROKER", "UPDATING"})
"""States that a cluster leaves by itself."""

PATIENCE_SECONDS: Final = 15 * 60.0
PAUSE_SECONDS: Final = 10.0


class ScramAssociation(AwsKind):
    """All secrets directly below one prefix that an MSK cluster lets users in by. Others' secrets on the cluster stay
    as they are. The id is the cluster's ARN, `#`, and the prefix.

    There is nothing to make: a cluster has a list of secrets from its beginning on.
    """

    token = "levee:aws:ScramAssociation"  # noqa: S105 - a type token
    what = "association of SCRAM secrets"
    needs = rights("kafka", "BatchAssociateScramSecret BatchDisassociateScramSecret ListScramSecrets")
    takes = (
        CLUSTER_ARN,
        lasting(
            "prefix",
            "Begins with `AmazonMSK_` and ends with `/`. Can't change.",
            check=matching(PREFIX, "must begin with AmazonMSK_, as MSK demands, and end with /"),
        ),
        needed("secretArns", "Whole ARNs; at most 1000.", TEXTS),
    )
    gives = ()
    found_by = ("clusterArn", "prefix")

    def with_defaults(self, new: Properties) -> Properties:
        """In order, each once: their order means nothing. One that isn't known yet leaves all of them unknown."""
        if not is_known(new.get("secretArns")):
            return {**new, "secretArns": UNKNOWN}
        arns = known(Fields(new, what=self.what).texts("secretArns"))
        return new if arns is None else {**new, "secretArns": [*sorted(set(arns))]}

    def check_fields(self, fields: Fields, given: Mapping[str, Any]) -> None:
        """All secrets are of this account and region, and below the prefix."""
        prefix, arns = given["prefix"], given["secretArns"] or []
        if len(arns) > MOST_MSK_USERS:
            fields.refuse("secretArns", f"are {len(arns)}, a cluster takes {MOST_MSK_USERS}")
        for arn in arns:
            if reason := outside(arn, self.api.connection) or _misnamed(arn, prefix or ""):
                fields.refuse("secretArns", reason)

    async def look_for(self, new: Properties) -> Live | None:
        """Refuse a cluster that isn't there."""
        live = await self.look_at(f"{new['clusterArn']}#{new['prefix']}")
        if live is None:
            raise refused("clusterArn", f"MSK has no cluster {new['clusterArn']}; make it first, or correct the ARN")
        return live

    async def look_at(self, resource_id: str) -> Live | None:
        """The secrets below the prefix; gone when the cluster is."""
        cluster, prefix = _parts(resource_id)
        arns = await secrets_of(self.api, cluster)
        if arns is None:
            return None
        ours = sorted(arn for arn in arns if _misnamed(arn, prefix) is None)
        return Live(resource_id, {"clusterArn": cluster, "prefix": prefix, "secretArns": list(ours)})

    async def make(self, new: Properties) -> Live:
        """Nothing: the cluster has its list already."""
        return Live(f"{new['clusterArn']}#{new['prefix']}", {**new, "secretArns": []})

    async def alter(self, live: Live, new: Properties, before: Properties) -> None:  # noqa: ARG002
        """Associate what is missing; only when all of that is done, take away what is no longer declared."""
        wanted, there = _arns(new), _arns(live.inputs)
        problems = await self._change(live.id, "associate", wanted - there)
        if not problems:
            problems = await self._change(live.id, "disassociate", there - wanted)
        if problems:
            now = await self.look_at(live.id) or live
            raise PartlyDoneError(live.id, self.seen(now, new), problems)

    async def remove(self, live: Live, recorded: Recorded) -> None:  # noqa: ARG002
        """Take away all below the prefix: their users can't log in any more."""
        if problems := await self._change(live.id, "disassociate", _arns(live.inputs)):
            raise FailedError("; ".join(problems))

    async def _change(self, resource_id: str, verb: str, arns: set[str]) -> list[str]:
        """Associate or disassociate secrets; say of each that MSK didn't take why not."""
        if not arns:
            return []
        cluster, _ = _parts(resource_id)
        await self._until_active(cluster)
        reasons: dict[str, str] = {}
        for batch in _batches(sorted(arns)):
            answer = await self.api.call(
                "kafka", f"batch_{verb}_scram_secret", ClusterArn=cluster, SecretArnList=list(batch)
            )
            for failed in answer.get("UnprocessedScramSecrets", ()):
                code, message = failed.get("ErrorCode", "no code"), failed.get("ErrorMessage", "no message")
                reasons[failed.get("SecretArn", "a secret")] = f"{code}: {message}"
        if not reasons:
            return []
        now = await self.look_at(resource_id)
        there = _arns(now.inputs) if now else set()
        done = there if verb == "associate" else arns - there  # by an earlier call that nobody answered
        return [f"MSK didn't {verb} {arn}: {reason}" for arn, reason in reasons.items() if arn not in done]

    async def _until_active(self, cluster: str) -> None:
        """Wait for a cluster that is being changed: MSK takes one change at a time."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (state := await self._state(cluster)) != "ACTIVE":
            if state not in PASSING:
                raise FailedError(
                    f"the cluster {cluster} is {state}: its secrets can be changed while it is ACTIVE only"
                )
            if time.monotonic() > deadline:
                raise FailedError(f"the cluster {cluster} is still {state}; run again when it is ACTIVE")
            await asyncio.sleep(PAUSE_SECONDS)

    async def _state(self, cluster: str) -> str:
        answer = await self.api.call("kafka", "describe_cluster_v2", ClusterArn=cluster)
        return str(answer["ClusterInfo"]["State"])


def _parts(resource_id: str) -> tuple[str, str]:
    cluster, _, prefix = resource_id.partition("#")
    if not PREFIX.fullmatch(prefix):
        raise FailedError(f"{resource_id} is no id of an association: it is <ARN of the cluster>#AmazonMSK_<…>/")
    return cluster, prefix


def _misnamed(text: str, prefix: str) -> str | None:
    arn = Arn.parse(text)
    pattern = f"secret:{re.escape(prefix)}{SUFFIX}"
    if arn is not None and arn.service == "secretsmanager" and re.fullmatch(pattern, arn.resource):
        return None
    return f"{text} must be the whole ARN of a secret whose name begins with {prefix}"


def _arns(properties: Properties) -> set[str]:
    listed = reveal(properties.get("secretArns"))
    return set(map(str, listed)) if isinstance(listed, list) else set()


def _batches(arns: Iterable[str]) -> Iterator[tuple[str, ...]]:
    rest = iter(arns)
    while batch := tuple(itertools.islice(rest, PER_CALL)):
        yield batch
