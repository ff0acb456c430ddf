"""A compliant stack in an AWS account, in which a test breaks one thing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from levee.plan.build import build_plan
from levee.plan.planned import Plan
from levee_infra.local.private_file import write_private
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.stack_files import StackFiles

OTHER_ACCOUNT: Final = "210987654321"
TODAY: Final = date(2026, 11, 21)
PLACE: Final = f"{REGION}:{ACCOUNT}"
ON_CALL: Final = f"arn:aws:sns:{PLACE}:on-call"
BUCKET: Final = "levee-test-orders"
CHECKOUT: Final = "checkout-logs"
LOG_GROUP: Final = "/ecs/checkout"

_AWS: Final = """\
aws:
  endpoint: {endpoint}
  credentials_file: {credentials}
secrets:
  store: aws-secrets-manager
  prefix: AmazonMSK_levee/test/
  encrypted_by: stack-key
"""
_SERVICES: Final = """\
  orders-api: {assumed_by: ecs-tasks.amazonaws.com}
  detection-engine: {assumed_by: ecs-tasks.amazonaws.com}
"""
_STREAM: Final = f"""\
archive:
  bucket: {BUCKET}
  retention: 400d
  locked: true
  encrypted_by: stack-key
monitors:
  - {{kind: silence, window: 15m}}
  - {{kind: lag, window: 5m, threshold: 1000}}
"""


class AwsStack(StackFiles):
    """The files of a stack `test` on aws: one stream with an archive and two monitors, two services with roles."""

    def __init__(self, project: Path, aws: AwsApi) -> None:
        super().__init__(project)
        self.edit(self.stack, "target: kafka\naccount: local\nregion: eu-west-1\n", "target: aws\n")
        self.edit(self.stack, "jurisdiction: eu\n", f'account: "{ACCOUNT}"\nregion: {REGION}\njurisdiction: eu\n')
        section = _AWS.format(endpoint=aws.endpoint, credentials=aws.credentials_file)
        self.edit(self.stack, "secrets:\n  store: file\n  directory: secrets/services\n", section)
        self.edit(self.stack, "services:\n", "services:\n" + _SERVICES)
        self.add(self.orders, _STREAM)

    def in_aws(self, line: str) -> AwsStack:
        """Add a line to what the stack says of its account."""
        self.edit(self.stack, "aws:\n", f"aws:\n  {line}\n")
        return self

    def with_logs(self, more: str = "") -> AwsStack:
        """Let a service with a role bring a log group's events to the stream; `more` are fields of the source."""
        source = f"  - {{service: {CHECKOUT}, kind: cloudwatch-logs, log_group: {LOG_GROUP}{more}}}\n"
        self.edit(self.orders, "consumers:\n", source + "consumers:\n")
        self.edit(self.stack, "services:\n", f"services:\n  {CHECKOUT}: {{assumed_by: ecs-tasks.amazonaws.com}}\n")
        return self

    def plan(self) -> Plan:
        """As it is due on the tests' day."""
        return build_plan(self.load(), TODAY)


def deployer(aws: AwsApi, statements: Iterable[Mapping[str, Any]]) -> str:
    """Make a role, below a path, that holds a policy of these statements; its ARN."""
    iam = aws.client("iam")
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    trust = {"Version": "2012-10-17", "Statement": []}
    made = iam.create_role(Path="/deployers/", RoleName="deployer", AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(RoleName="deployer", PolicyName="deploys", PolicyDocument=json.dumps(policy))
    return str(made["Role"]["Arn"])


def session_of(aws: AwsApi, role: str, file: Path) -> str:
    """Take on a role, of whatever account; the path of a file with the session's keys, as AWS's own tools read it."""
    keys = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="ci")["Credentials"]
    names = {"access_key_id": "AccessKeyId", "secret_access_key": "SecretAccessKey", "session_token": "SessionToken"}
    lines = (f"aws_{name} = {keys[answered]}\n" for name, answered in names.items())
    write_private(file, "".join(("[default]\n", *lines)))
    return str(file)
