"""What is said of the brokers, setting by setting."""

from __future__ import annotations

from dataclasses import replace

import pytest

from levee.catalog.broker_setting import ACCESS_SETTINGS, LOSS_SETTINGS, setting_name
from levee.model.stack import Target
from levee.plan.planned import Plan
from levee_policies.broker_settings import harmful, said, ways_in
from tests.support.rule_cases import Case, loaded

COMPLIANT = loaded(Case("none", "compliant", fails=False, text=""))


def plan(settings: dict[str, str], target: Target = Target.KAFKA) -> Plan:
    return replace(COMPLIANT, target=target, cluster=replace(COMPLIANT.cluster, settings=settings))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("super.users", "User:*"),
        ("super.users", "User:admin; User:ANONYMOUS"),
        ("Super.Users", "User:CN=broker-1"),
        ("authorizer.class.name", ""),
        ("authorizer.class.name", "com.example.AllowAll"),
        ("listeners", "PLAINTEXT://0.0.0.0:9092"),
        ("listeners", "SASL_SSL://:9096 , SASL_PLAINTEXT://:9092"),
        ("LISTENERS", "Plaintext://:9092"),
        ("advertised.listeners", "PLAINTEXT://b-1:9092"),
        ("listener.security.protocol.map", "INTERNAL:PLAINTEXT,SASL_SSL:SASL_SSL"),
        ("listener.security.protocol.map", "internal: sasl_plaintext"),
        ("inter.broker.listener.name", "PLAINTEXT"),
        ("controller.listener.names", "SASL_SSL,PLAINTEXT"),
        ("remote.log.metadata.manager.listener.name", "PLAINTEXT"),
        ("security.inter.broker.protocol", "plaintext"),
        ("security.inter.broker.protocol", "SASL_PLAINTEXT"),
        ("sasl.enabled.mechanisms", "PLAIN"),
        ("sasl.enabled.mechanisms", "SCRAM-SHA-256,SCRAM-SHA-512"),
        ("sasl.enabled.mechanisms", ""),
        ("sasl.enabled.mechanisms", "AWS_MSK_IAM"),
        ("sasl.mechanism.inter.broker.protocol", "GSSAPI"),
        ("sasl.mechanism.controller.protocol", "PLAIN"),
        ("listener.name.internal.plain.sasl.server.callback.handler.class", "x"),
        ("ssl.client.auth", "none"),
        ("ssl.client.auth", "requested"),
        ("listener.name.clients.ssl.client.auth", "NONE"),
        ("ssl.enabled.protocols", "TLSv1.3,TLSv1"),
        ("ssl.enabled.protocols", "SSLv3"),
        ("ssl.enabled.protocols", ""),
        ("ssl.protocol", "TLS"),
        ("listener.name.sasl_ssl.ssl.protocol", "TLSv1.1"),
        ("ssl.cipher.suites", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,SSL_RSA_WITH_NULL_MD5"),
        ("ssl.cipher.suites", "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"),
        ("ssl.cipher.suites", "TLS_DH_anon_WITH_AES_128_GCM_SHA256"),
        ("ssl.endpoint.identification.algorithm", ""),
        ("ssl.principal.mapping.rules", "RULE:^CN=(.*?),.*$/$1/"),
        ("sasl.kerberos.principal.to.local.rules", "RULE:[1:$1]"),
        ("principal.builder.class", "com.example.Anybody"),
        ("zookeeper.set.acl", "false"),
        ("zookeeper.ssl.client.enable", "false"),
    ],
)
def test_what_opens_a_way_in(name: str, value: str) -> None:
    found = list(ways_in(plan({name: value})))
    assert found
    assert all(each.at == ("cluster", "settings", name) for each in found)


@pytest.mark.parametrize(
    "settings",
    [
        {"super.users": "User:admin"},
        {"super.users": " User:admin ;"},
        {"listeners": "SASL_SSL://:9096"},
        {"listeners": "CLIENTS://:9096", "listener.security.protocol.map": "CLIENTS:SASL_SSL"},
        {"listeners": "SSL://:9093", "ssl.client.auth": "required"},
        {"listeners": "SSL://:9093", "listener.name.ssl.ssl.client.auth": "Required"},
        {"sasl.enabled.mechanisms": "scram-sha-512"},
        {"ssl.enabled.protocols": "TLSv1.3, TLSv1.2"},
        {"ssl.cipher.suites": "TLS_AES_256_GCM_SHA384,TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
        {"authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer"},
        {"num.partitions": "3"},
        {"listener.name.clients.scram-sha-512.sasl.server.callback.handler.class": "x"},
    ],
)
def test_what_opens_none(settings: dict[str, str]) -> None:
    assert list(ways_in(plan(settings))) == []


def test_a_stack_whose_services_have_no_mechanism_has_levees_own_alone() -> None:
    def found(mechanisms: str) -> list[str]:
        declared = plan({"sasl.enabled.mechanisms": mechanisms})
        security = replace(declared.cluster.security, mechanism=None)
        cluster = replace(declared.cluster, security=security)
        return [each.expected for each in ways_in(replace(declared, cluster=cluster))]

    assert found("SCRAM-SHA-512") == []
    assert found("SCRAM-SHA-512,PLAIN") == ["sasl.enabled.mechanisms: SCRAM-SHA-512"]


def test_certificates_of_another_listener_don_t_count() -> None:
    settings = {"listeners": "SSL://:9093", "listener.name.other.ssl.client.auth": "required"}
    assert [each.at[-1] for each in ways_in(plan(settings))] == ["listeners"]


def test_a_listener_of_which_nobody_knows_the_protocol_is_unknown() -> None:
    (found,) = ways_in(plan({"listeners": "CLIENTS://:9096"}))
    assert found.unknown


def test_msk_has_a_way_of_its_own() -> None:
    both = plan({"sasl.enabled.mechanisms": "SCRAM-SHA-512,AWS_MSK_IAM"}, Target.AWS)
    assert list(ways_in(both)) == []


@pytest.mark.parametrize(
    ("name", "value", "harms"),
    [
        ("unclean.leader.election.enable", "true", True),
        ("unclean.leader.election.enable", " False ", False),
        ("default.replication.factor", "2", True),
        ("default.replication.factor", "3", False),
        ("offsets.topic.replication.factor", "1", True),
        ("transaction.state.log.min.isr", "1", True),
        ("transaction.state.log.min.isr", "two", True),
        ("min.insync.replicas", "2", False),
        ("log.retention.hours", "167", True),
        ("log.retention.hours", "168", False),
        ("log.retention.hours", "-1", False),
        ("log.retention.ms", "1000", True),
        ("log.retention.minutes", "5", True),
        ("log.cleanup.policy", "compact,delete", True),
        ("offsets.retention.minutes", "60", True),
        ("message.max.bytes", "1000", True),
        ("log.dirs", "/data", False),
    ],
)
def test_what_loses_records(name: str, value: str, harms: bool) -> None:
    (each,) = said(plan({name: value}))
    assert bool(list(harmful(each, LOSS_SETTINGS))) is harms


def test_names_are_told_however_they_are_spelled() -> None:
    assert setting_name(" Listener.Name.Clients.SSL.Client.Auth ") == ("CLIENTS", "ssl.client.auth")
    assert all(setting_name(name) == (None, name) for name in ACCESS_SETTINGS.keys() | LOSS_SETTINGS.keys())
