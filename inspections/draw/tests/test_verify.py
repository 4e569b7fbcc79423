"""The verifier refuses what was tampered with, by the name of the field."""

from __future__ import annotations

import ast
import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inspections.draw import (
    SINGLY,
    TEAMS,
    canonical,
    commitment,
    freeze,
    make_bundle,
    sha256_hex,
    verify,
    void,
)
from inspections.draw.verify import verify_bundle

from .samples import NOON, drawn, finish, inputs, nonce

Files = dict[str, bytes]
VERIFIER = Path(verify.__file__)


def unpack(bundle: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(files: Files) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def at(path: str, value: Any, file: str = "certificate.json") -> Callable[[Files], None]:
    """Set (or, given a function, change) one member of a JSON file; the form stays canonical."""

    def change(files: Files) -> None:
        content = json.loads(files[file])
        spot = content
        *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
        for step in way:
            spot = spot[step]
        spot[last] = value(spot[last]) if callable(value) else value
        files[file] = canonical(content)

    return change


def swap(path: str, file: str = "certificate.json") -> Callable[[Files], None]:
    """Exchange the first two elements of a list."""
    return at(path, lambda items: [items[1], items[0], *items[2:]], file)


def replace_in(name: str, old: bytes, new: bytes) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return change


def drop(name: str) -> Callable[[Files], None]:
    return lambda files: files.__delitem__(name)


def drop_member(path: str) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        content = json.loads(files["certificate.json"])
        spot = content
        *way, last = path.split("/")
        for step in way:
            spot = spot[step]
        del spot[last]
        files["certificate.json"] = canonical(content)

    return change


def add(name: str, data: bytes) -> Callable[[Files], None]:
    return lambda files: files.__setitem__(name, data)


def rebind(name: str, change: Callable[[bytes], bytes]) -> Callable[[Files], None]:
    """Change a table and forge the digest and count in the commit."""

    def both(files: Files) -> None:
        files[name] = change(files[name])
        certificate = json.loads(files["certificate.json"])
        entry = certificate["commit"][name.split(".")[0]]
        entry["digest"] = sha256_hex(files[name])
        if "count" in entry:
            entry["count"] = files[name].count(b"\n")
        files["certificate.json"] = canonical(certificate)

    return both


def rebind_rules(path: str, value: Any) -> Callable[[Files], None]:
    def both(files: Files) -> None:
        at(path, value, "rules.json")(files)
        at("commit/rules/digest", sha256_hex(files["rules.json"]))(files)

    return both


def first_two_lines_swapped(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join([lines[1], lines[0], *lines[2:]])


def reverse_amendments(files: Files) -> None:
    files["amendments.json"] = canonical(json.loads(files["amendments.json"])[::-1])


TAMPERINGS: list[tuple[str, Callable[[Files], None], str]] = [
    ("pool row changed", replace_in("pool.tsv", b"P-000005\tA", b"P-000005\tB"), "pool.tsv"),
    ("pool row removed", replace_in("pool.tsv", b"P-000005\tA\n", b""), "pool.tsv"),
    ("exclusion added", rebind("excluded.tsv", lambda d: d + b"Z\tnone\n"), "excluded.tsv"),
    ("pool unsorted", rebind("pool.tsv", first_two_lines_swapped), "pool.tsv"),
    ("pool row twice", rebind("pool.tsv", lambda d: d.splitlines(True)[0] + d), "pool.tsv"),
    ("no last line end", rebind("pool.tsv", lambda d: d[:-1]), "pool.tsv"),
    ("carriage returns", rebind("officers.tsv", lambda d: d.replace(b"\n", b"\r\n")),
     "officers.tsv"),
    ("lower case id", rebind("pool.tsv", lambda d: d + b"p-1\tA\n"), "pool.tsv"),
    ("bad check digit", rebind("excluded.tsv", lambda d: d.replace(b"341L", b"341M")),
     "excluded.tsv"),
    ("unknown officer recused", rebind("recusals.tsv", lambda d: d + b"Z-X\tP-000001\n"),
     "recusals.tsv"),
    ("recusal struck out", rebind("recusals.tsv", lambda d: d.split(b"\n", 1)[1]),
     "certificate.seed"),
    ("officer struck out", replace_in("officers.tsv", b"Z-0003\thealth\n", b""), "officers.tsv"),
    ("count forged", at("commit/pool/count", 121), "commit.pool.count"),
    ("officer count forged", at("commit/officers/count", 23), "commit.officers.count"),
    ("stratum count forged", at("commit/pool/strata/A/count", 31), "commit.pool.strata.A.count"),
    ("ratio forged", at("commit/pool/strata/A/bp", 400), "commit.pool.strata.A.bp"),
    ("stratum left out", drop_member("commit/pool/strata/A"), "commit.pool.strata"),
    ("digest forged", at("commit/recusals/digest", "0" * 64), "recusals.tsv"),
    ("level raised", at("commit/level", 2), "commit.public"),
    ("level zero", at("commit/level", 0), "commit.parties"),
    ("level as a truth value", at("commit/level", True), "commit.level"),
    ("draw number changed", at("commit/draw", 8), "certificate.nonces.legal"),
    ("chain cut", at("commit/previous", "0" * 64), "certificate.seed"),
    ("occurrence renamed", at("commit/occurrence", "别的场次"), "certificate.seed"),
    ("commitment replaced", at("commit/parties/witness", "0" * 64), "certificate.nonces.witness"),
    ("party removed", drop_member("commit/parties/witness"), "certificate.nonces"),
    ("format renamed", at("commit/format", "dr-2"), "commit.format"),
    ("time without zone", at("commit/planned_at", "2026-03-02T04:00:00"), "commit.planned_at"),
    ("time that is none", at("frozen_at", "2026-02-30T04:00:00Z"), "certificate.frozen_at"),
    ("finished before frozen", at("finished_at", "2026-03-01T04:00:00Z"),
     "certificate.finished_at"),
    ("nonce replaced", at("nonces/legal", "0" * 64), "certificate.nonces.legal"),
    ("public value slipped in", at("public", "7"), "certificate.public"),
    ("fallback slipped in", at("fallback", True), "certificate.fallback"),
    ("seed replaced", at("seed", "0" * 64), "certificate.seed"),
    ("selected in other order", swap("selected/D"), "certificate.selected.D"),
    ("selected exchanged", at("selected/C/0/0", "P-000060"), "certificate.selected.C"),
    ("selected shortened", at("selected/C", lambda items: items[:-1]), "certificate.selected.C"),
    ("ticket changed", at("selected/C/0/1", "0" * 64), "certificate.selected.C"),
    ("reserves in other order", swap("reserves/B"), "certificate.reserves.B"),
    ("reserves lengthened", at("reserves/A", lambda items: [*items, items[0]]),
     "certificate.reserves.A"),
    ("stratum invented", at("selected/E", []) , "certificate.selected"),
    ("unknown field", at("remark", "x"), "certificate.remark"),
    ("unknown commit field", at("commit/remark", "x"), "commit.remark"),
    ("unknown staffing field", at("staffing/remark", None), "certificate.staffing.remark"),
    ("missing field", drop_member("commit/verifier"), "commit.verifier"),
    ("rules changed", at("plan/version", 3, "rules.json"), "rules.json"),
    ("exclusion rule removed", rebind_rules("exclusions", {"yearly": "x"}), "excluded.tsv"),
    ("one officer enough", rebind_rules("staffing/size", 1), "rules.staffing.size"),
    ("rules not canonical", rebind("rules.json", lambda d: d + b"\n"), "rules"),
    ("certificate not canonical", add("certificate.json", b"{ }"), "certificate"),
    ("certificate not JSON", add("certificate.json", b"\xff"), "certificate"),
    ("a float", replace_in("certificate.json", b'"draw":7', b'"draw":7.0'), "certificate"),
    ("verifier changed", add("verify.py", b"print('ok')"), "verify.py"),
    ("file added", add("notes.txt", b""), "notes.txt"),
    ("file missing", drop("recusals.tsv"), "recusals.tsv"),
    ("amendments missing", drop("amendments.json"), "amendments.json"),
    ("amendment dropped", at("0", None, "amendments.json"), "amendments[0]"),
    ("amendment order", reverse_amendments, "amendments[0].previous"),
    ("amendment taken", at("0/taken/0", "P-999999", "amendments.json"), "amendments[0].taken"),
    ("amendment skipped", at("0/skipped/1", "P-999999", "amendments.json"),
     "amendments[0].skipped"),
    ("amendment reason", at("0/reason", "mood", "amendments.json"), "amendments[0].reason"),
    ("amendment alone", at("0/second", "u17", "amendments.json"), "amendments[0].second"),
    ("amendment early", at("0/at", "2026-03-02T04:00:00Z", "amendments.json"),
     "amendments[0].at"),
    ("amendment edited", at("0/by", "u99", "amendments.json"), "amendments[1].previous"),
    ("amendment of another", at("0/certificate", "0" * 64, "amendments.json"),
     "amendments[0].certificate"),
]  # fmt: skip


@pytest.fixture(scope="module")
def genuine() -> Files:
    return unpack(drawn(TEAMS)[1])


@pytest.mark.parametrize(
    ("change", "field"), [pytest.param(*case[1:], id=case[0]) for case in TAMPERINGS]
)
def test_tampering_is_refused_by_name(
    genuine: Files, change: Callable[[Files], None], field: str
) -> None:
    files = dict(genuine)
    assert verify_bundle(pack(files))[-1].ok
    change(files)
    last = verify_bundle(pack(files))[-1]
    assert (last.ok, last.field) == (False, field)


def nodes(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all members of a JSON value."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in members:
        yield (*way, key)
        if isinstance(member, dict | list):
            yield from nodes(member, (*way, key))


@pytest.mark.parametrize("name", ["certificate.json", "rules.json", "amendments.json"])
def test_no_odd_value_anywhere_is_accepted_or_raises(genuine: Files, name: str) -> None:
    chance = random.Random(6)
    content = json.loads(genuine[name])
    places = list(nodes(content))
    for way in chance.sample(places, min(len(places), 150)):
        for odd in (None, True, -1, 2**53 - 1, "", "一\0", [], {}, [[]], {"x": []}):
            changed = json.loads(genuine[name])
            spot = changed
            for step in way[:-1]:
                spot = spot[step]
            if spot[way[-1]] == odd and type(spot[way[-1]]) is type(odd):
                continue
            spot[way[-1]] = odd
            files = {**genuine, name: canonical(changed)}
            if name == "rules.json":
                at("commit/rules/digest", sha256_hex(files[name]))(files)
            assert not verify_bundle(pack(files))[-1].ok, (way, odd)


def test_tampering_with_teams_is_refused(genuine: Files) -> None:
    for path, field in (
        ("staffing/teams/0/subjects", "teams"),
        ("staffing/teams/0/officers/market", "teams"),
        ("staffing/teams", "teams"),
    ):
        files = dict(genuine)
        swap(path)(files)
        last = verify_bundle(pack(files))[-1]
        assert (last.ok, last.field) == (False, f"certificate.staffing.{field}")
    files = dict(genuine)
    at("staffing/substitutes", [["P-000060", "market", "Z-0008", "Z-0009"]])(files)
    assert verify_bundle(pack(files))[-1].field == "certificate.staffing.substitutes"
    files = dict(genuine)
    at("staffing/teams/0/team", True)(files)
    assert verify_bundle(pack(files))[-1].field == "certificate.staffing.teams"
    files = dict(genuine)
    replace_in("townships.tsv", b"P-000000\t411600", b"P-000000\t411601")(files)
    assert verify_bundle(pack(files))[-1].field == "townships.tsv"


def test_an_officer_exchanged_for_another_who_might_go_is_refused() -> None:
    files = unpack(drawn(SINGLY)[1])
    visits = json.loads(files["certificate.json"])["staffing"]["visits"]
    subject = sorted(visits)[0]
    sent = visits[subject]["market"]
    other = next(f"Z-{n:04d}" for n in range(8, 16) if f"Z-{n:04d}" not in sent)
    at(f"staffing/visits/{subject}/market/0", other)(files)
    last = verify_bundle(pack(files))[-1]
    assert (last.ok, last.field) == (False, "certificate.staffing.visits")


def test_a_whole_draw_made_again_does_not_match_the_published_hash() -> None:
    frozen, bundle = drawn()
    other = freeze(**inputs(occurrence="重新抽取"))
    again = make_bundle(finish(other).canonical, other.files, [])
    assert verify_bundle(again)[-1].ok
    last = verify_bundle(again, frozen.hash)[-1]
    assert (last.ok, last.field) == (False, "commit")
    assert verify_bundle(bundle, frozen.hash)[-1].ok


def test_public_values_are_checked_at_level_two() -> None:
    files = unpack(drawn(level=2)[1])
    for change, field in (
        (at("public", None), "certificate.public"),
        (at("public", "03 08"), "certificate.seed"),
        (at("public", "03  08 12 17 25 31 + 09"), "certificate.public"),
        (at("fallback", True), "certificate.finished_at"),
        (at("commit/public/due", "2026-03-02T03:00:00Z"), "certificate.frozen_at"),
        (at("commit/public/name", ""), "commit.public.name"),
    ):
        changed = dict(files)
        change(changed)
        last = verify_bundle(pack(changed))[-1]
        assert (last.ok, last.field) == (False, field)


def test_void_draws_are_accepted_as_such() -> None:
    frozen = freeze(**inputs())
    refused = void(frozen, reason="参与方拒绝公开", party="legal", finished_at=NOON)
    closed = {"verify.py": frozen.files["verify.py"]}
    for files in (closed, frozen.files):
        bundle = make_bundle(refused.canonical, files, [])
        assert verify_bundle(bundle, frozen.hash)[-1].ok
    early = void(None, draw=8, reason="承诺未到齐", party="legal", finished_at=NOON)
    bundle = make_bundle(early.canonical, {}, [])
    assert verify_bundle(bundle)[-1].ok
    for change, field in (
        (at("draw", 0), "certificate.draw"),
        (at("reason", ""), "certificate.reason"),
        (drop_member("draw"), "certificate.draw"),
        (add("amendments.json", b"[1]"), "amendments"),
        (add("pool.tsv", b""), "bundle"),
        (at("seed", "0" * 64), "certificate.seed"),
    ):
        files = unpack(bundle)
        change(files)
        assert verify_bundle(pack(files))[-1][:2] == (field, False)
    files = unpack(make_bundle(refused.canonical, frozen.files, []))
    at("party", "guest")(files)
    assert verify_bundle(pack(files))[-1].field == "certificate.party"


def test_what_is_no_bundle_is_refused_without_an_exception() -> None:
    bundle = drawn()[1]
    for data in (b"", b"PK", b"x" * 100, bundle[: len(bundle) // 2], bundle[:-30]):
        assert verify_bundle(data)[-1].field == "bundle"
    broken = bytearray(bundle)
    broken[200] ^= 0xFF
    assert not verify_bundle(bytes(broken))[-1].ok


def test_the_program_prints_its_verdict_and_needs_nothing_but_python(tmp_path: Path) -> None:
    frozen, bundle = drawn()
    files = unpack(bundle)
    program = tmp_path / "verify.py"
    program.write_bytes(files["verify.py"])
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(bundle)
    at("seed", "0" * 64)(files)
    bad.write_bytes(pack(files))

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-X", "utf8", str(program), *arguments],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.stderr == ""
        return done.returncode, done.stdout.splitlines()[-1]

    assert run(str(good), "--commit", frozen.hash.upper()) == (0, "通过")
    code, last = run(str(bad))
    assert (code, last.split("：")[:2]) == (1, ["不通过", "certificate.seed"])
    assert run(str(good), "--commit", "0" * 64)[0] == 1
    assert run(str(tmp_path / "none.zip"))[0] == 1


def test_the_verifier_shares_no_code_with_the_drawer() -> None:
    tree = ast.parse(VERIFIER.read_text("utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module).partition(".")[0])
    assert imported <= set(sys.stdlib_module_names)


def test_commitments_of_other_draws_do_not_open() -> None:
    assert commitment(7, "legal", nonce("legal")) != commitment(8, "legal", nonce("legal"))
