"""From where to where one carrier carries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A log group of an account, by the data stream `name`, to a topic, as the Kafka user `username`.

    `name` is the transactional id as well: of carriers with one name only the youngest commits.
    """

    account: str
    log_group: str
    name: str
    topic: str
    checkpoints: str
    username: str

    @property
    def headers(self) -> tuple[tuple[str, bytes], ...]:
        """What all its events have in common, as headers of their records."""
        return (("aws.account", self.account.encode()), ("aws.log_group", self.log_group.encode()))

    def __str__(self) -> str:
        source = f"{self.log_group} of account {self.account}"
        return f"{source} by the data stream {self.name} to {self.topic} as {self.username}"
