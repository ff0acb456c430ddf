"""A project of target aws: the session's real brokers, and an AWS account on loopback."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.support.aws.api import AwsApi
from tests.support.cluster import LocalCluster
from tests.support.deployment import Deployment, Result

REGION: Final = "eu-west-1"
"""Where the brokers' racks say that they stand."""

SERVICES: Final = ("writer", "reader")


class AwsDeployment(Deployment):
    """A stack named as its word, so that what it makes in the account that all tests share is its own."""

    def __init__(self, project: Path, cluster: LocalCluster, word: str, api: AwsApi) -> None:
        self.api = api
        self.said: list[str] = []
        """What every command has written that was run to its end."""
        super().__init__(project, cluster, word, stack=word)

    def run(self, *arguments: str, **environment: str) -> Result:
        """Run a command to its end."""
        result = super().run(*arguments, **environment)
        self.said.append(result.text)
        return result

    def drift(self) -> Result:
        return self.run("drift", self.stack, "--engine", "embedded")

    def write_stack(self, services: str = "", *, account: str | None = None) -> None:
        """Write stack.yaml; `services` is the text below `services:`, by default those of SERVICES with a role."""
        text = f"""\
target: aws
account: "{account or self.api.account}"
region: {REGION}
jurisdiction: eu
owner: platform-team
cost_centre: CC-1
{self.declared_cluster()}
aws: {{endpoint: "{self.api.endpoint}", credentials_file: {self.api.credentials_file}}}
secrets: {{store: aws-secrets-manager, prefix: {self.prefix}, encrypted_by: stack-key}}
services:
{services or "".join(map(self.declared_service, SERVICES))}"""
        (self.folder / "stack.yaml").write_text(text)

    def declared_service(self, name: str, more: str = "") -> str:
        """A service's line in stack.yaml; `more` are further fields."""
        return f"  {self.service(name)}: {{rotate_every: 90d, assumed_by: ecs-tasks.amazonaws.com{more}}}\n"

    def declare_streams(self) -> None:
        """A regulated stream `audit`, archived and watched, with a writer and a reader; an unregulated one, `events`,
        with the same writer.
        """
        reader = self.service("reader")
        self.stream(
            "audit",
            **{"class": "audit", "retention": "90d"},
            consumers=f"[{{service: {reader}, groups: [{reader}]}}]",
            archive=f"{{bucket: {self.bucket}, retention: 400d, locked: true, encrypted_by: stack-key}}",
            monitors="[{kind: silence, window: 15m}, {kind: lag, window: 5m, threshold: 1000}]",
        )
        self.stream("events")

    @property
    def prefix(self) -> str:
        """What the names of this stack's secrets begin with."""
        return f"AmazonMSK_levee/{self.stack}/"

    @property
    def bucket(self) -> str:
        """The archive of `audit`."""
        return f"levee-{self.word}-audit"

    def secret(self, service: str, generation: int = 1) -> str:
        """The name of a service's secret."""
        return f"{self.prefix}{self.service(service)}.g{generation}"

    # What the account holds, asked by an administrator.

    def aws(self, service: str) -> Any:
        """A boto3 client in the stack's region."""
        return self.api.client(service, region=REGION)

    def keys(self) -> list[str]:
        """ARNs of this stack's keys, those that are about to be deleted left out."""
        found = self.aws("resourcegroupstaggingapi").get_resources(
            TagFilters=[{"Key": "levee:stack", "Values": [self.stack]}], ResourceTypeFilters=["kms:key"]
        )
        kms = self.aws("kms")
        arns = (entry["ResourceARN"] for entry in found["ResourceTagMappingList"])
        return [arn for arn in arns if kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] != "PendingDeletion"]

    def secrets(self) -> dict[str, Any]:
        """This stack's secrets by name, those that are about to be deleted left out."""
        listed = self.aws("secretsmanager").get_paginator("list_secrets").paginate(IncludePlannedDeletion=True)
        found = [about for page in listed for about in page["SecretList"] if about["Name"].startswith(self.prefix)]
        assert len({about["Name"] for about in found}) == len(found)
        return {about["Name"]: about for about in found if "DeletedDate" not in about}

    def roles(self) -> list[str]:
        """Names of this stack's roles."""
        pages = self.aws("iam").get_paginator("list_roles").paginate()
        names = (role["RoleName"] for page in pages for role in page["Roles"])
        return sorted(name for name in names if name.startswith(f"{self.stack}-"))

    def buckets(self) -> list[str]:
        """Names of this stack's buckets."""
        names = (bucket["Name"] for bucket in self.aws("s3").list_buckets()["Buckets"])
        return sorted(name for name in names if name.startswith(f"levee-{self.word}-"))

    def alarms(self) -> dict[str, Any]:
        """This stack's alarms by name."""
        pages = self.aws("cloudwatch").get_paginator("describe_alarms").paginate()
        found = (alarm for page in pages for alarm in page["MetricAlarms"])
        return {alarm["AlarmName"]: alarm for alarm in found if alarm["AlarmName"].startswith(f"levee-{self.stack}-")}

    def counts(self) -> dict[str, int]:
        """How many of each the account holds, and of users the brokers."""
        return {
            "keys": len(self.keys()),
            "secrets": len(self.secrets()),
            "roles": len(self.roles()),
            "buckets": len(self.buckets()),
            "alarms": len(self.alarms()),
            "users": len(self.live_users()),
        }

    def passwords(self) -> list[str]:
        """Those of all users, from their secrets."""
        ask = self.aws("secretsmanager").get_secret_value
        return [json.loads(ask(SecretId=name)["SecretString"])["password"] for name in self.secrets()]

    def where_passwords_are(self) -> list[str]:
        """Everything but their secrets that holds a password: files of the project, state and journals among them, and
        what commands have written.
        """
        found = {str(path): path.read_bytes() for path in self.project.rglob("*") if _is_own_file(path)}
        found["output"] = "".join(self.said).encode()
        assert any("/.levee/" in name for name in found)
        secret = [*self.passwords(), self.cluster.admin_password_file.read_text().strip()]
        return [name for name, content in found.items() if any(each.encode() in content for each in secret)]

    def client(self, service: str, generation: int = 1) -> Mapping[str, Any]:
        """confluent_kafka settings of a service, its password from its own secret."""
        answer = self.aws("secretsmanager").get_secret_value(SecretId=self.secret(service, generation))
        value = json.loads(answer["SecretString"])
        return self.cluster.client_config(value["username"], value["password"])


def _is_own_file(path: Path) -> bool:
    return path.is_file() and ".venv" not in path.parts


DECLARED: Final = {"keys": 1, "secrets": 2, "roles": 2, "buckets": 1, "alarms": 2, "users": 2}
"""What `AwsDeployment.declare_streams` comes to."""
