"""The result of a draw as rows: what the certificate says, and whether the rows still say it.

Tasks are made from the rows, so a certificate that holds is not enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from inspections import draw as dr
from inspections.draw import verify
from inspections.models import Draw, DrawAssignment
from inspections.services.draws.codes import OFFICER, SUBJECT, code_of


class Drawn(NamedTuple):
    """One subject of a certificate by its id in the draw; ``team`` is None for reserves."""

    stratum: str
    position: int
    id: str
    ticket: str
    is_reserve: bool
    team: int | None


def drawn_of(content: Mapping[str, Any]) -> Iterator[Drawn]:
    """The subjects selected and standing by, in the order of their tickets by stratum."""
    teams = {
        id_: team["team"]
        for team in content["staffing"].get("teams", ())
        for id_ in team["subjects"]
    }
    for stratum, selected in content["selected"].items():
        reserves = content["reserves"][stratum]
        for position, (id_, ticket) in enumerate([*selected, *reserves], 1):
            is_reserve = position > len(selected)
            team = None if is_reserve else teams.get(id_)
            yield Drawn(stratum, position, id_, ticket, is_reserve, team)


def row_findings(
    draw: Draw, files: Mapping[str, bytes], certificate: dr.Certificate
) -> list[verify.Finding]:
    """Whether commit, hash, seed, nonces, drawn subjects and officers in the database are those of
    the certificate, which itself was verified before together with the ``files`` it binds."""
    content = certificate.content
    commit = dr.canonical(content["commit"])
    frozen = dr.load(commit, files)
    findings = [
        verify.Finding("database.commit", draw.commit == commit.decode(), "冻结承诺"),
        verify.Finding("database.hash", draw.certificate_hash == certificate.hash, "证书哈希"),
        verify.Finding("database.seed", draw.seed == content["seed"], "种子"),
        verify.Finding(
            "database.nonces",
            {party.code: party.nonce for party in draw.parties.all()} == content["nonces"],
            "各方随机数",
        ),
        _subjects(draw, content),
        _officers(draw, frozen, certificate),
    ]
    return [
        finding._replace(text=f"库中的{finding.text}与证书{'一致' if finding.ok else '不符'}")
        for finding in findings
    ]


def _ids(draw: Draw, certified: set[str]) -> dict[int, str]:
    """Ids in the draw by key of the subject, the code before the identifier."""
    found = {}
    for row in draw.selected.select_related("subject"):
        code = code_of(draw.code_key, SUBJECT, row.subject_id)
        found[row.subject_id] = code if code in certified else row.subject.identifier
    return found


def _subjects(draw: Draw, content: Mapping[str, Any]) -> verify.Finding:
    certified = set(drawn_of(content))
    ids = _ids(draw, {row.id for row in certified})
    stored = {
        Drawn(row.stratum, row.position, ids[row.subject_id], row.ticket, row.is_reserve, row.team)
        for row in draw.selected.all()
    }
    odd = sorted((row.stratum, row.position) for row in certified ^ stored)
    place = f"（等级 {odd[0][0]} 第 {odd[0][1]} 名）" if odd else ""
    return verify.Finding("database.selected", not odd, f"抽中对象和候补{place}")


def _officers(draw: Draw, frozen: dr.Frozen, certificate: dr.Certificate) -> verify.Finding:
    certified = {
        (id_, code)
        for id_, visit in dr.visits(frozen, certificate).items()
        for codes in visit.values()
        for code in codes
    }
    ids = _ids(draw, {id_ for id_, _ in certified})
    stored = {
        (ids[subject], code_of(draw.code_key, OFFICER, inspector))
        for subject, inspector in DrawAssignment.objects.filter(selected__draw=draw).values_list(
            "selected__subject_id", "inspector_id"
        )
    }
    odd = sorted(certified ^ stored)
    place = f"（{odd[0][0]}）" if odd else ""
    return verify.Finding("database.staffing", not odd, f"派人结果{place}")
