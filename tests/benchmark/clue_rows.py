"""A county full of clues: hotline complaints of three years, one in twenty still open unless
told, one in a thousand confidential, with the parties, complainants, stops and clocks they have.
"""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from clues.models import Clue, ClueParty, Complainant, Stop
from clues.services.intake import register
from clues.tests.intake_samples import CONTENT
from credit.models import Subject
from departments.actors import actor_for
from departments.models import Department, Region, User
from records.actor import Actor
from supervision.demo.foundation import load_foundation
from tests.benchmark import further_rows
from tests.benchmark.measure import array_of, multiply, numbers, texts

REGION = "411603"
CLERK, COORDINATION, TOWNSHIP = "nync_clerk", "xzsp_clerk", "xinzhan_officer"
QUIET = "jcy_clerk"
"""Works in a department that has hardly anything to do with clues."""
_QUIET_EVERY = 20_000
_WORDS = (
    *("餐馆油烟", "夜间施工", "占道经营", "食品过期", "电梯故障", "消防通道", "河道垃圾"),
    *("无证幼托", "拖欠工资", "违规广告", "燃气隐患", "危房出租", "扬尘污染", "虚假宣传"),
)
_NAMES = (
    *("穗禾", "淅晏", "沣川", "澍屿", "栩棠", "茗源", "垚泽", "渟野", "霁舟", "翊桐"),
    *("昀谷", "珩坡", "荞岑", "蓁澜", "溆墨", "皓序", "砚苑", "芃笙", "岫畔", "榕秋"),
)
_RARE, _RARE_EVERY = "茝蘅堂", 20_000
"""A name hardly anybody has."""
OPEN_EVERY = 20


def actor(username: str) -> Actor:
    """The actor behind a demo account."""
    return actor_for(User.objects.get(username=username))


def fill(count: int, open_every: int = OPEN_EVERY) -> None:
    """Enter ``count`` clues of the demo county beside one real one, which is the newest, and what
    belongs to them: as many letters and trail entries, two stops each, a fifth as many warnings.
    One clue in ``open_every`` is still open."""
    if not Region.objects.exists():
        load_foundation()
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
    clue = register(
        actor(CLERK),
        channel=Clue.Channel.HOTLINE,
        title="敬老院食堂卫生差",
        content=CONTENT,
        complainant_phone="13800001234",
    )
    subjects = _fill_subjects(max(count // 10, 10))
    _fill_clues(clue, count, subjects, open_every)
    _fill_related(clue, count)
    further_rows.fill(clue, count, actor(CLERK))
    with connection.cursor() as cursor:
        cursor.execute("RESET maintenance_work_mem")


def _fill_subjects(count: int) -> str:
    """Businesses of the county; returns the SQL of the key of the one with the number ``s``."""
    place = Region.objects.get(code=REGION)
    subject = Subject.objects.create(
        region=place,
        id_kind="uscc",
        identifier="91411603MA00000000",
        name="豫淮样品店",
        categories=["elderly_care"],
        grade="B",
    )
    categories = texts(("elderly_care", "restaurant", "gas", "school"))
    multiply(
        "credit_subject",
        subject.pk,
        numbers(count),
        {
            "identifier": "'91411603MB' || lpad(i::text, 8, '0')",
            "name": f"CASE WHEN i % {_RARE_EVERY} = 8 THEN '{_RARE}' ELSE "
            f"({texts(_NAMES)})[1 + i * 17 % {len(_NAMES)}] || '第' || i || '经营部' END",
            "categories": f"ARRAY[({categories})[1 + i * 7 % 4]]",
            "industry_class": "(1000 + i % 400)::text",
            "township_id": _township("i"),
        },
    )
    return f"({subject.pk} + 1 + s % {count})"


def _township(number: str) -> str:
    units = Region.objects.filter(code__startswith=REGION, level="township").order_by("pk")
    keys = array_of(units.values_list("pk", flat=True))
    return _any_of(keys, f"{number} * 11")


def _any_of(array: str, number: str) -> str:
    """One of an array by chance, always the same for a number."""
    return f"({array})[1 + (hashint8({number}) & 1048575) % cardinality({array})]"


def _fill_clues(clue: Clue, count: int, subjects: str, every: int) -> None:
    quiet = actor(QUIET).department_id
    offices = array_of(
        Department.objects.filter(region__code=REGION, is_active=True)
        .exclude(pk=quiet)
        .values_list("pk", flat=True)
    )
    name = (
        f"CASE WHEN i % {_RARE_EVERY} = 8 THEN '{_RARE}' ELSE "
        f"({texts(_NAMES)})[1 + i * 17 % {len(_NAMES)}] || '第' || i % 997 || '号店' END"
    )
    word = f"({texts(_WORDS)})[1 + i * 31 % {len(_WORDS)}]"
    channels = texts(Clue.Channel.values)
    subject = subjects.replace("s %", "i * 7919 %")
    multiply(
        "clues_clue",
        clue.pk,
        numbers(count),
        {
            "number": "'XS411603-2025-' || lpad(i::text, 7, '0')",
            "channel": _any_of(channels, "i / 7"),
            "external_number": "'G' || i",
            "title": f"({name}) || {word}",
            "content": f"'反映' || ({name}) || '存在' || {word} || '问题，编号' || i || "
            "'，多次向有关单位反映未解决，请尽快核查处理并答复。' || md5(i::text)",
            "received_at": f"t.received_at - interval '3 years' * ({count} - i + 1) / {count}",
            "subject_name": name,
            "subject_id": f"CASE WHEN i % 2 = 0 THEN {subject} END",
            "state": f"CASE WHEN i % {every} > 0 THEN 'closed' WHEN i / {every} % 3 = 0 "
            f"THEN 'returned' WHEN i / {every} % 3 = 1 THEN 'received' ELSE 'handling' END",
            "outcome": f"CASE WHEN i % {every} > 0 THEN 'corrected' ELSE '' END",
            "times_returned": "(i % 140 = 0)::int",
            "confidential": "i % 997 = 0",
            "township_id": _township("i"),
            "holder_id": f"CASE WHEN i % {_QUIET_EVERY} = 0 THEN {quiet} "
            f"ELSE {_any_of(offices, 'i')} END",
            "receiver_id": _any_of(offices, "-i"),
            "bands": "(SELECT array_agg(hashint8extended(i, b)) FROM generate_series(1, 16) b)",
            "reporter_id": "NULL",
            "client_key": "NULL",
        },
    )


def _fill_related(clue: Clue, count: int) -> None:
    """Parties of all clues, complainants of most, and two stops with their clocks: the second is
    still open where the clue is."""
    others = f"FROM clues_clue WHERE id > {clue.pk} AND id <= {clue.pk + count}"
    multiply(
        "clues_clueparty",
        ClueParty.objects.get(clue=clue).pk,
        f"(SELECT c.*, d FROM (SELECT * {others}) c, LATERAL (SELECT DISTINCT "
        "unnest(ARRAY[c.holder_id, c.receiver_id])) AS concerned (d)) s",
        {
            "clue_id": "s.id",
            "department_id": "s.d",
            **{name: f"s.{name}" for name in ("received_at", *Clue.objects.all().REPEATED)},
        },
    )
    multiply(
        "clues_complainant",
        Complainant.objects.get(clue=clue).pk,
        f"(SELECT id {others} AND id % 5 < 3) s",
        {"clue_id": "s.id", "phone": "(13000000000 + s.id % 900000)::text"},
    )
    stop = Stop.objects.get(clue=clue)
    assert stop.deadline_id is not None
    # Twice each: the stop where it was received (half 0), and where it went from there.
    passed = (
        f"(SELECT c.*, half, c.state NOT IN ('closed') AND half = 1 AS lies, "
        "c.received_at + half * (1 + c.id % 9) * interval '9 hours' AS entered, "
        "row_number() OVER (ORDER BY c.id, half) AS i "
        f"FROM clues_clue c, generate_series(0, 1) half WHERE id > {clue.pk} "
        f"AND id <= {clue.pk + count}) s"
    )
    left = "CASE WHEN NOT s.lies THEN s.entered + (1 + s.id % 9) * interval '9 hours' END"
    department = "CASE s.half WHEN 0 THEN s.receiver_id ELSE s.holder_id END"
    multiply(
        "records_deadline",
        stop.deadline_id,
        passed,
        {
            "target_id": "s.id",
            "rule": "'benchmark.' || s.half",
            "department_id": department,
            "started_at": "s.entered",
            "due_at": "CASE WHEN s.lies THEN now() + (s.id / 20 % 4001 - 400) * interval '1 hour' "
            "ELSE s.entered + interval '54 hours' END",
            "met_at": left,
        },
    )
    multiply(
        "clues_stop",
        stop.pk,
        passed,
        {
            "target_id": "s.id",
            "clue_id": "s.id",
            "code": f"CASE s.half WHEN 0 THEN 'first' ELSE '{Stop.MAIN}' END",
            "waits": "'环节' || s.id % 7",
            "about": "s.number || ' ' || s.title",
            "department_id": department,
            "sender_id": "CASE s.half WHEN 1 THEN s.receiver_id END",
            "person_id": "NULL",
            "deadline_id": f"{_last('records_deadline')} - {2 * count} + s.i",
            "confidential": "s.confidential",
            "entered_at": "s.entered",
            "left_at": left,
            "left_late": f"NOT s.lies AND {left} > s.entered + interval '54 hours'",
        },
    )
    assert not Stop.objects.exclude(target_type=ContentType.objects.get_for_model(Clue)).exists()


def _last(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(id) FROM {table}")
        return int(cursor.fetchone()[0])
