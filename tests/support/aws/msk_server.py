"""The control plane of Amazon MSK, where moto has none or one that can't be trusted.

API: https://docs.aws.amazon.com/msk/1.0/apireference/resources.html. Every request and answer is held against
botocore's model of it. What AWS leaves undocumented is marked so.
"""

from __future__ import annotations

import base64
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from moto.iam.models import get_account_id_from
from werkzeug.wrappers import Response

from tests.support.aws.calls import UNKNOWN, Call
from tests.support.aws.contract import BreachError, Contract, Refused
from tests.support.aws.faults import error
from tests.support.aws.front import CALL
from tests.support.aws.msk_clusters import Cluster
from tests.support.aws.msk_policies import delete_policy, get_policy, list_tags, put_policy, tag, untag
from tests.support.aws.msk_scram import associate, disassociate, list_secrets
from tests.support.aws.msk_topics import create_topic, delete_topic, describe_topic, list_topics, update_topic

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Asked = Mapping[str, Any]
Answered = dict[str, Any]

ON_A_CLUSTER: Mapping[str, Callable[[Cluster, Asked], Answered]] = {
    "DescribeCluster": lambda cluster, _: _described(cluster, version=1),
    "DescribeClusterV2": lambda cluster, _: _described(cluster, version=2),
    "GetBootstrapBrokers": lambda cluster, _: _bootstrap(cluster),
    "BatchAssociateScramSecret": associate,
    "BatchDisassociateScramSecret": disassociate,
    "PutClusterPolicy": put_policy,
    "GetClusterPolicy": get_policy,
    "DeleteClusterPolicy": delete_policy,
    "ListTagsForResource": list_tags,
    "TagResource": tag,
    "UntagResource": untag,
    "CreateTopic": create_topic,
    "DescribeTopic": describe_topic,
    "UpdateTopic": update_topic,
    "DeleteTopic": delete_topic,
}

LISTS_OF_A_CLUSTER: Mapping[str, tuple[str, Callable[[Cluster, Asked], list[Any]]]] = {
    "ListScramSecrets": ("SecretArnList", list_secrets),
    "ListTopics": ("Topics", list_topics),
}


class MskServer:
    """A WSGI application with all clusters of all accounts and regions."""

    def __init__(self) -> None:
        self._contract = Contract("kafka")
        self._clusters: dict[str, Cluster] = {}
        self._page = 100
        self._lock = threading.Lock()
        self.controls: dict[str, Callable[[Any], object]] = {
            "plant-cluster": self._plant,
            "change-cluster": self._change,
            "reset-clusters": lambda _: self._reset(),
            "page": self._set_page,
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        call: Call = environ[CALL]
        with self._lock:
            response = self._response(call, environ)
        return response(environ, start_response)

    def _response(self, call: Call, environ: WSGIEnvironment) -> Response:
        try:
            if call.operation == UNKNOWN:
                raise BreachError(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} is no call of MSK")
            return self._checked(call, environ)
        except Exception as broken:  # noqa: BLE001 - whatever it is, the test that met it must not take it for MSK's
            traceback.print_exc(file=sys.stderr)
            return error(call, 500, "BrokenFake", f"{type(broken).__name__}: {broken}")

    def _checked(self, call: Call, environ: WSGIEnvironment) -> Response:
        try:
            status, body = self._contract.write(call.operation, self._answer(call, self._contract.read(environ)))
        except Refused as refused:
            status = self._contract.status_of(call.operation, refused.code)
            return error(call, status, refused.code, str(refused))
        return Response(body, status, content_type="application/json")

    def _answer(self, call: Call, asked: Asked) -> Answered:
        if call.operation == "ListClustersV2":
            return self._paged("ClusterInfoList", self._list(call, asked), asked)
        cluster = self._found(call, asked.get("ClusterArn") or asked.get("ResourceArn", ""))
        if call.operation in LISTS_OF_A_CLUSTER:
            member, listed = LISTS_OF_A_CLUSTER[call.operation]
            return self._paged(member, listed(cluster, asked), asked)
        if call.operation not in ON_A_CLUSTER:
            raise BreachError(f"nothing plays {call.operation} here")
        return ON_A_CLUSTER[call.operation](cluster, asked)

    def _found(self, call: Call, arn: str) -> Cluster:
        """The cluster of an ARN, for who calls. How AWS refuses another account's or region's is undocumented."""
        parts = arn.split(":")
        if len(parts) != 6 or parts[2] != "kafka":
            raise Refused("BadRequestException", "One or more of the parameters are not valid: clusterArn")
        cluster = self._clusters.get(arn)
        if parts[4] != get_account_id_from(call.access_key):
            raise self._refusal(call, "ForbiddenException", "User is not authorized to access this resource")
        if cluster is None or cluster.region != call.region:
            raise self._refusal(call, "NotFoundException", "The requested resource doesn't exist.")
        return cluster

    def _refusal(self, call: Call, code: str, message: str) -> Refused:
        """Refused with `code`, or as a bad request where the operation doesn't know that."""
        try:
            self._contract.status_of(call.operation, code)
        except BreachError:
            return Refused("BadRequestException", message)
        return Refused(code, message)

    def _list(self, call: Call, asked: Asked) -> list[Answered]:
        owner = (get_account_id_from(call.access_key), call.region)
        listed = [
            cluster
            for cluster in self._clusters.values()
            if (cluster.account, cluster.region) == owner
            and cluster.name.startswith(asked.get("ClusterNameFilter", ""))
            and asked.get("ClusterTypeFilter", cluster.kind) == cluster.kind
        ]
        for cluster in listed:
            cluster.look()
        return [cluster.described() for cluster in listed]

    def _paged(self, member: str, items: list[Any], asked: Asked) -> Answered:
        try:
            start = int(base64.b64decode(asked.get("NextToken", ""))) if "NextToken" in asked else 0
        except ValueError:
            raise Refused("BadRequestException", "One or more of the parameters are not valid: nextToken") from None
        end = start + min(self._page, asked.get("MaxResults", self._page))
        token = {"NextToken": base64.b64encode(str(end).encode()).decode()} if end < len(items) else {}
        return {member: items[start:end], **token}

    def _plant(self, values: Any) -> str:
        cluster = Cluster(**values)
        self._clusters[cluster.arn] = cluster
        return cluster.arn

    def _change(self, values: Any) -> None:
        cluster = self._clusters[values.pop("arn")]
        self._clusters[cluster.arn] = replace(cluster, **values)

    def _reset(self) -> None:
        self._clusters.clear()
        self._page = 100

    def _set_page(self, size: int) -> None:
        self._page = size


def _described(cluster: Cluster, *, version: int) -> Answered:
    if version == 1 and cluster.kind == "SERVERLESS":
        raise Refused("BadRequestException", "This operation cannot be performed on serverless clusters.")
    cluster.look()
    return {"ClusterInfo": cluster.described() if version == 2 else cluster.described_v1()}


def _bootstrap(cluster: Cluster) -> Answered:
    if cluster.state == "CREATING":
        raise Refused("ConflictException", "The cluster is being created.")
    return dict(cluster.brokers_by_listener())
