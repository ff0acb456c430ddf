"""`aws:` in `stack.yaml`: what only a stack on Amazon Web Services declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from levee.catalog.partition import partition_name
from levee.fields.cloud_names import Form, Kind
from levee.fields.rules import Fields, field, sensitive, several
from levee.fields.values import CLOUD_NAME, ENDPOINT, FILE_PATH
from levee.model.origin import Origin
from levee.model.stream import SourceKind, SourceSpec, Trust
from levee.model.target_block import BlockPlace, TargetBlock
from levee.targets.aws.names import role_name

if TYPE_CHECKING:
    from levee.model.stack import StackSpec
    from levee.plan.planned import Plan

HEARER: Final = Kind(
    "what a CloudWatch alarm can tell",
    {
        ("aws", "sns"): Form(r"[A-Za-z0-9_-]{1,256}(?:\.fifo)?", regional=True),
        ("aws", "lambda"): Form(r"function:[A-Za-z0-9_-]{1,140}(?::[A-Za-z0-9_$-]+)?", regional=True),
        ("aws", "ssm"): Form(r"opsitem:[1-4](?:#CATEGORY=[A-Za-z]+)?", regional=True),
    },
    "the ARN of a topic: arn:aws:sns:<region>:<account>:<topic>",
)

FIELDS: Final[Fields] = {
    "endpoint": field(ENDPOINT, "http://127.0.0.1:19122"),
    "credentials_file": field(sensitive(FILE_PATH), ".levee/local/aws/credentials"),
    "cluster_arn": field(CLOUD_NAME, "arn:aws:kafka:eu-west-1:123456789012:cluster/logs/1234abcd-1"),
    "alarm_actions": field(several(HEARER.rules), '["arn:aws:sns:eu-west-1:123456789012:on-call"]'),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsBlock(TargetBlock):
    """How the account is reached, and the MSK cluster in it.

    `credentials_file`, relative to the project, stands in for AWS's usual chain of credentials. `cluster_arn` None: the
    brokers are no MSK cluster, and users are made on them. `alarm_actions` (ARNs) hear of every alarm.
    """

    credentials_file: str | None
    cluster_arn: str | None
    alarm_actions: tuple[str, ...]

    @classmethod
    def read(cls, values: Mapping[str, Any], origin: Origin) -> AwsBlock:
        """Of values that the fields took."""
        return cls(
            endpoint=values.get("endpoint"),
            credentials_file=values.get("credentials_file"),
            cluster_arn=values.get("cluster_arn"),
            alarm_actions=tuple(values.get("alarm_actions", ())),
            origin=origin,
        )

    @property
    def runs_brokers(self) -> bool:
        """MSK does."""
        return self.cluster_arn is not None

    def places(self) -> Iterator[BlockPlace]:
        """See TargetBlock."""
        yield BlockPlace("cluster", "cluster", self.cluster_arn, ("cluster_arn",))
        for index, action in enumerate(self.alarm_actions):
            yield BlockPlace("alarm", "hearer of alarms", action, ("alarm_actions", index))

    def carries(self, source: SourceSpec) -> bool:
        """CloudWatch Logs can't send to Kafka: a log group's events go by a Kinesis data stream that levee drains."""
        return source.kind is SourceKind.CLOUDWATCH_LOGS and source.log_group is not None

    def resolved(self, source: SourceSpec, account: str, region: str) -> SourceSpec:
        """Where its file doesn't say who may deliver a log group's events, that log group alone."""
        if not self.carries(source):
            return source
        declared = source.trust or Trust(source_account=None, source_arn=None)
        arn = f"arn:{partition_name(region)}:logs:{region}:{account}:log-group:{source.log_group}:*"
        trust = Trust(source_account=declared.source_account or account, source_arn=declared.source_arn or arn)
        return replace(source, trust=trust)

    def own_key(self, stack: str, account: str, region: str) -> str:
        """An alias of its own."""
        return f"arn:{partition_name(region)}:kms:{region}:{account}:alias/levee/{stack}"

    def role_name(self, stack: str, service: str) -> str:
        """See TargetBlock."""
        return role_name(stack, service)


def aws_block(stack: StackSpec | Plan) -> AwsBlock:
    """The block of a stack on aws."""
    assert isinstance(stack.block, AwsBlock)
    return stack.block
