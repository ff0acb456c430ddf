"""The kafka provider: topics, ACLs, SCRAM credentials and quotas of one cluster."""

import functools
import os
from importlib import resources

from infra.providers.admin.acl_marks import marks_of, read_owner, without_owner
from infra.providers.admin.acls import Acls
from infra.providers.admin.connection import check_connection, read_connection
from infra.providers.admin.quotas import Quotas
from infra.providers.admin.scram import ScramUsers
from infra.providers.admin.session import Session
from infra.providers.admin.topics import Topics
from infra.providers.admin.wire import Wire
from infra.providers.kafka.acl import Acl
from infra.providers.kafka.quota import Quota
from infra.providers.kafka.topic import Topic
from infra.providers.kafka.topic_functions import GET_TOPIC, GET_TOPICS, get_topic, get_topics
from infra.providers.kafka.topic_ownership import TopicOwnership
from infra.providers.kafka.user_scram_credential import UserScramCredential
from infra.providers.kind import Package
from infra.providers.ownership import ThingKind
from infra.providers.plugin import PluginProvider
from infra.providers.properties import Properties


class KafkaProvider(PluginProvider):
    """Answers for the package ``kafka`` as pulumi-kafka 3.13 publishes it."""

    name = "kafka"
    version = "3.13.3"
    secret_config = frozenset({"saslPassword", "clientKey", "clientKeyPassphrase", "saslAwsSecretKey", "saslAwsToken"})

    def schema(self) -> str:
        """Return the package schema."""
        return (resources.files("infra.providers.kafka") / "schema.json").read_text(encoding="utf-8")

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
