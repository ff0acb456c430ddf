"""A proof as tables, readable without colour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from levee.diagnostics.text import one_line, printable
from levee.render.table import render_table
from levee_infra.verify.account_tables import account_sections, account_summary
from levee_infra.verify.answer import Answer, Outcome, Verdict
from levee_infra.verify.check import SAMPLE
from levee_infra.verify.probe import (
    CLUSTER_PROBES,
    CREDENTIAL_PROBES,
    GROUP_PROBES,
    STREAM_PROBES,
    TRANSACTION_PROBES,
    Probe,
    Subject,
)
from levee_infra.verify.proof import Proof

MOST_USERS: Final = 40
"""Users in the matrix where all is well; those with a surprise are always in it."""

SECTIONS: Final = (
    ("Logins and the cluster", frozenset({Subject.CREDENTIAL, Subject.CLUSTER}), (*CREDENTIAL_PROBES, *CLUSTER_PROBES)),
    ("Streams", frozenset({Subject.OWN_STREAM, Subject.OTHER_STREAM, Subject.NEW_STREAM}), STREAM_PROBES),
    (
        "Groups and transactional ids",
        frozenset({Subject.OWN_GROUP, Subject.OTHER_GROUP, Subject.OWN_TRANSACTION, Subject.OTHER_TRANSACTION}),
        (*GROUP_PROBES, *TRANSACTION_PROBES),
    ),
)
LEGEND: Final = (
    "does: allowed, and done. may: allowed, asked for in a form without effect. refused: not allowed, and refused.\n"
    f"Of more than {SAMPLE} of a kind that a service has, {SAMPLE} were tried; `sees only own` covers every stream.\n"
)


def render_tables(proof: Proof) -> str:
    """The matrix, what isn't as declared, and one line that sums up."""
    return "\n".join(map(printable, _sections(proof)))


def _sections(proof: Proof) -> Iterator[str]:
    yield f"Proof of stack {proof.stack} on cluster {proof.cluster_id}\n"
    shown, hidden = _shown(proof.outcomes)
    for title, subjects, probes in SECTIONS:
        some = [outcome for outcome in proof.outcomes if outcome.check.subject in subjects]
        rows = list(_rows((o for o in some if o.check.username in shown), probes, by_user=title == SECTIONS[0][0]))
        header = ("USER", *(() if title == SECTIONS[0][0] else ("ON",)), *(probe.value.upper() for probe in probes))
        yield f"{title}\n" + render_table(header, rows)
    if hidden:
        yield f"... and {hidden:,} more users, all as declared (all of them: --json)\n"
    yield LEGEND
    if proof.discrepancies:
        lines = dict.fromkeys(one_line(each.line) for each in proof.discrepancies)
        title = f"Not as declared on the cluster ({len(proof.discrepancies):,})\n"
        yield title + "".join(f"! {line}\n" for line in lines)
    if surprises := list(_surprises(proof.outcomes)):
        yield f"Not as declared by check_run ({len(surprises):,})\n" + render_table(
            ("VERDICT", "USER", "TRIED", "ON", "DECLARED", "FOUND"), surprises
        )
    if proof.not_proved:
        rows = [(each.service, each.principal, str(each)) for each in proof.not_proved]
        title = f"Not tried, since levee holds no credential of theirs ({len(rows):,})\n"
        yield title + render_table(("SERVICE", "PRINCIPAL", "RESULT"), rows)
    yield from account_sections(proof.account)
    yield _identity(proof) + "\n"
    yield summary(proof) + "\n"


def _identity(proof: Proof) -> str:
    """Whether it was looked at that no topic had been deleted and made again."""
    if proof.identities_of is not None:
        compared = f"{proof.identities:,} of {_count(proof.topics, 'topic')} compared with the ids in"
        return f"Identity: {compared} {proof.identities_of}."
    return (
        "Identity: not compared. No state that can be read here has recorded the stack, so a topic that was deleted "
        "and made again looks as the first one did, and no password's age is known."
    )


def summary(proof: Proof) -> str:
    """What was looked at, and whether it holds."""
    credentials = len({outcome.check.username for outcome in proof.outcomes})
    verdicts = [outcome.verdict for outcome in proof.outcomes]
    surprises = verdicts.count(Verdict.SURPRISE) + len(proof.discrepancies)
    compared = f"{_count(proof.topics, 'topic')}, {_count(proof.acls, 'ACL')} and {_count(proof.users, 'user')}"
    untried = proof.not_proved
    proved = f"Proved but for {_count(len(untried), 'principal')}" if untried else "Proved"
    granted = f", {sum(each.granted for each in untried):,} granted, not proved" if untried else ""
    return (
        f"{proved if proof.holds else 'NOT PROVED'}: {compared} of the cluster compared; "
        f"{_count(credentials, 'credential')} tried {_count(len(verdicts), 'time')}: "
        f"{verdicts.count(Verdict.AS_DECLARED):,} as declared, {_count(surprises, 'surprise')}, "
        f"{verdicts.count(Verdict.UNKNOWN):,} unknown"
        f"{granted}{account_summary(proof.account)}"
    )


def _shown(outcomes: Iterable[Outcome]) -> tuple[frozenset[str], int]:
    """The users in the matrix, and how many are left out."""
    worst: dict[str, bool] = {}
    for outcome in outcomes:
        user = outcome.check.username
        worst[user] = worst.get(user, False) or outcome.verdict is not Verdict.AS_DECLARED
    calm = [user for user, is_surprising in worst.items() if not is_surprising]
    kept = {user for user, is_surprising in worst.items() if is_surprising} | set(calm[:MOST_USERS])
    return frozenset(kept), len(worst) - len(kept)


def _rows(outcomes: Iterable[Outcome], probes: Sequence[Probe], *, by_user: bool) -> Iterator[tuple[str, ...]]:
    cells: defaultdict[tuple[str, str], defaultdict[Probe, list[Outcome]]] = defaultdict(lambda: defaultdict(list))
    for outcome in outcomes:
        key = (outcome.check.username, "" if by_user else outcome.check.scope)
        cells[key][outcome.check.probe].append(outcome)
    last = ""
    for (user, scope), by_probe in cells.items():
        names = (user,) if by_user else ("" if user == last else user, scope)
        yield (*names, *(_cell(by_probe[probe]) if probe in by_probe else "-" for probe in probes))
        last = user


def _cell(outcomes: Sequence[Outcome]) -> str:
    """One word for all that was tried: the worst."""
    verdicts = {outcome.verdict for outcome in outcomes}
    if Verdict.SURPRISE in verdicts:
        return "SURPRISE"
    if Verdict.UNKNOWN in verdicts:
        return "UNKNOWN"
    if outcomes[0].observation.answer is Answer.REFUSED:
        return "refused"
    return "does" if any(outcome.observation.done for outcome in outcomes) else "may"


def _surprises(outcomes: Iterable[Outcome]) -> Iterator[tuple[str, ...]]:
    """A line for each, but one line for all of a user's that have one reason."""
    by_reason: defaultdict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.verdict is Verdict.UNKNOWN:
            by_reason[outcome.check.username, outcome.observation.evidence].append(outcome)
        elif outcome.verdict is Verdict.SURPRISE:
            check = outcome.check
            yield ("SURPRISE", check.username, check.probe.value, check.name, _declared(outcome), _found(outcome))
    for (user, reason), same in by_reason.items():
        tried = same[0].check.probe.value if len(same) == 1 else f"{len(same)} operations"
        name = same[0].check.name if len(same) == 1 else ""
        yield ("UNKNOWN", user, tried, name, "", reason)


def _declared(outcome: Outcome) -> str:
    if outcome.check.probe is Probe.SEE_STREAMS:
        return "its own streams, by its roles"
    return "may" if outcome.check.allowed else "may not"


def _found(outcome: Outcome) -> str:
    evidence = outcome.observation.evidence
    return evidence if outcome.check.probe is Probe.SEE_STREAMS else f"{outcome.observation.answer.value}: {evidence}"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'s' if number != 1 else ''}"
