"""A database full of clues: hotline complaints of three years, one in twenty still open."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from clues.models import Clue, ClueParty, Complainant, Stop
from clues.services.intake import register
from clues.tests.intake_samples import CONTENT
from departments.actors import actor_for
from departments.models import Department, Region, User
from records.actor import Actor
from supervision.demo.foundation import load_foundation
from tests.benchmark.measure import multiply

REGION = "411603"
CLERK, COORDINATION, TOWNSHIP = "nync_clerk", "xzsp_clerk", "xinzhan_officer"
_WORDS = (
    *("餐馆油烟", "夜间施工", "占道经营", "食品过期", "电梯故障", "消防通道", "河道垃圾"),
    *("无证幼托", "拖欠工资", "违规广告", "燃气隐患", "危房出租", "扬尘污染", "虚假宣传"),
)
_NAMES = (
    *("穗禾", "淅晏", "沣川", "澍屿", "栩棠", "茗源", "垚泽", "渟野", "霁舟", "翊桐"),
    *("昀谷", "珩坡", "荞岑", "蓁澜", "溆墨", "皓序", "砚苑", "芃笙", "岫畔", "榕秋"),
)


def actor(username: str) -> Actor:
    """The actor behind a demo account."""
    return actor_for(User.objects.get(username=username))


def fill(count: int) -> None:
    """Enter ``count`` clues of the demo county beside one real one, which is the newest."""
    if not Region.objects.exists():
        load_foundation()
    clue = register(
        actor(CLERK),
        channel=Clue.Channel.HOTLINE,
        title="敬老院食堂卫生差",
        content=CONTENT,
        complainant_phone="13800001234",
    )
    departments = Department.objects.filter(region__code=REGION, is_active=True)
    offices = _array(departments.values_list("pk", flat=True))
    townships = _array(
        Region.objects.filter(code__startswith=REGION, level="township").values_list(
            "pk", flat=True
        )
    )
    holder = f"({offices})[1 + i * 7919 % cardinality({offices})]"
    words, names = _texts(_WORDS), _texts(_NAMES)
    word = f"({words})[1 + i * 31 % {len(_WORDS)}]"
    name = f"({names})[1 + i * 17 % {len(_NAMES)}] || '第' || i % 997 || '号店'"
    multiply(
        "clues_clue",
        clue.pk,
        count,
        {
            "number": "'XS411603-2025-' || lpad(i::text, 7, '0')",
            "channel": f"({_texts(Clue.Channel.values)})[1 + i * 13 % {len(Clue.Channel.values)}]",
            "external_number": "'G' || i",
            "title": f"{name} || {word}",
            "content": f"'反映' || {name} || '存在' || {word} || '问题，编号' || i || "
            "'，多次向有关单位反映未解决，请尽快核查处理并答复。' || md5(i::text)",
            "received_at": f"t.received_at - interval '3 years' * ({count} - i + 1) / {count}",
            "subject_name": name,
            "state": "CASE WHEN i % 20 > 0 THEN 'closed' WHEN i % 60 = 0 THEN 'returned' "
            "WHEN i % 60 = 20 THEN 'received' ELSE 'handling' END",
            "outcome": "CASE WHEN i % 20 > 0 THEN 'corrected' ELSE '' END",
            "township_id": f"({townships})[1 + i * 11 % cardinality({townships})]",
            "holder_id": holder,
            "receiver_id": f"({offices})[1 + i * 104729 % cardinality({offices})]",
            "bands": "(SELECT array_agg(hashint8extended(i, b)) FROM generate_series(1, 16) b)",
            "reporter_id": "NULL",
            "client_key": "NULL",
        },
    )
    _fill_related(clue, count)


def _fill_related(clue: Clue, count: int) -> None:
    """Parties of all clues, complainants of most, stops and clocks of those that are open."""
    party = ClueParty.objects.get(clue=clue)
    complainant = Complainant.objects.get(clue=clue)
    stop = Stop.objects.get(clue=clue)
    others = f", clues_clue c WHERE c.number LIKE 'XS411603-2025-%' AND c.id <> {clue.pk}"
    for department in ("holder_id", "receiver_id"):
        _copy(
            "clues_clueparty",
            party.pk,
            {"clue_id": "c.id", "department_id": f"c.{department}", "received_at": "c.received_at"},
            others,
        )
    _copy(
        "clues_complainant",
        complainant.pk,
        {"clue_id": "c.id", "phone": "(13000000000 + c.id % 900000)::text"},
        others + " AND c.id % 5 < 3",
    )
    still_open = others + " AND c.state <> 'closed'"
    assert stop.deadline_id is not None
    _copy(
        "records_deadline",
        stop.deadline_id,
        {
            "target_id": "c.id",
            "department_id": "c.holder_id",
            "due_at": "t.due_at - interval '1 day' * (c.id % 40)",
        },
        still_open,
    )
    clue_type = ContentType.objects.get_for_model(Clue).pk
    _copy(
        "clues_stop",
        stop.pk,
        {
            "target_id": "c.id",
            "clue_id": "c.id",
            "department_id": "c.holder_id",
            "deadline_id": "(SELECT d.id FROM records_deadline d WHERE d.target_id = c.id "
            f"AND d.target_type_id = {clue_type})",
        },
        still_open,
    )


def _copy(table: str, template: int, over: dict[str, str], where: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND table_name = %s AND column_name <> 'id'",
            [table],
        )
        columns = [name for (name,) in cursor.fetchall()]
        names = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join(over.get(name, f't."{name}"') for name in columns)
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t{where} "
            f"AND t.id = {template} ON CONFLICT DO NOTHING"
        )
        cursor.execute(f"ANALYZE {table}")


def _array(keys: object) -> str:
    return f"ARRAY{list(keys)}::bigint[]"  # type: ignore[call-overload]


def _texts(words: object) -> str:
    return "ARRAY[" + ", ".join(f"'{word}'" for word in words) + "]"  # type: ignore[attr-defined]


__all__ = ["CLERK", "COORDINATION", "REGION", "TOWNSHIP", "actor", "fill"]
