"""Who may read a secret: the roles named, and the Amazon MSK service that checks clients against it.

Sources: https://docs.aws.amazon.com/msk/latest/developerguide/msk-password-tutorial.html (the statement that MSK needs,
under its own Sid) and https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html.
"""

from __future__ import annotations

from collections.abc import Sequence

from levee.targets.aws.iam.document import Condition, Document, Effect, Statement
from levee.targets.aws.iam.perimeter import NOT_BY_SERVICE, Insiders, deny, deny_outsiders
from levee.targets.aws.iam.request import service


def secret_policy(account: str, readers: Sequence[str]) -> Document:
    """The resource policy of a secret of this account, readable by the roles whose ARNs `readers` are.

    It grants those roles nothing: their own policies must, too. MSK's statement stands as MSK itself writes it, without
    aws:SourceAccount, which AWS doesn't say that MSK sends; where it does, it must be this account. Raises ValueError
    where nobody could read the secret, or where a reader's ARN has a wildcard.
    """
    if not readers or any("*" in arn or "?" in arn for arn in readers):
        raise ValueError("a secret's readers are the whole ARNs of one role or more")
    return Document(
        (
            Statement(
                effect=Effect.ALLOW,
                sid="AWSKafkaResourcePolicy",
                principals=(service("kafka.amazonaws.com"),),
                actions=("secretsmanager:GetSecretValue",),
                resources=("*",),
            ),
            deny(
                "DenyOtherReaders",
                ["secretsmanager:GetSecretValue"],
                ["*"],
                Condition("ArnNotEquals", "aws:PrincipalArn", tuple(readers)),
                NOT_BY_SERVICE,
            ),
            *deny_outsiders(Insiders((account,)), ["secretsmanager:*"], ["*"]),
        )
    )
