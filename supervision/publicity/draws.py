"""Public pages of the draws: registered ones, opened ones, and the check that anyone can run."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from departments.models import Department
from inspections import draw as dr
from inspections.draw import verify
from inspections.models import Draw
from inspections.selectors import draw_pages as pages
from inspections.selectors import draws as selectors
from inspections.services import draws
from inspections.views.damage import TellsDamage
from inspections.views.draws import bundle_response
from records.paging import capped_count, requested_page
from supervision.publicity.base import PublicView

MAX_BUNDLE = 20 * 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")


def _is_open(draw: Draw) -> bool:
    """Whether the names in a draw may be read by everybody now."""
    return selectors.open_to_public(Draw.objects.filter(pk=draw.pk)).exists()


class PublicDrawsView(PublicView):
    """Every draw of the county with number, level, counts and hash, void ones too."""

    place = "public:draws"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = selectors.public_draws().filter(
            item__plan__region__code__startswith=self.region.code
        )
        page = requested_page(request, found, ("-number",), size=30)
        opened = set(
            selectors.open_to_public(
                Draw.objects.filter(pk__in=[draw.pk for draw in page])
            ).values_list("pk", flat=True)
        )
        voids = selectors.voids_per_party()
        departments = Department.objects.filter(
            pk__in=voids, region__code__startswith=self.region.code
        )
        context = {
            "page": page,
            "rows": [(draw, draw.pk in opened) for draw in page],
            "total": capped_count(found),
            "voids": sorted(((d.name, voids[d.pk]) for d in departments), key=lambda r: -r[1]),
        }
        return self.show("public/draws/list.html", context)


class PublicDrawView(PublicView, TellsDamage):
    """One draw: registered while names could warn, afterwards everything, checkable."""

    place = "public:draws"

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        draw = get_object_or_404(
            selectors.public_draws().defer(None).select_related("item__matter_version"),
            number=number,
        )
        context: dict[str, Any] = {
            "draw": draw,
            "item": draw.item,
            "opened": _is_open(draw),
            "strata": pages.strata(draw.counts["strata"]) if draw.frozen_at else [],
            "reasons": (
                pages.reasons(draw.counts["excluded"], pages.exclusion_labels(draw))
                if draw.frozen_at
                else []
            ),
            "earlier_voids": selectors.earlier_voids(draw),
            "course": pages.course(draw),
        }
        if context["opened"]:
            context |= _opened(draw)
        elif draw.state == Draw.State.VOID:
            context["proofs"] = [("作废证书", draw.certificate, draw.certificate_hash)]
        return self.show("public/draws/detail.html", context, region=draw.item.plan.region)

    def tell(self, request: HttpRequest, draw: Draw) -> HttpResponse:
        region = draw.item.plan.region
        return self.show("public/draws/damaged.html", {"draw": draw}, region=region, status=409)


def _opened(draw: Draw) -> dict[str, Any]:
    """What stands open: names of businesses, codes of people, teams by codes."""
    staffing = json.loads(draw.certificate)["staffing"]
    departments = {
        f"D{d.pk}": d.name for d in Department.objects.filter(plan_parts__item=draw.item)
    }
    return {
        "results": pages.results(draw),
        "teams": [
            {
                "number": team["team"],
                "officers": [
                    (departments.get(code, code), people)
                    for code, people in team["officers"].items()
                ],
                "subjects": len(team["subjects"]),
            }
            for team in staffing.get("teams", ())
        ],
        "proofs": [fold for proof in pages.proofs(draw) for fold in proof.folds],
    }


class PublicBundleView(PublicView):
    """The bundle of an opened or void draw."""

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        draw = get_object_or_404(Draw, number=number)
        if draw.state != Draw.State.VOID and not _is_open(draw):
            raise Http404
        return bundle_response(draw, draws.bundle(draw))


class VerifierView(PublicView):
    """The verifier's one file, as published today."""

    def get(self, request: HttpRequest) -> HttpResponse:
        response = HttpResponse(dr.verifier_source(), content_type="text/x-python; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="verify.py"'
        return response


class PublicVerifyView(PublicView):
    """Takes a bundle, runs the verifier on it, shows its steps; nothing is kept."""

    place = "public:verify"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show({"commit": request.GET.get("commit", "")})

    def post(self, request: HttpRequest) -> HttpResponse:
        commit = request.POST.get("commit", "").strip().lower()
        upload = request.FILES.get("bundle")
        error = ""
        if upload is None:
            error = "请选择抽取包（.zip）。"
        elif (upload.size or 0) > MAX_BUNDLE:
            error = f"文件超过 {MAX_BUNDLE // 1024 // 1024} MB，请下载 verify.py 在本机验证。"
        elif commit and not _HASH.fullmatch(commit):
            error = "登记哈希应为 64 个字符，只含数字 0–9 和小写字母 a–f。"
        else:
            data = upload.read()
            error = _unfit(data)
        if error or upload is None:
            return self._show({"error": error, "commit": commit}, status=422)
        findings = verify.verify_bundle(data, commit or None)
        return self._show(
            {
                "name": upload.name,
                "findings": findings,
                "holds": all(finding.ok for finding in findings),
                "commit": commit,
                "registered": _registered(data),
            }
        )

    def _show(self, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return self.show("public/draws/verify.html", context, status=status)


def _unfit(data: bytes) -> str:
    """Why a file is not even handed to the verifier; empty when it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            kinds = {entry.compress_type for entry in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return "这不是 zip 文件，请选择从抽取公示页下载的抽取包。"
    if unpacked > MAX_UNPACKED:
        return "抽取包解开后过大，请下载 verify.py 在本机验证。"
    if not kinds <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return "这不是本平台的抽取包：压缩方式不对，请选择从抽取公示页下载的抽取包。"
    return ""


def _registered(data: bytes) -> Draw | None:
    """The draw of this installation whose certificate the bundle holds, byte for byte."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            certificate = archive.read("certificate.json")
    except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error):
        return None
    return (
        Draw.objects.filter(certificate_hash=dr.sha256_hex(certificate))
        .only("number", "commit_hash", "finished_at")
        .first()
    )
