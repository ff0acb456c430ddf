"""What several kinds take and give."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from levee_infra.providers.protocol.declared import MAPPING, TEXT, TEXTS, Field, Type, empty, needed, object_type
from levee_infra.providers.protocol.deletion import day_problem
from levee_infra.providers.protocol.identity import ACKNOWLEDGED, RECREATED, THING_ID
from levee_infra.targets.aws.kinds.json_text import read_json
from levee_infra.targets.aws.tags import read_tags

DOCUMENT: Final = Type(TEXT.schema, read_json)
"""A policy as JSON text, compared by meaning."""


@dataclass(frozen=True)
class OwnArn(Field):
    """An ARN of the account and region. ``form`` is how it begins after the account: ``kafka:cluster/``."""

    form: str = ""


TAGS: Final = needed("tags", type=Type(MAPPING.schema, read_tags))
KEY: Final = partial(OwnArn, "keyArn", required=True, form="kms:key/")
KEY_ARN: Final = KEY("The customer-managed key that encrypts what comes in; in the same account and region.")
CLUSTER_ARN: Final = OwnArn("clusterArn", "Can't change.", required=True, fixed=True, form="kafka:cluster/")
DELETION: Final = Field(
    "deletion",
    type=object_type(
        "levee:aws:Deletion",
        "a deletion",
        (
            needed("on", "The first day (UTC) on which it may be removed, such as `2026-12-31`.", check=day_problem),
            needed("approvedBy"),
            needed("ticket"),
        ),
        "Approval to remove what holds data or opens it. It comes into effect with an `up` of its own.",
    ),
    write_only=True,
)
ACKNOWLEDGED_IDS: Final = Field(
    ACKNOWLEDGED,
    "Identities of things of this name that were made anew outside, and may be taken for the recorded one.",
    TEXTS,
    write_only=True,
)
ARN: Final = needed("arn")
IDENTIFIED: Final = (
    Field(THING_ID, "Tells it from another of its name."),
    Field(RECREATED, "The identity of the one that is there, where that isn't the recorded one."),
)


def no_replicas(about: str, reason: str) -> Field:
    """Copies elsewhere, of which there must be none."""
    return Field("replicas", about, TEXTS, check=empty(reason))
