"""Files sent ahead over REST: who can name them, for how long, and what is refused."""

from __future__ import annotations

import os

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from records import clock, uploads
from records.errors import Refused
from records.models import Evidence, Upload
from records.tasks import sweep_uploads

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"


def pdf(name: str = "决定书.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF)


def kept_on_disk() -> list[str]:
    folder = settings.EVIDENCE_ROOT / "uploads"
    return sorted(path.name for path in folder.glob("*"))


def test_an_upload_is_opened_by_its_sender_as_a_form_would_hand_it_over(actor):
    clerk = actor("scjg_clerk")
    upload = uploads.receive(clerk, pdf())
    with uploads.opened(clerk, [upload.pk]) as (file,):
        assert (file.name, file.read()) == ("决定书.pdf", PDF)
    with uploads.opened(clerk, [upload.pk, upload.pk]) as files:
        assert len(files) == 2
    assert not Evidence.objects.exists()
    with (
        pytest.raises(Refused) as refusal,
        uploads.opened(actor("scjg_head"), [upload.pk]),
    ):
        pass
    assert refusal.value.field == "files"


def test_what_pages_refuse_is_refused_here(client_of):
    client = client_of("scjg_clerk")
    for content, word in (
        (b"MZ\x90\x00 no picture", "类型"),
        (b"", "空"),
        (PDF * 800_000, "20 MB"),
    ):
        file = SimpleUploadedFile("x.pdf", content)
        answer = client.post("/api/v1/uploads/", {"file": file})
        assert answer.status_code in (400, 422), word
        assert answer["Content-Type"] == "application/problem+json"
        (error,) = answer.json()["errors"]
        assert error["field"] == "file"
        assert word in error["message"]
    assert client.post("/api/v1/uploads/", {}).json()["errors"][0]["field"] == "file"
    assert kept_on_disk() == []


def test_nobody_fills_the_disk(actor, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_KEPT", 1)
    uploads.receive(actor("scjg_clerk"), pdf())
    with pytest.raises(Refused, match="24 小时内最多上传 1 个"):
        uploads.receive(actor("scjg_clerk"), pdf())
    uploads.receive(actor("mzj_clerk"), pdf())


def test_what_is_over_its_time_can_not_be_named_and_is_swept(actor):
    clerk = actor("scjg_clerk")
    old, fresh = uploads.receive(clerk, pdf()), uploads.receive(clerk, pdf())
    before = clock.now() - uploads.KEPT_FOR
    Upload.objects.filter(pk=old.pk).update(uploaded_at=before)
    os.utime(settings.EVIDENCE_ROOT / "uploads" / str(old.pk), (before.timestamp(),) * 2)
    with pytest.raises(Refused, match="请重新上传"), uploads.opened(clerk, [old.pk]):
        pass
    assert sweep_uploads() == 1
    assert kept_on_disk() == [str(fresh.pk)]
    assert sweep_uploads() == 0
    with uploads.opened(clerk, [fresh.pk]) as files:
        assert len(files) == 1
