"""What IBM Cloud is."""

from __future__ import annotations

import re
from typing import Final

from levee.model.stack import Target
from levee.targets.contract import AccountForm, Capability, TargetModel, impossible, not_yet
from levee.targets.ibm.block import FIELDS, IbmBlock

CHECKED: Final = not_yet("is checked and not provisioned yet")

MODEL: Final = TargetModel(
    name=Target.IBM,
    fields=FIELDS,
    example="{event_streams: …, plan: standard}",
    block=IbmBlock.read,
    package="levee.targets.ibm",
    account=AccountForm(re.compile(r"[0-9a-f]{32}"), "an IBM Cloud account is 32 hexadecimal digits"),
    secret_stores=("ibm-secrets-manager", "file"),
    account_variables=("IBMCLOUD_ACCOUNT_ID",),
    region_variables=("IBMCLOUD_REGION",),
    mechanisms=frozenset({"OAUTHBEARER", "PLAIN"}),
    scram=False,
    roles=True,
    capabilities={
        Capability.TOPIC: CHECKED,
        Capability.CREDENTIAL: CHECKED,
        Capability.FILTER: CHECKED,
        Capability.SINK: CHECKED,
        Capability.ARCHIVE: CHECKED,
        Capability.FILLED_ARCHIVE: not_yet("is filled by nothing yet"),
        Capability.LOG_GROUP: impossible("is checked; levee brings no events of it to the topic"),
        Capability.LOG_SERVICE: impossible("is checked; levee brings no events of it to the topic"),
        Capability.MONITOR: CHECKED,
    },
)
