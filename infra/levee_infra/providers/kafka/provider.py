"""The kafka provider: topics, ACLs, SCRAM credentials and quotas of one cluster."""

import functools
import os
from importlib import resources

from levee_infra.kafka.admin.acl_marks import marks_of, read_owner, without_owner
from levee_infra.kafka.admin.acls import Acls
from levee_infra.kafka.admin.connection import check_connection, read_connection
from levee_infra.kafka.admin.quotas import Quotas
from levee_infra.kafka.admin.scram import ScramUsers
from levee_infra.kafka.admin.session import Session
from levee_infra.kafka.admin.topics import Topics
from levee_infra.kafka.admin.wire import Wire
from levee_infra.providers.kafka.acl import Acl
from levee_infra.providers.kafka.quota import Quota
from levee_infra.providers.kafka.topic import Topic
from levee_infra.providers.kafka.topic_functions import GET_TOPIC, GET_TOPICS, get_topic, get_topics
from levee_infra.providers.kafka.topic_ownership import TopicOwnership
from levee_infra.providers.kafka.user_scram_credential import UserScramCredential
from levee_infra.providers.protocol.kind import Package
from levee_infra.providers.protocol.ownership import ThingKind
from levee_infra.providers.protocol.plugin import PluginProvider
from levee_infra.providers.protocol.properties import Properties


class KafkaProvider(PluginProvider):
    """Answers for the package ``kafka`` as pulumi-kafka 3.13 publishes it."""

    name = "kafka"
    version = "3.13.3"
    secret_config = frozenset({"saslPassword", "clientKey", "clientKeyPassphrase", "saslAwsSecretKey", "saslAwsToken"})

    def schema(self) -> str:
        """Return the package schema."""
        return (resources.files("levee_infra.providers.kafka") / "schema.json").read_text(encoding="utf-8")

    def check_config(self, config: Properties) -> None:
        """Validate the connection."""
        check_connection(without_owner(config), os.environ)
        read_owner(config)

    def configure(self, config: Properties) -> Package:
        """Prepare a session; it connects when it is first used."""
        connection = read_connection(without_owner(config), os.environ)
        session, wire = Session(connection), Wire(connection)
        topics, owner = Topics(session), read_owner(config)
        marks_of_topics = marks_of(ThingKind.TOPIC, session, wire, owner)

        async def close() -> None:
            await wire.close()
            await session.close()

        async def list_topics(_arguments: Properties) -> Properties:
            return await get_topics(topics)

        return Package(
            kinds=(
                Topic(topics, TopicOwnership(marks_of_topics, topics)),
                Acl(Acls(session)),
                UserScramCredential(ScramUsers(session, wire), marks_of(ThingKind.USER, session, wire, owner)),
                Quota(Quotas(session, wire)),
            ),
            functions={GET_TOPIC: functools.partial(get_topic, topics), GET_TOPICS: list_topics},
            close=close,
        )
