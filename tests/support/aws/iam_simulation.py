"""IAM's policy simulator, which moto has none of: a role's policies as moto keeps them, decided by levee's evaluator.

API: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html. Requests and answers are held
against botocore's model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from moto.backends import get_backend
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from moto.iam.exceptions import NotFoundException
from moto.iam.models import get_account_id_from
from werkzeug.wrappers import Response

from levee.targets.aws.iam.document import Document, Effect, Principal, PrincipalKind, Statement
from levee.targets.aws.iam.evaluate import Outcome, Policies, evaluate
from levee.targets.aws.iam.parsing import parse_document
from levee.targets.aws.iam.request import Request as AwsRequest
from levee.targets.aws.iam.request import identity
from tests.support.aws.calls import Call
from tests.support.aws.contract import violations
from tests.support.aws.faults import error
from tests.support.aws.front import CALL

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OPERATION = "SimulatePrincipalPolicy"
DECISIONS = {Outcome.ALLOWED: "allowed", Outcome.DENIED_EXPLICITLY: "explicitDeny"}


class IamSimulation:
    """A WSGI application before the rest of IAM."""

    def __init__(self, others: WSGIApplication) -> None:
        self._others = others
        self._operation = get_service_model("iam").operation_model(OPERATION)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        call: Call = environ[CALL]
        if call.operation != OPERATION:
            return self._others(environ, start_response)
        return self._answer(call, environ)(environ, start_response)

    def _answer(self, call: Call, environ: WSGIEnvironment) -> Response:
        values = Request(environ).values
        asked: Mapping[str, Any] = PROTOCOL_PARSERS["query"](self._operation).parse({"values": values})
        wrong = list(violations(asked, self._operation.input_shape, OPERATION))
        if wrong or len(asked["ResourceArns"]) != 1:
            return error(call, 400, "InvalidInput", "; ".join(wrong) or "only one resource is played here")
        account = get_account_id_from(call.access_key)
        try:
            role = get_backend("iam")[account]["aws"].get_role_by_arn(asked["PolicySourceArn"])
        except NotFoundException:
            return error(call, 404, "NoSuchEntity", f"there is no {asked['PolicySourceArn']}")
        documents = [parse_document(text) for text in role.policies.values()]
        results = [_decided(action, asked, documents, account, call.region) for action in asked["ActionNames"]]
        answered = {"EvaluationResults": results, "IsTruncated": False}
        assert not list(violations(answered, self._operation.output_shape, OPERATION))
        written = get_serializer_class("iam", "query")(self._operation).serialize(answered)
        return Response(written["body"], written["status_code"], content_type="text/xml")


def _decided(
    action: str, asked: Mapping[str, Any], documents: Sequence[Document], account: str, region: str
) -> dict[str, Any]:
    given = {entry["ContextKeyName"]: tuple(entry["ContextKeyValues"]) for entry in asked.get("ContextEntries", ())}
    known = {key.lower() for key in given}
    used = {test.key for each in documents for statement in each.statements for test in statement.conditions}
    request = AwsRequest(
        action=action,
        resource=asked["ResourceArns"][0],
        principal=identity(asked["PolicySourceArn"]),
        account=account,
        region=region,
        context=given,
    )
    # It is given no key's policy; one that leaves the key to the account's own policies stands in.
    root = Document(
        (Statement(effect=Effect.ALLOW, principals=(Principal(PrincipalKind.AWS, account),), actions=("*",)),)
    )
    outcome = evaluate(request, Policies(identity=documents, resource=root)).outcome
    return {
        "EvalActionName": action,
        "EvalResourceName": asked["ResourceArns"][0],
        "EvalDecision": DECISIONS.get(outcome, "implicitDeny"),
        "MissingContextValues": sorted(key for key in used if key.lower() not in known),
    }
