"""OAUTHBEARER: a token, asked for anew before it ends, for both clients."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kafka.net.sasl.oauth import AbstractTokenProvider

from levee.clock import SYSTEM_CLOCK
from levee_infra.kafka.login.contract import LoginRefusedError
from levee_infra.providers.protocol.failures import FailedError

OAUTHBEARER: Final = "OAUTHBEARER"
FRESH: Final = 0.8
"""The part of a token's life after which a new one is asked for (sasl.login.refresh.window.factor of Kafka's own)."""


@dataclass(frozen=True)
class Token:
    """A token, and for how many seconds from now it holds."""

    value: str = field(repr=False)
    seconds: float


class Tokens(AbstractTokenProvider):  # type: ignore[misc] # kafka-python has no types
    """Keeps one token as long as it is fresh. Safe to ask from any thread; calls made meanwhile wait for it."""

    def __init__(self, fetch: Callable[[], Token], who: str, extensions: Mapping[str, str]) -> None:
        """`fetch` raises FailedError."""
        super().__init__()
        self._fetch, self._who, self._extensions = fetch, who, dict(extensions)
        self._lock = threading.Lock()
        self._kept: Token | None = None
        self._fetched_at = 0.0

    @property
    def mechanism(self) -> str:
        """Kafka's name of it."""
        return OAUTHBEARER

    def __str__(self) -> str:
        return self._who

    def prepare(self) -> None:
        """Get the first token: a client would not tell why it got none."""
        self._fresh()

    def renew(self) -> bool:
        """A token that a broker refused may have ended before its time, or been revoked: the next one is a new one."""
        with self._lock:
            kept, self._kept = self._kept, None
        return kept is not None

    def token(self) -> str:
        """A token that holds. Raises FailedError."""
        return self._fresh()[0]

    def extensions(self) -> dict[str, str]:
        """SASL extensions (RFC 7628)."""
        return self._extensions

    def librdkafka(self) -> Mapping[str, Any]:
        """A callback: the client asks it at 80 % of each token's life, on a thread of its own."""
        return {"oauth_cb": self._for_librdkafka}

    def kafka_python(self) -> Mapping[str, Any]:
        """This itself."""
        return {"sasl_oauth_token_provider": self}

    def _for_librdkafka(self, _config: str) -> tuple[str, float, str, dict[str, str]]:
        value, left = self._fresh()
        return value, SYSTEM_CLOCK.milliseconds() / 1000 + left, self._who, self._extensions

    def _refresh(self) -> None:
        """Get a new token; while the old one still holds, a failure that may pass costs nothing."""
        began = time.monotonic()
        try:
            self._kept, self._fetched_at = self._fetch(), began
        except LoginRefusedError:
            raise
        except FailedError:
            if self._kept is None or time.monotonic() - self._fetched_at >= self._kept.seconds:
                raise

    def _fresh(self) -> tuple[str, float]:
        with self._lock:
            if self._kept is None or time.monotonic() - self._fetched_at >= FRESH * self._kept.seconds:
                self._refresh()
            assert self._kept is not None
            left = self._kept.seconds - (time.monotonic() - self._fetched_at)
            if left <= 0:
                raise FailedError(f"the token for {self._who} had ended before it was used")
            return self._kept.value, left
