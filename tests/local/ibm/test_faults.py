"""What goes wrong at IBM, played; and the ways to be wrong that have to be noticed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from _pytest.outcomes import Failed
from ibm_cloud_sdk_core import ApiException
from ibm_platform_services.iam_policy_management_v1 import V2PoliciesPager

from levee_infra.local.ibm.behaviour import FAULTS, MUTANTS, SOURCES
from levee_infra.local.ibm.server import LARGEST_BODY, SERVICES
from tests.local.ibm.test_permissions import decision
from tests.support.ibm_cloud import ACCOUNT, LOGS, OTHER_OWNER_KEY, OTHERS, OWNER, OWNER_KEY, IbmCloud, ibm_cloud
from tests.support.ibm_contract import breaches_of
from tests.support.ibm_lives import STREAM, access, authorization, refused, role_of


def policies_of(cloud: IbmCloud) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cloud.policies().list_v2_policies(ACCOUNT).get_result()["policies"]
    return found


def test_what_is_made_is_unseen_for_a_while(cloud: IbmCloud) -> None:
    cloud.fault("unseen", path="/v2/policies", reads=2, lists=1)
    client = cloud.policies()
    made = client.create_v2_policy(**authorization()).get_result()

    assert [refused(lambda: client.get_v2_policy(made["id"])).status_code for _ in range(2)] == [404, 404]
    assert client.get_v2_policy(made["id"]).get_result() == made
    assert (policies_of(cloud), policies_of(cloud)) == ([], [made])
    assert refused(lambda: client.create_v2_policy(**authorization())).status_code == 409


@pytest.mark.parametrize("made", ["policy", "stream", "service id", "api key", "topic", "secret"])
def test_an_answer_is_lost_after_it_was_made(made: str, tmp_path: Path) -> None:
    with ibm_cloud(tmp_path) as cloud:
        cloud.fault("lost", method="POST", path="(?!/identity).*")
        identities, secrets = cloud.identities(), cloud.secrets()
        ways: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
            "policy": (lambda: cloud.policies().create_v2_policy(**authorization()), lambda: policies_of(cloud)),
            "stream": (
                lambda: cloud.call(cloud.logs(), "POST", "/v1/streams", STREAM),
                lambda: cloud.call(cloud.logs(), "GET", "/v1/streams")[1]["streams"],
            ),
            "service id": (
                lambda: identities.create_service_id(ACCOUNT, "s"),
                lambda: identities.list_service_ids(account_id=ACCOUNT).get_result()["serviceids"],
            ),
            "api key": (
                lambda: identities.create_api_key("lost", OWNER, apikey="l" * 40),
                lambda: [k for k in identities.list_api_keys().get_result()["apikeys"] if k["name"] == "lost"],
            ),
            "topic": (lambda: cloud.topics().create_topic(name="t"), lambda: cloud.topics().list_topics().get_result()),
            "secret": (
                lambda: secrets.create_secret({"secret_type": "arbitrary", "name": "ss", "payload": "p"}),
                lambda: secrets.list_secrets().get_result()["secrets"],
            ),
        }
        make, listed = ways[made]

        with pytest.raises(requests.exceptions.ConnectionError):
            make()
        assert len(listed()) == 1


def test_a_status_is_answered_before_anything_is_done(cloud: IbmCloud) -> None:
    cloud.fault("status", status=429, retry_after=7, path="/v1/streams", method="POST")

    error = refused(lambda: cloud.call(cloud.logs(), "POST", "/v1/streams", STREAM))

    assert (error.status_code, error.http_response.headers["Retry-After"]) == (429, "7")
    assert cloud.call(cloud.logs(), "GET", "/v1/streams")[1]["streams"] == []
    assert cloud.call(cloud.logs(), "POST", "/v1/streams", STREAM)[0] == 201


def test_a_list_can_be_empty_for_once(cloud: IbmCloud) -> None:
    cloud.policies().create_v2_policy(**authorization())
    cloud.fault("empty", path="/v2/policies")

    assert (len(policies_of(cloud)), len(policies_of(cloud))) == (0, 1)


def test_a_role_is_cut_silently(cloud: IbmCloud) -> None:
    cloud.fault("cut")

    made = cloud.policies().create_v2_policy(**authorization("Writer"))

    assert (made.get_status_code(), role_of(made.get_result())) == (201, "Reader")
    assert not decision(cloud)["is_allowed"]


def test_a_policy_is_seen_before_it_is_in_force(cloud: IbmCloud) -> None:
    cloud.policies().create_v2_policy(**authorization())
    cloud.fault("propagating", times=2)

    assert [decision(cloud)["is_allowed"] for _ in range(3)] == [False, False, True]
    assert len(policies_of(cloud)) == 1


def test_a_token_dies_mid_run_and_the_key_gets_another(cloud: IbmCloud) -> None:
    client = cloud.logs()
    cloud.call(client, "GET", "/v1/streams")
    cloud.control("POST", "/tokens/revoke")

    assert refused(lambda: cloud.call(client, "GET", "/v1/streams")).status_code == 401
    assert cloud.call(cloud.logs(), "GET", "/v1/streams")[0] == 200
    cloud.fault("unauthenticated", service="logs")
    assert [refused(lambda: cloud.call(client, "GET", "/v1/streams")).status_code for _ in range(2)] == [401, 401]


def test_a_token_ends(tmp_path: Path) -> None:
    with ibm_cloud(tmp_path, token_seconds=0) as cloud:
        token = jwt.encode({"iat": 0, "exp": 2**32}, "of-no-use-to-anybody-but-long-enough")
        for bad in (token, "x", "a.b.c"):
            answer = requests.get(
                f"{cloud.url}/logs/{LOGS['guid']}/v1/streams", headers={"Authorization": f"Bearer {bad}"}, timeout=30
            )
            assert answer.status_code == 401
        form = {"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": OWNER_KEY}
        made = requests.post(f"{cloud.url}/iam/identity/token", data=form, timeout=30).json()
        head = {"Authorization": f"Bearer {made['access_token']}"}
        assert requests.get(f"{cloud.url}/logs/{LOGS['guid']}/v1/streams", headers=head, timeout=30).status_code == 401


def test_who_verifies_tokens_has_their_keys(cloud: IbmCloud) -> None:
    token = cloud.authenticator(OWNER_KEY).token_manager.get_token()
    key = jwt.PyJWKClient(f"{cloud.url}/iam/identity/keys").get_signing_key_from_jwt(token)

    claims = jwt.decode(token, key.key, algorithms=["RS256"], issuer="https://iam.cloud.ibm.com/identity")

    assert (claims["iam_id"], claims["account"]["bss"]) == (OWNER, ACCOUNT)


def test_a_stream_may_have_the_id_0(tmp_path: Path) -> None:
    with ibm_cloud(tmp_path, first_stream_id=0) as cloud:
        _, made = cloud.call(cloud.logs(), "POST", "/v1/streams", STREAM)
        assert made["id"] == 0
        assert cloud.call(cloud.logs(), "DELETE", "/v1/streams/0")[0] == 204


def takes_gzip_only(cloud: IbmCloud) -> None:
    assert refused(lambda: cloud.call(cloud.logs(), "POST", "/v1/streams", {**STREAM, "compression_type": "zstd"}))


def denies_another_account(cloud: IbmCloud) -> None:
    cloud.policies(OTHER_OWNER_KEY).create_v2_policy(**authorization(target=OTHERS))
    assert not decision(cloud, target=OTHERS)["is_allowed"]


def has_every_page(cloud: IbmCloud) -> None:
    cloud.control("PUT", "/behaviour", {"page_size": 2})
    made = [cloud.policies().create_v2_policy(**access(f"iam-ServiceId-{n}", "audit")).get_result() for n in range(3)]
    assert V2PoliciesPager(client=cloud.policies(), account_id=ACCOUNT).get_all() == made


def lists_nothing_for_a_dead_token(cloud: IbmCloud) -> None:
    client = cloud.logs()
    cloud.call(client, "GET", "/v1/streams")
    cloud.control("POST", "/tokens/revoke")
    assert refused(lambda: cloud.call(client, "GET", "/v1/streams")).status_code == 401


NOTICES: dict[str, Callable[[IbmCloud], None]] = {
    "accepts-zstd": takes_gzip_only,
    "skips-account-equality": denies_another_account,
    "one-page-only": has_every_page,
    "lists-before-auth": lists_nothing_for_a_dead_token,
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_each_mutant_is_noticed_by_a_check_that_holds_without_it(mutant: str, tmp_path: Path) -> None:
    with ibm_cloud(tmp_path / "right") as cloud:
        NOTICES[mutant](cloud)
    with ibm_cloud(tmp_path / "wrong", mutants=(mutant,)) as cloud, pytest.raises((AssertionError, Failed)):
        NOTICES[mutant](cloud)


def test_contract_data_notices_zstd(tmp_path: Path) -> None:
    with ibm_cloud(tmp_path, mutants=("accepts-zstd",)) as cloud:
        cloud.call(cloud.logs(), "POST", "/v1/streams", {**STREAM, "compression_type": "zstd"})
        assert any("/compression_type: not enum" in breach for breach in breaches_of(cloud.requests))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", {"kind": "unheard-of"}),
        ("/faults", {"kind": "lost", "color": "red"}),
        ("/faults", {}),
        ("/behaviour", {"color": "red"}),
        ("/behaviour", {"stale_if_match": 418}),
        ("/behaviour", {"topic_lag": -1}),
        ("/seed", {"instances": [{"service": "logs"}]}),
        ("/seed", {"identities": [{"iam_id": OWNER, "account": ACCOUNT, "apikey": OWNER_KEY}]}),
    ],
)
def test_what_cannot_be_set_is_refused(path: str, body: dict[str, Any], cloud: IbmCloud) -> None:
    with pytest.raises(AssertionError, match="error"):
        cloud.control("PUT" if path == "/behaviour" else "POST", path, body)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"1",
        b"\xff",
        b"[" * 100_000,
        b'{"configs": [1], "name": "t"}',
        b'{"name": ["t"]}',
        b'{"configs": [{"name": "retention.ms"}], "name": "t"}',
    ],
)
def test_a_body_that_cannot_be_read_is_refused(body: bytes, tmp_path: Path) -> None:
    with ibm_cloud(tmp_path) as cloud:
        token = cloud.authenticator(OWNER_KEY).token_manager.get_token()
        head = {"Authorization": f"Bearer {token}"}
        for path in (
            f"/event-streams/{cloud.topics().service_url.rpartition('/')[2]}/admin/topics",
            "/iam/v2/policies",
            "/iam/v1/apikeys",
        ):
            answer = requests.post(cloud.url + path, data=body, headers=head, timeout=30)
            assert answer.status_code in (400, 422)
            assert answer.json()
        assert cloud.topics().list_topics().get_result() == []


def test_a_body_without_end_is_refused(cloud: IbmCloud) -> None:
    for headers in (
        {"Content-Length": str(LARGEST_BODY + 1)},
        {"Content-Length": "-1"},
        {"Transfer-Encoding": "chunked"},
    ):
        connection = HTTPConnection("127.0.0.1", int(cloud.url.rpartition(":")[2]), timeout=30)
        connection.putrequest("POST", "/iam/identity/token")
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()


def test_many_ask_at_once_and_each_is_done_once(cloud: IbmCloud) -> None:
    client, name = cloud.policies(), cloud.logs()
    client.list_v2_policies(ACCOUNT)
    cloud.call(name, "GET", "/v1/streams")

    def both(_: int) -> int:
        cloud.call(name, "POST", "/v1/streams", STREAM)
        try:
            client.create_v2_policy(**authorization())
        except ApiException as error:
            return int(error.status_code or 0)
        return 201

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(both, range(16)))

    assert statuses == [201, *[409] * 15]
    streams = cloud.call(name, "GET", "/v1/streams")[1]["streams"]
    assert sorted(s["id"] for s in streams) == list(range(1, 17))


def test_no_secret_is_recorded(cloud: IbmCloud) -> None:
    value = "chosen-by-the-caller-" + "v" * 20
    cloud.identities().create_api_key("k", OWNER, apikey=value)
    cloud.identities().get_api_keys_details(iam_api_key=value)
    cloud.identities().create_service_id(ACCOUNT, "s", apikey={"name": "k", "apikey": value + "2"})
    cloud.secrets().create_secret({"secret_type": "arbitrary", "name": "siem", "payload": value})
    token = cloud.authenticator(value).token_manager.get_token()

    recorded = cloud.requests.read_text()

    assert (value in recorded, token in recorded, OWNER_KEY in recorded) == (False, False, False)
    assert base64.b64encode(value.encode()).decode() not in recorded
    assert (cloud.requests.stat().st_mode & 0o777) == 0o600
    paths = {(line["service"], line["path"]) for line in map(json.loads, recorded.splitlines())}
    assert ("iam", "/identity/token") in paths
    assert ("iam", "/v1/apikeys/details") in paths


KNOWN = ("[SDK]", "[GO]", "[CL]", "[ES]", "[EPY]", "TF#", "IBM/", "iam.cloud.ibm.com", "levee's own")


def test_every_route_and_refusal_names_its_source() -> None:
    nameless = [
        f"{service.name} {what}"
        for service in SERVICES
        for what, source in (
            *((f"{route.method} {route.path}", route.source) for route in service.routes),
            *((code, source) for code, (_, source) in service.refusals.items()),
        )
        if not any(word in source for word in KNOWN)
        and not source.startswith(("U", "I:"))
    ]  # fmt: skip
    assert nameless == []
    assert all(SOURCES.values())
    assert all(FAULTS.values())
    assert len(set(MUTANTS)) == 4


def test_a_path_that_isnt_there(cloud: IbmCloud) -> None:
    assert requests.get(f"{cloud.url}/control/unheard-of", timeout=30).status_code == 404
