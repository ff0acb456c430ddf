"""MSK clusters as their control plane describes them.

Ports: https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from moto.utilities.utils import get_partition

from levee.clock import SYSTEM_CLOCK

PORTS = {
    "Tls": 9094,
    "SaslScram": 9096,
    "SaslIam": 9098,
    "PublicTls": 9194,
    "PublicSaslScram": 9196,
    "PublicSaslIam": 9198,
}


@dataclass
class Topic:
    """A topic of the control plane. A change shows after `lag` looks at it."""

    name: str
    partitions: int
    replicas: int
    configs: str
    status: str = "CREATING"
    lag: int = 0
    coming: dict[str, Any] = field(default_factory=dict)


@dataclass
class Cluster:
    """A provisioned (or serverless) cluster. All that tests vary is a field; all have values of a well-made cluster.

    `polls` descriptions after it was planted, a cluster that is CREATING is ACTIVE. `bootstrap` overrides the brokers'
    addresses, by the member of GetBootstrapBrokers.
    """

    name: str
    account: str
    region: str
    state: str = "ACTIVE"
    polls: int = 1
    kind: str = "PROVISIONED"
    scram: bool = True
    iam: bool = True
    tls: bool = False
    unauthenticated: bool = False
    client_broker: str = "TLS"
    in_cluster: bool = True
    public_access: str = "DISABLED"
    encryption_key: str = ""
    kafka_version: str = "3.8.x"
    brokers: int = 3
    topic_lag: int = 1
    bootstrap: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    arn: str = ""
    secrets: list[str] = field(default_factory=list)
    policy: str | None = None
    policy_version: str = ""
    topics: dict[str, Topic] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.created = SYSTEM_CLOCK.now()
        scope = f"arn:{get_partition(self.region)}:{{service}}:{self.region}:{self.account}"
        self.arn = self.arn or f"{scope.format(service='kafka')}:cluster/{self.name}/{uuid4()}-2"
        self.encryption_key = self.encryption_key or f"{scope.format(service='kms')}:key/{uuid4()}"

    def arn_of(self, kind: str, name: str) -> str:
        """The ARN of a `kind` (topic, group) of the cluster."""
        return f"{self.arn.replace(':cluster/', f':{kind}/')}/{name}"

    def look(self) -> None:
        """Let one description pass by."""
        if self.state == "CREATING":
            self.polls -= 1
            if self.polls <= 0:
                self.state = "ACTIVE"

    def brokers_by_listener(self) -> dict[str, str]:
        """The members of GetBootstrapBrokers: the listeners that the cluster has."""
        served = {"Tls": self.tls or self.unauthenticated, "SaslScram": self.scram, "SaslIam": self.iam}
        public = self.public_access != "DISABLED"
        found = {
            f"BootstrapBrokerString{prefix}{listener}": ",".join(
                f"b-{number}{'-public' if prefix else ''}.{self.name}.c2.kafka.{self.region}.amazonaws.com:"
                f"{PORTS[prefix + listener]}"
                for number in range(1, min(self.brokers, 3) + 1)
            )
            for listener, has in served.items()
            for prefix in ("", "Public")
            if has and (public or not prefix)
        }
        return {**found, **self.bootstrap}

    def described(self) -> dict[str, Any]:
        """The ClusterInfo of DescribeClusterV2."""
        about = {
            "ClusterType": self.kind,
            "ClusterArn": self.arn,
            "ClusterName": self.name,
            "CreationTime": self.created,
            "CurrentVersion": "K3P5ROKL5A1OLE",
            "State": self.state,
            "Tags": dict(self.tags),
        }
        if self.kind == "SERVERLESS":
            serverless = {
                "VpcConfigs": [{"SubnetIds": _subnets(), "SecurityGroupIds": ["sg-0a1b2c3d4e5f60718"]}],
                "ClientAuthentication": {"Sasl": {"Iam": {"Enabled": True}}},
            }
            return {**about, "Serverless": serverless}
        return {**about, "Provisioned": self._provisioned()}

    def described_v1(self) -> dict[str, Any]:
        """The ClusterInfo of DescribeCluster, that knows provisioned clusters alone."""
        about = self.described()
        provisioned = about.pop("Provisioned")
        del about["ClusterType"]
        return {**about, **provisioned}

    def _provisioned(self) -> dict[str, Any]:
        return {
            "BrokerNodeGroupInfo": {
                "BrokerAZDistribution": "DEFAULT",
                "ClientSubnets": _subnets(),
                "InstanceType": "kafka.m7g.large",
                "SecurityGroups": ["sg-0a1b2c3d4e5f60718"],
                "StorageInfo": {"EbsStorageInfo": {"VolumeSize": 100}},
                "ConnectivityInfo": {"PublicAccess": {"Type": self.public_access}},
            },
            "CurrentBrokerSoftwareInfo": {"KafkaVersion": self.kafka_version},
            "ClientAuthentication": {
                "Sasl": {"Scram": {"Enabled": self.scram}, "Iam": {"Enabled": self.iam}},
                "Tls": {"CertificateAuthorityArnList": [], "Enabled": self.tls},
                "Unauthenticated": {"Enabled": self.unauthenticated},
            },
            "EncryptionInfo": {
                "EncryptionAtRest": {"DataVolumeKMSKeyId": self.encryption_key},
                "EncryptionInTransit": {"ClientBroker": self.client_broker, "InCluster": self.in_cluster},
            },
            "EnhancedMonitoring": "PER_TOPIC_PER_PARTITION",
            "NumberOfBrokerNodes": self.brokers,
            "StorageMode": "LOCAL",
        }


def _subnets() -> list[str]:
    return [f"subnet-0a1b2c3d4e5f6071{number}" for number in range(3)]
