"""``levee:ibm:LogsStream``: what of a Cloud Logs instance's records is streamed into which topic.

Source: https://cloud.ibm.com/apidocs/logs-service-api/logs-service-api-v1#create-event-stream-target. IBM looks at
neither brokers nor topic nor authorization when a stream is made: only delivery fails, and it isn't reported.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from levee.loading.schema.login import token_url_problem
from levee_infra.providers.protocol.declared import BOOLEAN, TEXTS, lasting, matching, needed, one_of
from levee_infra.providers.protocol.failures import FailedError, refused
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties, Value
from levee_infra.targets.ibm.api import Request, UnansweredError
from levee_infra.targets.ibm.kinds.ibm_kind import IbmKind, Live

PATH: Final = "/v1/streams"
LONGEST: Final = 4096
NAME: Final = re.compile(r"""[^\W_][\w.,\-"{}()\[\]=!:#/$|' ]{0,4095}""")
PRINTED: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,4096}")
COMPRESSIONS: Final = ("gzip", "unspecified")
BROKER: Final = re.compile(r"[A-Za-z0-9.-]{1,253}:[0-9]{1,5}")
ONE_LINE: Final = f"must be one line of at most {LONGEST} characters that the API takes"


def _brokers_problem(brokers: Sequence[str]) -> str | None:
    is_good = all(map(BROKER.fullmatch, brokers)) and len(",".join(brokers)) <= LONGEST
    return None if is_good else "must be addresses of brokers, <host>:<port>"


class LogsStream(IbmKind):
    """A stream of one Cloud Logs instance. The id is `<instance URL>/<stream id>`, the name is the stack's own.

    There is no reading of one stream: all are listed (the API has no pages), and found by their number.
    """

    token = "levee:ibm:LogsStream"  # noqa: S105 - a type token
    what = "Cloud Logs stream"
    takes = (
        lasting("instanceUrl", "Of the Cloud Logs instance's API.", check=token_url_problem),
        lasting("name", "The stack's own.", check=matching(NAME, ONE_LINE)),
        needed("filter", "In DPXL: which records are streamed.", check=matching(PRINTED, ONE_LINE)),
        needed("active", "Whether records are streamed.", BOOLEAN),
        needed("compression", check=one_of(*COMPRESSIONS)),
        needed("brokers", "`host:port` each.", TEXTS, check=_brokers_problem),
        needed("topic", check=matching(PRINTED, ONE_LINE)),
    )
    mark = "name"

    async def look_for(self, new: Properties) -> Live | None:
        """By its name, which is the stack's own; two of it would deliver every record twice."""
        found = [live for live in await self._list(str(new["instanceUrl"])) if live.inputs["name"] == new["name"]]
        if len(found) > 1:
            numbers = ", ".join(live.id.rpartition("/")[2] for live in found)
            raise refused("name", f"there are {len(found)} streams {new['name']} ({numbers}); remove all but one")
        return found[0] if found else None

    async def look_at(self, recorded: Recorded) -> Live | None:
        """By its number in the list. A wrong instance answers 404 and has no streams at all: that isn't "gone"."""
        url, _, _ = recorded.id.rpartition("/")
        return next((live for live in await self._list(url) if live.id == recorded.id), None)

    async def make(self, new: Properties) -> Live:
        """Make it; where nobody answers, look whether it is there."""
        url = str(new["instanceUrl"])
        try:
            answer = await self.api.send(Request(method="POST", service=url, path=PATH, body=_body(new)))
        except UnansweredError:
            found = await self.look_for(new)
            if found is None:
                raise
            return found
        return _live(url, answer.body)

    async def alter(self, live: Live, new: Properties) -> Live:
        """Replace it whole: what a replacement leaves out falls back."""
        url, _, number = live.id.rpartition("/")
        answer = await self.api.send(Request(method="PUT", service=url, path=f"{PATH}/{number}", body=_body(new)))
        return _live(url, answer.body)

    async def remove(self, live: Live) -> None:
        """Stop streaming. What the topic holds stays."""
        url, _, number = live.id.rpartition("/")
        await self.api.find(Request(method="DELETE", service=url, path=f"{PATH}/{number}"))

    async def _list(self, url: str) -> Sequence[Live]:
        answer = await self.api.send(Request(method="GET", service=url, path=PATH))
        streams = answer.body.get("streams") if isinstance(answer.body, Mapping) else None
        if not isinstance(streams, list):
            raise FailedError(f"{url}{PATH} was answered without a list of streams")
        return [_live(url, stream) for stream in streams]


def _body(new: Properties) -> dict[str, Any]:
    brokers = new["brokers"]
    assert isinstance(brokers, list)
    return {
        "name": new["name"],
        "dpxl_expression": new["filter"],
        "is_active": new["active"],
        "compression_type": new["compression"],
        "ibm_event_streams": {"brokers": ",".join(map(str, brokers)), "topic": new["topic"]},
    }


def _live(url: str, stream: Mapping[str, Any]) -> Live:
    """A stream as the API writes it. Left out are `is_active`, which then is false, and a target that it hasn't."""
    target = stream.get("ibm_event_streams") or {}
    brokers: list[Value] = [each for each in str(target.get("brokers", "")).split(",") if each]
    inputs: Properties = {
        "instanceUrl": url,
        "name": str(stream.get("name", "")),
        "filter": str(stream.get("dpxl_expression", "")),
        "active": bool(stream.get("is_active", False)),
        "compression": str(stream.get("compression_type") or "unspecified"),
        "brokers": brokers,
        "topic": str(target.get("topic", "")),
    }
    return Live(f"{url}/{stream['id']}", inputs)
