"""``levee:aws:*``: resources in one account and region of Amazon Web Services."""

from levee.clock import Clock
from levee_infra.providers.protocol.failures import refused
from levee_infra.providers.protocol.kind import Package
from levee_infra.providers.protocol.properties import Properties
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.connection import read_connection
from levee_infra.targets.aws.kinds.alarm.kind import Alarm
from levee_infra.targets.aws.kinds.archive_bucket.kind import ArchiveBucket
from levee_infra.targets.aws.kinds.cluster_policy.kind import ClusterPolicy
from levee_infra.targets.aws.kinds.data_stream.kind import DataStream
from levee_infra.targets.aws.kinds.key.kind import Key
from levee_infra.targets.aws.kinds.log_subscription.kind import LogSubscription
from levee_infra.targets.aws.kinds.role.kind import Role
from levee_infra.targets.aws.kinds.scram_association.kind import ScramAssociation
from levee_infra.targets.aws.kinds.secret.kind import Secret

KINDS = (Alarm, ArchiveBucket, ClusterPolicy, DataStream, Key, LogSubscription, Role, ScramAssociation, Secret)
"""Every kind of resource on this platform."""


def check(config: Properties) -> None:
    """Validate the connection."""
    read_connection(config)


def open_package(config: Properties, clock: Clock) -> Package:
    """Make the kinds of resource in the account, when first needed. ``clock`` tells when a deletion is due."""
    connection = read_connection(config)
    if connection is None:
        raise refused("account", "must be known before resources are made in it")
    api = Api(connection)
    return Package(kinds=tuple(kind(api, clock) for kind in KINDS), close=api.close)
