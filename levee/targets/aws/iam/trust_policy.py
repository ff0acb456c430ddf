"""Who may take on a role: one service of AWS, acting for one resource of one account (no confused deputy).

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html; both keys are used, so they must agree.
"""

from __future__ import annotations

from levee.model.cloud_name import CloudName
from levee.targets.aws.iam.document import Condition, Document, Effect, Statement
from levee.targets.aws.iam.request import service


def trust_policy(service_principal: str, source_account: str, source_arn: str) -> Document:
    """Let `service_principal` (such as `logs.amazonaws.com`) take on the role for `source_arn`, wildcards allowed.

    Raises ValueError where the ARN is of another account, or of none that can be determined.
    """
    if CloudName.parse(source_arn).account != source_account:
        raise ValueError(f"{source_arn} is not of account {source_account}, for which the role may be taken on")
    return Document(
        (
            Statement(
                effect=Effect.ALLOW,
                sid="Assume",
                principals=(service(service_principal),),
                actions=("sts:AssumeRole",),
                conditions=(
                    Condition("StringEquals", "aws:SourceAccount", (source_account,)),
                    Condition("ArnLike", "aws:SourceArn", (source_arn,)),
                ),
            ),
        )
    )
