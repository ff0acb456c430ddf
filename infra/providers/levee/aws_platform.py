"""``levee:aws:*``: resources in one account and region of Amazon Web Services."""

from infra.providers.failures import refused
from infra.providers.kind import Package
from infra.providers.levee.aws.alarm import Alarm
from infra.providers.levee.aws.api import Api
from infra.providers.levee.aws.archive_bucket import ArchiveBucket
from infra.providers.levee.aws.cluster_policy import ClusterPolicy
from infra.providers.levee.aws.connection import read_connection
from infra.providers.levee.aws.data_stream import DataStream
from infra.providers.levee.aws.key import Key
from infra.providers.levee.aws.log_subscription import LogSubscription
from infra.providers.levee.aws.role import Role
from infra.providers.levee.aws.scram_association import ScramAssociation
from infra.providers.levee.aws.secret import Secret
from infra.providers.properties import Properties
from levee.clock import Clock

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
