"""Settings of connectors, in the spellings of many connectors."""

from __future__ import annotations

import pytest

from levee_policies.connector_settings import weakness


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("security.protocol", "PLAINTEXT"),
        ("consumer.override.security.protocol", "sasl_plaintext"),
        ("Consumer.Override.Security.Protocol", ""),
        ("connection.url", "HTTP://es.example.com:9200"),
        ("connection.url", "https://a.example.com,http://b.example.com"),
        ("s3.endpoint", "http://minio:9000"),
        ("ssl.enabled", "false"),
        ("useSsl", "no"),
        ("useSSL", "0"),
        ("es.net.ssl", "Off"),
        ("tls", "disabled"),
        ("splunk.hec.ssl.validate.certs", "false"),
        ("ssl.endpoint.identification.algorithm", ""),
        ("producer.override.ssl.endpoint.identification.algorithm", " "),
        ("verify", "false"),
        ("ssl.verification.mode", "none"),
        ("https.hostname.verifier", "noop"),
        ("https.hostname.verifier", "org.apache.http.conn.ssl.NoopHostnameVerifier"),
        ("ssl.verify.peer", "n"),
        ("cert.validation", "false"),
        ("insecure", "true"),
        ("http.insecure.skip.verify", "yes"),
        ("trust.all", "true"),
        ("trustAllCertificates", "1"),
        ("tls.skip.verify", "true"),
        ("ssl.verification.disabled", "true"),
        ("disable.ssl.verification", "true"),
        ("allow.self.signed", "true"),
        ("ssl.truststore.location", "none"),
        ("connection.url", "jdbc:postgresql://db.example.com/x?sslmode=disable"),
        ("connection.url", "jdbc:mysql://db.example.com/x?useSSL=false&a=b"),
        ("connection.url", "jdbc:sqlserver://db.example.com;trustServerCertificate=true"),
        ("sslmode", "require"),
        ("ssl.enabled.protocols", "TLSv1.2,TLSv1.1"),
        ("ssl.protocol", "SSLv3"),
        ("https.protocols", "TLSv1"),
        ("tls.version", "1.0"),
    ],
)
def test_what_weakens(name: str, value: str) -> None:
    assert weakness(name, value) is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("security.protocol", "SASL_SSL"),
        ("consumer.override.security.protocol", "ssl"),
        ("connection.url", "https://es.example.com:9200"),
        ("ssl.enabled", "true"),
        ("tls.skip.verify", "false"),
        ("insecure", "no"),
        ("ssl.endpoint.identification.algorithm", "https"),
        ("ssl.enabled.protocols", "TLSv1.3,TLSv1.2"),
        ("sslmode", "verify-full"),
        ("lossless.compression", "false"),
        ("errors.log.enable", "false"),
        ("tasks.max", "0"),
        ("validate.non.null", "false"),
        ("schema.validation.enable", "false"),
        ("flush.size", "10000"),
        ("schemas.enable", "false"),
        ("https.proxy.port", "443"),
    ],
)
def test_what_does_not(name: str, value: str) -> None:
    assert weakness(name, value) is None


def test_hostile_values_take_linear_time() -> None:
    for text in ("a" * 1_000_000, "http:" * 200_000, "=&" * 500_000, "ssl." * 250_000):
        weakness(text, text)
