"""IBM Cloud on loopback for a test, and IBM's own clients of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from eventstreams_sdk.adminrest_v1 import AdminrestV1
from ibm_cloud_sdk_core import BaseService
from ibm_cloud_sdk_core.authenticators import IAMAuthenticator
from ibm_platform_services import IamIdentityV1, IamPolicyManagementV1, ResourceControllerV2
from ibm_secrets_manager_sdk.secrets_manager_v2 import SecretsManagerV2

from levee.clock import SYSTEM_CLOCK
from levee_infra.local.ibm.account import Fake
from levee_infra.local.ibm.behaviour import Behaviour
from levee_infra.local.ibm.resource_controller import crn_of
from levee_infra.local.ibm.seed import plant
from levee_infra.local.ibm.server import REQUESTS, Server

ACCOUNT, OTHER_ACCOUNT = "a" * 32, "b" * 32
OWNER, OWNER_KEY = "IBMid-owner", "owner-key-" + "o" * 34
OTHER_OWNER_KEY = "other-key-" + "o" * 34
BROKERS = ["broker-0-x.kafka.svc08.eu-de.eventstreams.cloud.ibm.com:9093"]

SIGNING_KEY = rsa.generate_private_key(65537, 2048)

Instance = dict[str, Any]


def instance(service: str, number: int, plan: str = "standard", **changes: object) -> Instance:
    guid = f"00000000-0000-4000-8000-{number:012d}"
    name = f"{service}-{number}"
    return {
        "service": service,
        "guid": guid,
        "account": ACCOUNT,
        "region": "eu-de",
        "name": name,
        "plan": plan,
        "brokers": BROKERS if service == "messagehub" else [],
        **changes,
    }


LOGS = instance("logs", 1)
EVENT_STREAMS = instance("messagehub", 2)
ENTERPRISE = instance(
    "messagehub", 3, "enterprise-3nodes-2tb", brokers=["kafka-0.mh-x-0000.eu-de.containers.appdomain.cloud:9093"]
)
GEN2 = instance(
    "messagehub",
    4,
    "enterprise-gen2",
    brokers=["kafka-0.x.private.y.eu-de.eventstreams.dataservices.appdomain.cloud:9093"],
)
SECRETS = instance("secrets-manager", 5)
OTHERS = instance(
    "messagehub", 6, account=OTHER_ACCOUNT, brokers=["broker-0-y.kafka.svc08.eu-de.eventstreams.cloud.ibm.com:9093"]
)
SEED: Mapping[str, Any] = {
    "identities": [
        {"iam_id": OWNER, "account": ACCOUNT, "apikey": OWNER_KEY, "owner": True},
        {"iam_id": "IBMid-other", "account": OTHER_ACCOUNT, "apikey": OTHER_OWNER_KEY, "owner": True},
    ],
    "instances": [LOGS, EVENT_STREAMS, ENTERPRISE, GEN2, SECRETS, OTHERS],
}


def crn(of: Instance) -> str:
    return crn_of(of)


@dataclass
class IbmCloud:
    """A running one, and clients of it by API key."""

    fake: Fake
    url: str
    keys: int = field(default=0)

    @property
    def requests(self) -> Path:
        return self.fake.directory / REQUESTS

    def control(self, method: str, path: str, body: object = None) -> Any:
        """What `/control` answers. Raises AssertionError for a refusal."""
        connection = HTTPConnection("127.0.0.1", int(self.url.rpartition(":")[2]), timeout=30)
        try:
            connection.request(method, f"/control{path}", json.dumps(body) if body is not None else None)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        assert answer.status < 300, text
        return json.loads(text) if text else None

    def fault(self, kind: str, **values: object) -> None:
        self.control("POST", "/faults", {"kind": kind, **values})

    def identity(self, **roles: list[str]) -> str:
        """The API key of a new user with roles by service; `_` stands for a hyphen."""
        self.keys += 1
        key = f"key-{self.keys}-".ljust(40, "k")
        named = {service.replace("_", "-"): names for service, names in roles.items()}
        user = {"iam_id": f"IBMid-user{self.keys}", "account": ACCOUNT, "apikey": key, "roles": named}
        self.control("POST", "/seed", {"identities": [user]})
        return key

    def fake_instances(self) -> list[Instance]:
        """What there is in the account."""
        return [item for item in SEED["instances"] if item["account"] == ACCOUNT]

    def authenticator(self, key: str) -> IAMAuthenticator:
        return IAMAuthenticator(key, url=f"{self.url}/iam")

    def _client(self, kind: Any, path: str, key: str) -> Any:
        client = kind(authenticator=self.authenticator(key))
        client.set_service_url(f"{self.url}{path}")
        return client

    def policies(self, key: str = OWNER_KEY) -> IamPolicyManagementV1:
        return self._client(IamPolicyManagementV1, "/iam", key)

    def identities(self, key: str = OWNER_KEY) -> IamIdentityV1:
        return self._client(IamIdentityV1, "/iam", key)

    def controller(self, key: str = OWNER_KEY) -> ResourceControllerV2:
        return self._client(ResourceControllerV2, "/resource-controller", key)

    def topics(self, key: str = OWNER_KEY, of: Instance = EVENT_STREAMS) -> AdminrestV1:
        return self._client(AdminrestV1, f"/event-streams/{of['guid']}", key)

    def secrets(self, key: str = OWNER_KEY) -> SecretsManagerV2:
        return self._client(SecretsManagerV2, f"/secrets-manager/{SECRETS['guid']}", key)

    def logs(self, key: str = OWNER_KEY, path: str = "logs") -> BaseService:
        """IBM has no Python client of Cloud Logs: its clients' core, which theirs are made of."""
        return BaseService(service_url=f"{self.url}/{path}/{LOGS['guid']}", authenticator=self.authenticator(key))

    def call(self, client: BaseService, method: str, path: str, body: object = None) -> Any:
        """One request of a client of `logs`; its status and result."""
        kept: dict[str, Any] = (
            {"data": json.dumps(body), "headers": {"content-type": "application/json"}} if body is not None else {}
        )
        response = client.send(client.prepare_request(method, path, **kept))
        return response.get_status_code(), response.get_result()


@contextmanager
def ibm_cloud(
    directory: Path, *, seed: Mapping[str, Any] = SEED, mutants: tuple[str, ...] = (), **switches: object
) -> Iterator[IbmCloud]:
    fake = Fake(SYSTEM_CLOCK, "", directory, Behaviour().changed(switches), frozenset(mutants), signing_key=SIGNING_KEY)
    server = Server(fake, "127.0.0.1", 0)
    plant(fake, seed)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield IbmCloud(fake, fake.url)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
