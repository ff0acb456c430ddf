"""``levee:ibm:Topic``: a topic by the Admin REST API of Event Streams, where its plan has one.

Source: https://github.com/IBM/eventstreams-python-sdk (adminrest.yaml 1.3.1). Creation and deletion are asynchronous
(202). Errors carry an `error_code` of the HTTP status and Kafka's own code: 42236, the topic exists.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from levee.catalog.topic_setting import same_value
from levee.loading.schema.login import token_url_problem
from levee.model.name import topic_name_problem
from levee.targets.ibm.event_streams import LONGEST_TOPIC
from levee_infra.providers.protocol.declared import (
    INTEGER,
    MAPPING,
    Field,
    at_most,
    between,
    lasting,
    needed,
    one_of,
)
from levee_infra.providers.protocol.differences import Difference
from levee_infra.providers.protocol.failures import FailedError, refused
from levee_infra.providers.protocol.kind import Declaration, Recorded
from levee_infra.providers.protocol.lag import until_shown
from levee_infra.providers.protocol.on_removal import DELETE, DELETE_ADOPTED, LET_GO, ON_REMOVAL
from levee_infra.providers.protocol.properties import Properties, is_known, reveal
from levee_infra.providers.protocol.snapshot import Snapshot
from levee_infra.targets.ibm.api import Api, IbmError, Request, UnansweredError
from levee_infra.targets.ibm.kinds.ibm_kind import ADOPTED, IS_ADOPTED, IbmKind, Live

PATH: Final = "/admin/topics"
PAGE: Final = 100
EXISTS: Final = "42236"
MOST_PARTITIONS_AT_ONCE: Final = 1000
ON_REMOVALS: Final = (DELETE, LET_GO, DELETE_ADOPTED)


def _name_problem(name: str) -> str | None:
    return topic_name_problem(name) or at_most(LONGEST_TOPIC)(name)


class Topic(IbmKind):
    """A topic that grows and is configured in place. The id is `<admin URL>/<name>`.

    A topic bears no mark, so one that is there is adopted if it is exactly as declared; one that a killed run has made
    is, too. Only declared settings are compared: the platform sets the others.
    """

    token = "levee:ibm:Topic"  # noqa: S105 - a type token
    what = "topic"
    takes = (
        lasting("adminUrl", "Of the Event Streams instance's Admin REST API.", check=token_url_problem),
        lasting("name", check=_name_problem),
        needed(
            "partitions",
            "They only grow.",
            INTEGER,
            check=between(1, MOST_PARTITIONS_AT_ONCE),
        ),
        Field("config", "Settings of the topic; those left out are the platform's.", MAPPING),
        Field(ON_REMOVAL, "What becomes of it when it is no longer declared.", check=one_of(*ON_REMOVALS)),
    )
    gives = (needed("replicas", "How many copies Event Streams keeps.", INTEGER), IS_ADOPTED)
    mark = None

    def __init__(self, api: Api) -> None:
        super().__init__(api)
        self._listed: dict[str, Snapshot[Mapping[str, Live]]] = {}

    async def check(self, declaration: Declaration) -> Properties:
        """Partitions only grow."""
        new = await super().check(declaration)
        before, now = reveal(declaration.old.get("partitions")), reveal(new.get("partitions"))
        if isinstance(before, int) and isinstance(now, int) and now < before:
            raise refused("partitions", f"can't fall from {before} to {now}: Kafka can't remove partitions of a topic")
        return new

    async def look_for(self, new: Properties) -> Live | None:
        """In the list."""
        return (await self._list(str(new["adminUrl"]))).get(str(new["name"]))

    async def look_at(self, recorded: Recorded) -> Live | None:
        """In the list."""
        url, _, name = recorded.id.rpartition("/")
        return (await self._list(url)).get(name)

    async def make(self, new: Properties) -> Live:
        """Make it and wait until it is shown."""
        url, name = str(new["adminUrl"]), str(new["name"])
        body = {"name": name, "partition_count": new["partitions"], "configs": _configs(new)}
        self._snapshot(url).forget()
        try:
            await self.api.send(Request(method="POST", service=url, path=PATH, body=body))
        except UnansweredError:
            pass  # what it made is shown below
        except IbmError as error:
            if error.words.code != EXISTS:
                raise
        return await self._shown(url, name)

    async def alter(self, live: Live, new: Properties) -> Live:
        """Grow it and set what is declared, without touching any other setting."""
        url, _, name = live.id.rpartition("/")
        wanted, has = new["partitions"], live.inputs["partitions"]
        assert isinstance(wanted, int) and isinstance(has, int)  # noqa: PT018
        if wanted < has:
            raise FailedError(f"the topic {name} has {has} partitions, more than declared ({wanted}): declare {has}")
        body: dict[str, Any] = {"configs": _configs(new)}
        if wanted > has:
            body["new_total_partition_count"] = wanted
        await self.api.send(Request(method="PATCH", service=url, path=_path(name), body=body))
        self._snapshot(url).forget()
        await until_shown(f"the change of the topic {name}", lambda: self._is_as(url, name, new))
        return await self._shown(url, name)

    async def remove(self, live: Live) -> None:
        """Remove it with its records."""
        url, _, name = live.id.rpartition("/")
        await self.api.find(Request(method="DELETE", service=url, path=_path(name)))
        self._snapshot(url).forget()
        await until_shown(f"the deletion of the topic {name}", lambda: self._is_gone(url, name))

    async def diff(self, recorded: Recorded, new: Properties) -> Mapping[str, Difference]:
        """Compare settings as values of Kafka's types."""
        return {
            path: each
            for path, each in (await super().diff(recorded, new)).items()
            if path != ON_REMOVAL and not _is_spelling(path, recorded, new)
        }

    async def delete(self, recorded: Recorded) -> bool | None:
        """Remove it, unless it is let go of, or was adopted and no approval names it."""
        on_removal = reveal(recorded.inputs.get(ON_REMOVAL))
        if on_removal == LET_GO:
            return None
        kept = {name: value for name, value in recorded.outputs.items() if name != ADOPTED}
        is_approved = on_removal == DELETE_ADOPTED
        return await super().delete(Recorded(recorded.id, recorded.inputs, kept if is_approved else recorded.outputs))

    async def _shown(self, url: str, name: str) -> Live:
        await until_shown(f"the topic {name}", lambda: self._is_there(url, name))
        live = (await self._list(url)).get(name)
        if live is None:
            raise FailedError(f"the topic {name} was there and is gone; run again")
        return live

    async def _is_there(self, url: str, name: str) -> bool:
        """Shown by itself and in the list, which need not come at once."""
        return await self._is_found(url, name) and name in await self._list(url)

    async def _is_gone(self, url: str, name: str) -> bool:
        return not await self._is_found(url, name) and name not in await self._list(url)

    async def _is_found(self, url: str, name: str) -> bool:
        return await self.api.find(Request(method="GET", service=url, path=_path(name))) is not None

    async def _is_as(self, url: str, name: str, new: Properties) -> bool:
        live = (await self._list(url)).get(name)
        return live is not None and not self._differing(live, new)

    def _differing(self, live: Live, new: Properties) -> list[str]:
        declared, found = _settings(new), _settings(live.inputs)
        differing = [
            f"config.{key}" for key, value in declared.items() if not same_value(key, value, found.get(key, ""))
        ]
        if is_known(new["partitions"]) and new["partitions"] != live.inputs["partitions"]:
            differing.append("partitions")
        return sorted(differing)

    def _snapshot(self, url: str) -> Snapshot[Mapping[str, Live]]:
        if url not in self._listed:
            self._listed[url] = Snapshot(lambda: self._load(url))
        return self._listed[url]

    async def _list(self, url: str) -> Mapping[str, Live]:
        return await self._snapshot(url).get(url)

    async def _load(self, url: str) -> Mapping[str, Live]:
        """Every topic, page by page: the last page is the one that isn't full."""
        found: dict[str, Live] = {}
        page = 1
        while True:
            query = {"per_page": PAGE, "page": page}
            body = (await self.api.send(Request(method="GET", service=url, path=PATH, query=query))).body
            if not isinstance(body, list):
                raise FailedError(f"{url}{PATH} was answered without a list of topics")
            before = len(found)
            found |= {str(each["name"]): _live(url, each) for each in body}
            if len(body) < PAGE or len(found) == before:
                return found
            page += 1


def _path(name: str) -> str:
    return f"{PATH}/{quote(name, safe='')}"


def _settings(inputs: Properties) -> Mapping[str, str]:
    config = reveal(inputs.get("config"))
    return {key: str(value) for key, value in config.items()} if isinstance(config, dict) else {}


def _configs(new: Properties) -> list[dict[str, str]]:
    return [{"name": key, "value": value} for key, value in sorted(_settings(new).items())]


def _is_spelling(path: str, recorded: Recorded, new: Properties) -> bool:
    """Whether a difference of a setting is one of spelling only."""
    key = path.removeprefix('config["').removesuffix('"]').removeprefix("config.")
    declared, found = _settings(new), _settings(recorded.outputs)
    return key in declared and key in found and same_value(key, declared[key], found[key])


def _live(url: str, topic: Mapping[str, Any]) -> Live:
    name = str(topic["name"])
    inputs: Properties = {
        "adminUrl": url,
        "name": name,
        "partitions": int(topic.get("partitions", 0)),
        "config": {str(key): str(value) for key, value in (topic.get("configs") or {}).items()},
    }
    return Live(f"{url}/{name}", inputs, {"replicas": int(topic.get("replicationFactor", 0))})
