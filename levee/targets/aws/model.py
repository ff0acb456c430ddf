"""What Amazon Web Services is."""

from __future__ import annotations

import re
from typing import Final

from levee.model.cluster import AWS_SECRETS_MANAGER
from levee.model.stack import Target
from levee.plan import type_tokens
from levee.targets.aws.block import FIELDS, AwsBlock
from levee.targets.aws.elsewhere import only_on_aws
from levee.targets.contract import ARCHIVE, AccountForm, Capability, TargetModel, impossible, not_yet

MODEL: Final = TargetModel(
    name=Target.AWS,
    fields=FIELDS,
    example="{cluster_arn: …}",
    block=AwsBlock.read,
    elsewhere=(only_on_aws,),
    package="levee.targets.aws",
    types=tuple(token for name, token in vars(type_tokens).items() if name.startswith("AWS_")),
    nouns={
        type_tokens.AWS_SCRAM_ASSOCIATION: "passwords of the MSK cluster",
        type_tokens.AWS_ARCHIVE_BUCKET: ARCHIVE,
    },
    account=AccountForm(re.compile(r"[0-9]{12}"), 'an AWS account is 12 digits in quotes, for example "123456789012"'),
    secret_stores=(AWS_SECRETS_MANAGER, "file"),
    account_variables=("AWS_ACCOUNT_ID",),
    region_variables=("AWS_REGION", "AWS_DEFAULT_REGION"),
    mechanisms=frozenset({"AWS_MSK_IAM"}),  # MSK's own keeps no password at all
    roles=True,
    organizations=True,
    capabilities={
        Capability.FILTER: not_yet(
            "has nothing to run it here yet, and is refused: every record would pass",
            instead="remove it, and filter at the source: `log_pattern` of a log group takes CloudWatch's syntax",
        ),
        Capability.SINK: not_yet("is checked and not provisioned yet"),
        Capability.FILLED_ARCHIVE: not_yet("is filled by nothing yet"),
        Capability.LOG_SERVICE: impossible("is checked; levee brings no events of it to the topic"),
    },
)
