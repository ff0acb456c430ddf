"""From names to places: every form of name that clouds give, and names that only look like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levee.catalog.clouds.location import LOOPBACK, OWN, Location
from levee.catalog.clouds.resolve import clouds, resolve
from levee.catalog.partition import PARTITIONS
from levee.catalog.region import AREAS, GLOBAL, jurisdictions_of

A = "123456789012"


def where(name: str) -> tuple[str, str, str]:
    """The cloud, the region and the account of a text that names one thing."""
    (found,) = resolve(name)
    return found.cloud, found.region, found.account


@pytest.mark.parametrize(
    ("name", "region", "account"),
    [
        (f"arn:aws:kms:eu-west-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab", "eu-west-1", A),
        (f"ARN:aws:kms:eu-west-1:{A}:key/x", "eu-west-1", A),
        (f"arn:aws-eusc:s3:eusc-de-east-1:{A}:accesspoint/ap", "eusc-de-east-1", A),
        (f"arn:aws:iam::{A}:role/r", "", A),
        ("arn:aws:s3:::bucket", "", ""),
        ("arn:aws:s3:::bucket/key", "", ""),
        (f"arn:aws:s3:us-west-2:{A}:accesspoint/ap", "us-west-2", A),
        (f"arn:aws:s3::{A}:accesspoint/mfzwi23gnjvgw.mrap", GLOBAL, A),
        (f"arn:aws:s3-outposts:us-west-2:{A}:outpost/op-1/accesspoint/ap", "us-west-2", A),
        (f"arn:aws:s3express:us-east-1:{A}:bucket/x--use1-az4--x-s3", "us-east-1", A),
        ("arn:", "", ""),
        ("arn:aws:kms", "", ""),
        ("s3.eu-west-1.amazonaws.com", "eu-west-1", ""),
        ("https://bucket.s3.eu-west-1.amazonaws.com/a/b?c=d", "eu-west-1", ""),
        ("https://bucket.s3-us-west-2.amazonaws.com/", "us-west-2", ""),
        ("s3-website-us-east-1.amazonaws.com", "us-east-1", ""),
        ("bucket.s3-website.eu-central-1.amazonaws.com", "eu-central-1", ""),
        ("bucket.s3.dualstack.eu-west-1.amazonaws.com", "eu-west-1", ""),
        ("bucket.s3-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1", ""),
        ("bucket.s3.amazonaws.com", "", ""),
        ("s3.amazonaws.com/bucket", "", ""),
        ("bucket.s3-external-1.amazonaws.com", "us-east-1", ""),
        ("bucket.s3-accelerate.amazonaws.com", GLOBAL, ""),
        ("eu-west-1.s3.us-east-1.amazonaws.com", "us-east-1", ""),
        ("my.eu-west-1.s3.amazonaws.com", "", ""),
        (f"{A}.s3.eu-west-1.amazonaws.com", "eu-west-1", ""),
        (f"ap-{A}.s3-accesspoint.eu-west-1.amazonaws.com", "eu-west-1", A),
        (f"{A}.s3-control.eu-west-1.amazonaws.com", "eu-west-1", A),
        ("mfzwi23.mrap.accesspoint.s3-global.amazonaws.com", GLOBAL, ""),
        ("s3://bucket/key", "", ""),
        ("s3a://bucket", "", ""),
        ("s3://lake--euw1-az1--x-s3/key", "eu-west-1", ""),
        ("my-point-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias", "", ""),
        ("mfzwi23gnjvgw.mrap", GLOBAL, ""),
        ("search-audit-abc.us-east-1.es.amazonaws.com", "us-east-1", ""),
        ("https://abc.eu-west-1.aoss.amazonaws.com", "eu-west-1", ""),
        ("https://vpc-audit-abc.eu-west-1.es.amazonaws.com:443/_bulk", "eu-west-1", ""),
        ("b-1.logs.abc123.c2.kafka.eu-west-1.amazonaws.com:9096", "eu-west-1", ""),
        ("boot-abc.c1.kafka-serverless.us-east-1.amazonaws.com:9098", "us-east-1", ""),
        ("vpce-0a1b2c-3d4e.secretsmanager.us-east-1.vpce.amazonaws.com", "us-east-1", ""),
        ("vpce-0a1b2c-3d4e-eu-west-1a.kinesis.eu-west-1.vpce.amazonaws.com", "eu-west-1", ""),
        ("bucket.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com", "us-east-1", ""),
        ("accesspoint.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com", "us-east-1", ""),
        (f"https://sqs.us-east-1.amazonaws.com/{A}/queue", "us-east-1", A),
        (f"https://us-east-2.queue.amazonaws.com/{A}/queue", "us-east-2", A),
        (f"https://queue.amazonaws.com/{A}/queue", "us-east-1", A),
        (f"{A}.dkr.ecr.us-east-1.amazonaws.com/app:1", "us-east-1", A),
        (f"https://{A}.data-kinesis.eu-west-1.amazonaws.com", "eu-west-1", A),
        ("https://kinesis.us-east-1.amazonaws.com", "us-east-1", ""),
        ("https://firehose.us-east-1.api.aws", "us-east-1", ""),
        ("https://abc.lambda-url.us-east-1.on.aws/", "us-east-1", ""),
        ("https://abc.execute-api.us-east-1.amazonaws.com/prod", "us-east-1", ""),
        ("logs-1.eu-west-1.elb.amazonaws.com", "eu-west-1", ""),
        ("ec2-3-4-5-6.eu-west-1.compute.amazonaws.com", "eu-west-1", ""),
        ("ip-10-0-0-1.eu-west-1.compute.internal", "eu-west-1", ""),
        ("ip-10-0-0-1.ec2.internal", "us-east-1", ""),
        ("d111111abcdef8.cloudfront.net", GLOBAL, ""),
        ("s3.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", ""),
        ("s3.cn-north-1.amazonaws.com.cn", "cn-north-1", ""),
        ("s3.us-iso-east-1.c2s.ic.gov", "us-iso-east-1", ""),
        ("s3.xx-east-9.amazonaws.com", "xx-east-9", ""),
        ("S3.EU-WEST-1.AMAZONAWS.COM.", "eu-west-1", ""),
        ("endpoint=https://s3.us-east-1.amazonaws.com", "us-east-1", ""),
        ("https://me:pass@s3.us-east-1.amazonaws.com:443", "us-east-1", ""),
        ("jdbc:redshift://c.abc.us-east-1.redshift.amazonaws.com:5439/dev", "us-east-1", ""),
        ("https://kafka.amazonaws.com", "", ""),
    ],
)
def test_amazon(name: str, region: str, account: str) -> None:
    assert where(name) == ("aws", region, account)


@pytest.mark.parametrize("name", PARTITIONS)
def test_every_partition_resolves(name: str) -> None:
    partition = PARTITIONS[name]
    for region in partition.regions:
        (host,) = resolve(f"https://kinesis.{region}.{partition.dns_suffix}/")
        (arn,) = resolve(f"arn:{name}:kinesis:{region}:{A}:stream/s")
        assert (host.partition, host.region) == (arn.partition, arn.region) == (name, region)
        assert jurisdictions_of(region)


def test_the_sovereign_cloud_lies_in_germany() -> None:
    assert jurisdictions_of("eusc-de-east-1") == {"de", "eu", "eea"}


@pytest.mark.parametrize(
    ("name", "cloud", "region"),
    [
        ("crn:v1:bluemix:public:logs:eu-de:a/0123456789abcdef0123456789abcdef:guid::", "ibm", "eu-de"),
        ("crn:v1:bluemix:public:kms:us-south:a/0123:guid:key:1", "ibm", "us-south"),
        ("crn:v1:bluemix:public:cloud-object-storage:global:a/0123:guid:bucket:b", "ibm", ""),
        ("crn:v1:bluemix", "ibm", ""),
        ("https://s3.eu-de.cloud-object-storage.appdomain.cloud", "ibm", "eu-de"),
        ("bucket.s3.direct.us-south.cloud-object-storage.appdomain.cloud", "ibm", "us-south"),
        ("s3.private.eu-gb.cloud-object-storage.appdomain.cloud", "ibm", "eu-gb"),
        ("s3.eu.cloud-object-storage.appdomain.cloud", "ibm", "eu"),
        ("s3.private.ams.eu.cloud-object-storage.appdomain.cloud", "ibm", "eu"),
        ("s3.ams-eu-geo.objectstorage.softlayer.net", "ibm", "eu"),
        ("s3.ap.cloud-object-storage.appdomain.cloud", "ibm", ""),
        ("s3.par01.cloud-object-storage.appdomain.cloud", "ibm", "par01"),
        ("eu-de.s3.us-east.cloud-object-storage.appdomain.cloud", "ibm", "us-east"),
        ("broker-0-x.kafka.svc08.us-south.eventstreams.cloud.ibm.com:9093", "ibm", "us-south"),
        ("kafka-0.mh-x.private.eu-de.messagehub.appdomain.cloud:9093", "ibm", "eu-de"),
        ("guid.ingress.eu-es.logs.cloud.ibm.com", "ibm", "eu-es"),
        ("guid.private.jp-tok.secrets-manager.appdomain.cloud", "ibm", "jp-tok"),
        ("api.us-south.hs-crypto.cloud.ibm.com:9000", "ibm", "us-south"),
        ("uk.icr.io/app", "ibm", "eu-gb"),
        ("pkc-abc.eu-central-1.aws.confluent.cloud:9092", "confluent.cloud", "eu-central-1"),
        ("pkc-abc.us-east1.gcp.confluent.cloud:9092", "confluent.cloud", "us-east1"),
        ("lkc-abc.dom123.westeurope.azure.private.confluent.cloud:9092", "confluent.cloud", "westeurope"),
        ("abc.es.eu-west-1.aws.found.io:9243", "found.io", "eu-west-1"),
        ("abc.europe-west1.gcp.cloud.es.io", "es.io", "europe-west1"),
        ("abc.eastus2.azure.elastic-cloud.com", "elastic-cloud.com", "eastus2"),
        ("https://http-intake.logs.datadoghq.eu", "datadoghq.eu", "europe-west3"),
        ("https://http-intake.logs.us5.datadoghq.com", "datadoghq.com", "us-central1"),
        ("https://http-intake.logs.datadoghq.com", "datadoghq.com", "us-east-1"),
        ("https://http-intake.logs.xx9.datadoghq.com", "datadoghq.com", ""),
        ("https://http-inputs-acme.splunkcloud.com/services/collector", "splunkcloud.com", ""),
        ("https://ingest.eu0.signalfx.com", "signalfx.com", "eu-west-1"),
        ("https://ingest.eu9.signalfx.com", "signalfx.com", ""),
        ("https://endpoint4.collection.de.sumologic.com/x", "sumologic.com", "eu-central-1"),
        ("https://log-api.eu.newrelic.com/log/v1", "newrelic.com", "eu"),
        ("https://log-api.newrelic.com/log/v1", "newrelic.com", "us"),
        ("listener-uk.logz.io:8071", "logz.io", "eu-west-2"),
        ("https://acct.blob.core.windows.net/c", "azure", ""),
        ("https://westeurope.blob.core.windows.net/c", "azure", ""),
        ("abfss://c@acct.dfs.core.windows.net/p", "azure", ""),
        ("ns.servicebus.windows.net:9093", "azure", ""),
        ("https://dce-abc.westeurope-1.ingest.monitor.azure.com", "azure", "westeurope"),
        ("https://ingest-adx.eastus.kusto.windows.net", "azure", "eastus"),
        ("vm.uksouth.cloudapp.azure.com", "azure", "uksouth"),
        ("x.z6.blob.core.chinacloudapi.cn", "azure", "cn"),
        ("x.azurefd.net", "azure", GLOBAL),
        ("/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g", "azure", ""),
        ("https://europe-west1-pubsub.googleapis.com", "google", "europe-west1"),
        ("https://storage.us-central1.rep.googleapis.com/b", "google", "us-central1"),
        ("https://storage.googleapis.com/b", "google", ""),
        ("https://us-east1.storage.googleapis.com", "google", ""),
        ("gs://bucket/key", "google", ""),
        ("projects/p/locations/us-east1/topics/t", "google", "us-east1"),
        ("//pubsub.googleapis.com/projects/p/locations/europe-west1/topics/t", "google", "europe-west1"),
        ("projects/p/topics/t", "google", ""),
        ("us-docker.pkg.dev", "google", "us"),
        ("bootstrap.c.europe-west4.managedkafka.p.cloud.goog:9092", "google", "europe-west4"),
        ("https://eu-chronicle.googleapis.com/v1", "google", "eu"),
    ],
)
def test_others(name: str, cloud: str, region: str) -> None:
    assert where(name)[:2] == (cloud, region)


@pytest.mark.parametrize(
    "name",
    [
        "https://siem.example.com/in",
        "siem",
        "https://s3.us-east-1.amazonaws.com.attacker.example",
        "https://evilamazonaws.com",
        "https://siem.example.com/s3.us-east-1.amazonaws.com",
        "https://siem.example.com/?to=arn.aws",
        "https://10.0.0.1/in",
        "https://[2001:db8::1]/in",
        "io.confluent.connect.s3.S3SinkConnector",
        "." * 300,
        "a." * 300,
        "://",
        "@",
        ":",
    ],
)
def test_names_of_ones_own_tell_nothing(name: str) -> None:
    assert set(resolve(name)) <= {OWN}


@pytest.mark.parametrize("name", ["127.0.0.1:19092", "http://localhost:8080/x", "127.9.9.9", "a.localhost"])
def test_the_machine_itself(name: str) -> None:
    assert resolve(name) == (Location(cloud=LOOPBACK),)


def test_several_names_in_one_text() -> None:
    text = "https://a.eu-west-1.es.amazonaws.com, siem.example.com;b.us-east-1.es.amazonaws.com:443"
    assert [found.region for found in resolve(text)] == ["eu-west-1", "", "us-east-1"]
    assert [found.region for found in clouds("log group /kafka/brokers of arn:aws:logs:us-east-1:1:x")] == ["us-east-1"]


@given(st.text(max_size=300))
def test_any_text_resolves(text: str) -> None:
    for found in resolve(text):
        assert found.region in {"", GLOBAL, *AREAS} or found.cloud


@given(
    st.from_regex(r"[a-z0-9.:/@=-]{0,200}(amazonaws\.com|googleapis\.com|azure\.com|cloud\.ibm\.com)", fullmatch=True)
)
def test_a_name_that_ends_in_a_clouds_domain_is_of_a_cloud_or_of_nobody(name: str) -> None:
    assert len(resolve(name)) <= 1


def test_a_long_text_is_read_once() -> None:
    resolve("a-" * 500_000 + "-s3alias")
    resolve("arn:" * 200_000)
    resolve("=/" * 500_000 + "arn")
    resolve("/projects/" * 100_000)


@pytest.mark.parametrize(
    "text",
    [
        f"${{secretsManager:arn:aws:secretsmanager:us-east-1:{A}:secret:siem:password}}",
        f"role=arn:aws:kafka:us-east-1:{A}:cluster/x/y",
        f"https://example.com/arn:aws:kafka:us-east-1:{A}:cluster/x/y",
    ],
)
def test_an_arn_inside_other_text(text: str) -> None:
    assert [(found.region, found.account) for found in clouds(text)] == [("us-east-1", A)]
