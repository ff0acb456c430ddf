"""The cloud as a whole: what it keeps, who calls, and the tokens that say so."""

from __future__ import annotations

import base64
import json
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from levee.clock import Clock
from levee_infra.local.ibm.authorization import Resource, granted
from levee_infra.local.ibm.behaviour import MUTANTS, Behaviour, Fault
from levee_infra.local.ibm.routing import JSON, Call, Refused
from levee_infra.local.ibm.rows import Row, Store

ISSUER = "https://iam.cloud.ibm.com/identity"
KEY_ID = "1"
SNAPSHOT = "snapshot.json"


@dataclass(frozen=True, slots=True)
class Caller:
    """An identity with a token. An owner may do everything in its account."""

    iam_id: str
    account: str
    is_owner: bool = False


def b64(data: bytes) -> str:
    """As tokens and keys are written."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """What `b64` wrote. Raises ValueError for anything else."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def digest(key: str) -> str:
    """What is kept of an API key."""
    return sha256(key.encode()).hexdigest()


@dataclass(slots=True)
class Fake:
    """All services of one process. One request is handled at a time, whatever the number of connections."""

    clock: Clock
    url: str
    directory: Path
    behaviour: Behaviour = field(default_factory=Behaviour)
    mutants: frozenset[str] = frozenset()
    store: Store = field(default_factory=Store)
    faults: list[Fault] = field(default_factory=list)
    generation: int = 0
    """Tokens of an earlier one are dead."""
    signing_key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        if unknown := self.mutants - set(MUTANTS):
            raise ValueError(f"no mutant {', '.join(sorted(unknown))}; there are: {', '.join(MUTANTS)}")

    def now(self) -> str:
        """The moment, as IBM writes it."""
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def seconds(self) -> int:
        """The moment, as tokens write it."""
        return self.clock.milliseconds() // 1000

    def take(self, kind: str, service: str, method: str, path: str) -> Fault | None:
        """The fault of a kind that is due at a request, used up once more."""
        for fault in self.faults:
            if fault.matches(kind, service, method, path):
                fault.times -= 1
                return fault
        return None

    def instance(self, identity: str) -> Row | None:
        """An instance by its GUID or CRN."""
        table = self.store.table("instances")
        return table.by_key(identity) or table.rows.get(identity)

    # -- tokens

    def token(self, caller: Caller) -> str:
        """A token of RS256, which Kafka's brokers verify by `/iam/identity/keys`."""
        now = self.seconds()
        claims = {
            "iss": ISSUER,
            "sub": caller.iam_id.removeprefix("iam-"),
            "iam_id": caller.iam_id,
            "sub_type": "ServiceId" if caller.iam_id.startswith("iam-ServiceId") else "user",
            "account": {"valid": True, "bss": caller.account},
            "iat": now,
            "exp": now + self.behaviour.token_seconds,
            "jti": str(uuid.uuid4()),
            "session_id": str(self.generation),
            "grant_type": "urn:ibm:params:oauth:grant-type:apikey",
            "scope": "ibm openid",
            "owner": caller.is_owner,
        }
        head = {"alg": "RS256", "typ": "JWT", "kid": KEY_ID}
        signed = ".".join(b64(json.dumps(part).encode()) for part in (head, claims))
        return f"{signed}.{b64(self.signing_key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def keys(self) -> JSON:
        """What verifies them."""
        numbers = self.signing_key.public_key().public_numbers()
        n, e = (b64(n.to_bytes((n.bit_length() + 7) // 8, "big")) for n in (numbers.n, numbers.e))
        return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": n, "e": e}]}

    def caller_of(self, authorization: str) -> Caller | None:
        """Who sent a token; None for one that doesn't hold."""
        kind, _, token = authorization.partition(" ")
        try:
            signed, _, signature = token.rpartition(".")
            self.signing_key.public_key().verify(unb64(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
            claims = json.loads(unb64(signed.partition(".")[2]))
        except (ValueError, InvalidSignature):
            return None
        is_alive = claims["exp"] > self.seconds() and claims["session_id"] == str(self.generation)
        if kind.lower() != "bearer" or not is_alive:
            return None
        return Caller(claims["iam_id"], claims["account"]["bss"], claims["owner"])

    # -- what it keeps across restarts

    def save(self) -> None:
        """Write all of it into the directory, for the next process."""
        pem = self.signing_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.store.write(self.directory / SNAPSHOT, {"signing_key": pem.decode(), "generation": self.generation})

    def load(self) -> bool:
        """Take up what an earlier process saved; whether there was something."""
        path = self.directory / SNAPSHOT
        if not path.exists():
            return False
        kept = json.loads(path.read_text(encoding="utf-8"))
        key = serialization.load_pem_private_key(kept["signing_key"].encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)  # `save` wrote it
        self.store, self.signing_key, self.generation = Store.read(kept), key, kept["generation"]
        return True


def may(call: Call, action: str, resource: Resource) -> bool:
    """Whether the caller may do an action. Owners may in their account, nobody in another's."""
    if call.caller.account != resource.account:
        return False
    return call.caller.is_owner or action in granted(call.fake.store, call.caller.iam_id, resource)


def demand(call: Call, action: str, resource: Resource, *, code: str, status: int | None = None) -> None:
    """Refuse who may not."""
    if not may(call, action, resource):
        raise Refused(code, f"{call.caller.iam_id} may not {action}", status=status)


def check_etag(call: Call, row: Row, *, code: str, missing: str) -> None:
    """Refuse a change of what has changed since it was read. `*` is any revision ([SDK] update_service_id)."""
    sent = call.headers.get("if-match", "").removeprefix("W/").strip('"')
    if not sent:
        raise Refused(missing, "If-Match is required")
    if sent not in ("*", row.etag):
        raise Refused(code, "it has changed since it was read", status=call.fake.behaviour.stale_if_match)


def expired(moment: str, clock: Clock) -> bool:
    """Whether a moment, as `expires_at` writes it, has passed; "" never does."""
    if not moment:
        return False
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(UTC) <= clock.now()
