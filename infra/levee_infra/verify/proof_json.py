"""A proof as canonical JSON."""

from __future__ import annotations

import json
from typing import Final

from levee_infra.verify.account import AccountResult
from levee_infra.verify.answer import Outcome, Verdict
from levee_infra.verify.evidence import Evidence
from levee_infra.verify.proof import Proof

FORMAT_VERSION: Final = 2


def render_json(proof: Proof, about: Evidence) -> str:
    """Sorted keys, two-space indent and a final newline. `format` rises when a field changes meaning."""
    verdicts = [outcome.verdict for outcome in proof.outcomes]
    document = {
        "format": FORMAT_VERSION,
        "stack": proof.stack,
        "cluster": proof.cluster_id,
        "brokers": [{"id": broker, "rack": rack} for broker, rack in sorted(proof.brokers.items())],
        "evidence": about.document(),
        "holds": proof.holds,
        "wrote": proof.wrote,
        "compared": {"topics": proof.topics, "acls": proof.acls, "users": proof.users, "identities": proof.identities},
        "tried": {verdict.value: verdicts.count(verdict) for verdict in Verdict},
        "not_proved": [
            {"service": each.service, "principal": each.principal, "granted": each.granted}
            for each in sorted(proof.not_proved, key=lambda each: each.service)
        ],
        "discrepancies": [
            {"matter": item.kind.value, "what": item.what, "declared": item.declared, "found": item.found}
            for item in sorted(proof.discrepancies)
        ],
        "account": sorted(map(_of_account, proof.account), key=lambda item: json.dumps(item, sort_keys=True)),
        "outcomes": sorted(map(_outcome, proof.outcomes), key=lambda item: json.dumps(item, sort_keys=True)),
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _outcome(outcome: Outcome) -> dict[str, str | bool]:
    check, observation = outcome.check, outcome.observation
    return {
        "user": check.username,
        "subject": check.subject.value,
        "scope": check.scope,
        "name": check.name,
        "probe": check.probe.value,
        "allowed": check.allowed,
        "answer": observation.answer.value,
        "done": observation.done,
        "evidence": observation.evidence,
        "verdict": outcome.verdict.value,
    }


def _of_account(outcome: AccountResult) -> dict[str, str]:
    return {
        "thing": outcome.check.thing.value,
        "name": outcome.name,
        "claim": outcome.check.text,
        "verdict": outcome.verdict.value,
        "found": outcome.found,
    }
