import io

import pytest

from records import evidence
from records.errors import Refused
from records.models import Evidence, TrailEntry

pytestmark = pytest.mark.django_db

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa3o\x9f\xc3\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def keep(actor, person):
    clerk = actor("mzj_clerk")
    target = person("mzj_clerk")

    def run(content=PNG, name="照片.png", **options):
        return evidence.keep(clerk, target, io.BytesIO(content), name, **options)

    return run


def test_a_photo_is_kept_by_its_hash_with_a_trace(keep):
    kept = keep()

    assert evidence.path_of(kept.sha256).read_bytes() == PNG
    assert (kept.mime, kept.size, kept.name) == ("image/png", len(PNG), "照片.png")
    assert TrailEntry.objects.get(verb="evidence.keep").after["sha256"] == kept.sha256


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "空.png", "是空的"),
        (b"<script>alert(1)</script>", "脚本.png", "类型不在允许范围"),
        (b"MZ" + b"\0" * 200, "程序.jpg", "类型不在允许范围"),
        (b"%PDF-1.7 x", "文件.pdf", None),
    ],
)
def test_the_type_is_read_from_the_content(keep, content, name, words):
    if words is None:
        assert keep(content, name).mime == "application/pdf"
        return
    with pytest.raises(Refused, match=words):
        keep(content, name)
    assert not Evidence.objects.exists()


def test_a_file_over_the_limit_is_refused_and_leaves_nothing_behind(keep, settings):
    with pytest.raises(Refused, match="超过 1 MB"):
        keep(PNG + b"\0" * 2_000_000, max_bytes=1024 * 1024)

    assert not [path for path in settings.EVIDENCE_ROOT.rglob("*") if path.is_file()]


def test_the_name_of_the_sender_is_never_a_path(keep):
    assert keep(name="../../etc/passwd.png").name == "passwd.png"


def test_the_same_content_lies_on_disk_once(keep, settings):
    first, second = keep(), keep(name="又一张.png")

    assert first.sha256 == second.sha256
    assert len([path for path in settings.EVIDENCE_ROOT.rglob("*") if path.is_file()]) == 1
