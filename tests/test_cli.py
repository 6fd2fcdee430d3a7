"""The `mingcha` command: what it prints, what it leaves behind, how it says no."""

import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from audit.cli import backups, doctor, main
from audit.domain.answer import Answer, Deed
from audit.domain.people import Person
from audit.domain.phone import SelfTest
from audit.domain.photo import Arrived
from audit.paths import folder
from audit.settings import Settings
from audit.store import checklists, scenarios
from audit.store.checklists import checklist_files, list_checklists
from audit.store.database import Database
from audit.store.drafts import create_draft
from audit.store.events import record
from audit.store.people import find_login, list_people
from audit.store.phones import add_self_test
from audit.store.photos import file_photo
from audit.store.releases import release
from audit.store.scenarios import keep_scenario
from audit.store.tables import ReleaseRow
from audit.store.visits import get_visit, list_visits, save_status
from audit.web.sessions import verify_password
from tests import books
from tests import world as known
from tests.pictures import photo_of

BACKUP = "bring its row back from a backup"
VECTOR = Path(__file__).parent / "vectors" / "visit_a.json"
MINGCHA = [sys.executable, "-m", "audit.cli"]


@pytest.fixture(autouse=True)
def _own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("MINGCHA_DATA", str(tmp_path))
    monkeypatch.delenv("MINGCHA_DATABASE_URL", raising=False)


@pytest.fixture
def run(capsys):
    """`run("backup", file)` → (exit code, standard output, standard error)."""

    def call(*argv: object) -> tuple[int, str, str]:
        try:
            code = main([str(word) for word in argv])
        except SystemExit as error:  # argparse
            code = int(str(error.code))
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def data(tmp_path):
    """The database the command finds, with the known world in it."""
    database = Database(f"sqlite:///{tmp_path / 'mingcha.sqlite3'}")
    database.migrate()
    known.build(database)
    yield database
    database.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running:
    """A server in a process of its own."""

    def __init__(self, *argv, **env):
        self.port = free_port()
        self.process = subprocess.Popen(
            [*MINGCHA, *map(str, argv), "--port", str(self.port)],
            env={**os.environ, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def get(self, path, within=180):  # a busy machine makes demo data slowly
        until = time.monotonic() + within
        while True:
            try:
                address = f"http://127.0.0.1:{self.port}{path}"
                with urllib.request.urlopen(address, timeout=5) as response:
                    return response.read().decode()
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    self.process.kill()
                    self.process.communicate()
                    raise
                time.sleep(0.05)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.communicate(timeout=20)


# ---- every command ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "",
        "serve",
        "demo",
        "migrate",
        "user add",
        "checklist list",
        "checklist check",
        "checklist publish",
        "framework list",
        "checklist export",
        "checklist import",
        "score",
        "report",
        "log",
        "log check",
        "backup",
        "doctor",
    ],
)
def test_every_command_says_in_a_plain_line_what_it_does(run, monkeypatch, words):
    monkeypatch.setenv("COLUMNS", "200")

    code, out, _ = run(*words.split(), "--help")

    usage, first, *_ = out.split("\n\n")
    assert code == 0
    assert usage.startswith("usage: mingcha")
    assert len(first.split()) > 3
    assert "\n" not in first.strip()


@pytest.mark.parametrize("words", ["", "dance", "backup", "score", "user add x", "serve --port 0"])
def test_a_wrong_call_ends_with_two(run, words):
    code, _, err = run(*words.split())

    assert code == 2
    assert "usage: mingcha" in err


def test_a_bad_setting_is_one_line_and_ends_with_two(run, monkeypatch):
    monkeypatch.setenv("MINGCHA_PROT", "1")

    assert run("migrate") == (2, "", "unknown setting: MINGCHA_PROT\n")


def test_a_database_that_cannot_be_reached_is_one_line_without_the_password(run, monkeypatch):
    port = free_port()
    url = f"postgresql+psycopg://someone:hidden-word@127.0.0.1:{port}/audit"
    monkeypatch.setenv("MINGCHA_DATABASE_URL", url)

    code, out, err = run("migrate")

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert f"someone:***@127.0.0.1:{port}/audit cannot be used" in err
    assert "hidden-word" not in err


# ---- migrate and people ----------------------------------------------------------------


def test_migrate_makes_the_database_and_publishes_the_library_once(run, tmp_path):
    shipped = len(known.library())

    first, second = run("migrate"), run("migrate")

    assert first == (0, f"The schema is up to date; {shipped} checklists newly published.\n", "")
    assert second == (0, "The schema is up to date; 0 checklists newly published.\n", "")
    assert (tmp_path / "mingcha.sqlite3").is_file()


def add_user(run, monkeypatch, password, *words):
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    return run("user", "add", *words, "--password-stdin")


def test_a_user_can_be_added_and_sign_in(run, monkeypatch, data):
    said = add_user(
        run, monkeypatch, "maple river stone", "Nora", "--role", "auditor", "--name", "Nora"
    )

    assert said == (0, "nora can now sign in.\n", "")
    with data.reading() as session:
        person, password = find_login(session, "nora")
    assert person == Person(person.id, "nora", "Nora", "auditor")
    assert verify_password(password, "maple river stone")


@pytest.mark.parametrize(
    ("password", "words", "reason"),
    [
        ("short", ("nora", "--role", "auditor"), "At least 12 characters."),
        ("maple river stone", ("alice", "--role", "auditor"), "somebody already signs in as alice"),
        ("maple river stone", ("nora", "--role", "shopper"), "a shopper needs a --code"),
    ],
)
def test_a_user_that_cannot_be_is_refused_and_not_added(
    run, monkeypatch, data, password, words, reason
):
    code, out, err = add_user(run, monkeypatch, password, *words, "--name", "Nora")

    assert (code, out) == (1, "")
    assert err.startswith(reason)
    with data.reading() as session:
        assert len(list_people(session)) == 6


# ---- checklists ------------------------------------------------------------------------

BROKEN = """
id = "corner-shop"
version = "1.0.0"
kind = "rules"
title = { zh = "小店", en = "Corner shop" }
summary = { zh = "小店", en = "Corner shop" }
[scoring]
method = "weighted_sections"
bands = [{ id = "all", minimum = 0, title = { zh = "全", en = "All" } }]
[[sections]]
id = "door"
title = { zh = "门口", en = "Door" }
[[sections.items]]
id = "greeted"
label = { zh = "问候", en = "Greeted" }
criterion = { zh = "有人问候", en = "Somebody greets" }
help = { zh = "看", en = "Look" }
coach = { zh = "问候", en = "Greet" }
response = { type = "yes_no" }
stage = "STAGE"
WEIGHT = 1
[[sections.items]]
id = "swept"
label = { zh = "干净", en = "Swept" }
criterion = { zh = "地面干净", en = "The floor is clean" }
help = { zh = "看", en = "Look" }
coach = { zh = "打扫", en = "Sweep" }
response = { type = "grade", scale = "SCALE" }
stage = "arrival"
"""


@pytest.fixture
def write(tmp_path):
    """A checklist file; the given words take the place of the right ones."""

    def make(name="shop.toml", **words):
        right = {"STAGE": "arrival", "WEIGHT": "weight", "SCALE": next_scale()}
        content = BROKEN
        for word, instead in (right | words).items():
            content = content.replace(word, instead)
        path = tmp_path / name
        path.write_text(content, "utf-8")
        return path

    return make


def next_scale() -> str:
    items = known.library()["rules-24"].items
    return next(item.response.scale for item in items if hasattr(item.response, "scale"))


def test_check_finds_nothing_wrong_with_what_is_shipped(run):
    files = checklist_files(folder("checklists"))

    code, out, err = run("checklist", "check", *files)

    assert (code, err) == (0, "")
    assert out.count("nothing wrong") == len(files)


def test_check_says_every_problem_of_every_file_at_once_with_its_place(run, write):
    one = write("one.toml", STAGE="moon", SCALE="no-such-scale")
    other = write("other.toml", WEIGHT="wieght")

    code, out, err = run("checklist", "check", one, other)

    lines = out.splitlines()
    assert (code, err) == (1, "3 things are wrong\n")
    assert len(lines) == 3
    assert any(line.startswith(f"{one} · door · greeted: ") for line in lines), out
    assert any(line.startswith(f"{one} · door · swept: ") for line in lines), out
    assert any(
        line.startswith(f"{other} · door · greeted: ") and "wieght" in line for line in lines
    ), out
    assert any("moon" in line for line in lines)
    assert any("no-such-scale" in line for line in lines)


def test_check_of_a_file_that_is_not_there_or_not_toml_is_plain(run, tmp_path):
    (tmp_path / "bad.toml").write_text("a = = b")

    assert run("checklist", "check", tmp_path / "none.toml")[::2] == (
        1,
        f"cannot be read: [Errno 2] No such file or directory: '{tmp_path / 'none.toml'}'\n",
    )
    code, out, _ = run("checklist", "check", tmp_path / "bad.toml")
    assert code == 1
    assert out.startswith(f"{tmp_path / 'bad.toml'}: not valid TOML")


def test_a_version_once_published_is_refused_with_other_content(run, write):
    file = write()

    first = run("checklist", "publish", file)
    again = run("checklist", "publish", file)
    changed = run("checklist", "publish", write(WEIGHT="weight = 1.5 #"))

    assert first == (0, "corner-shop 1.0.0: published\n", "")
    assert again == (0, "corner-shop 1.0.0: was there already\n", "")
    assert changed[:2] == (1, "")
    assert changed[2].startswith("corner-shop 1.0.0 is already published with other content")


def test_the_list_tells_shipped_and_published_apart(run, write):
    run("checklist", "publish", write())

    _, out, _ = run("checklist", "list", "--json")

    listed = {one["id"]: one for one in json.loads(out)}
    shop, rules = listed["corner-shop"], listed["rules-24"]
    assert (shop["published"], shop["shipped"], shop["items"]) == (True, False, 2)
    assert (rules["published"], rules["shipped"], rules["items"]) == (False, True, 24)
    assert rules["hash"] == known.library()["rules-24"].hash
    assert rules["title"] == msgspec.to_builtins(known.library()["rules-24"].title)


def test_all_systems_are_listed_with_what_serves_them(run):
    code, plain, _ = run("framework", "list")
    _, out, _ = run("framework", "list", "--json")

    said = json.loads(out)
    entries = {
        f"{one['id']}:{entry['id']}": entry
        for one in said["frameworks"]
        for entry in one["entries"]
    }
    assert code == 0
    assert len(plain.splitlines()) == len(said["systems"]) == 57
    assert said["systems"][4]["frameworks"] == ["nine-core-processes:1"]
    assert entries["crm-points:1"]["items"] == ["cpt-standard/t31"]
    assert entries["anger7:3"]["items"] == []
    assert entries["anger7:3"]["reason"]["en"].startswith("A step taken")


def test_the_list_without_a_database_makes_none(run, tmp_path):
    code, out, _ = run("checklist", "list")

    assert code == 0
    assert len(out.splitlines()) == len(known.library())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["toml", "xlsx"])
def test_a_checklist_goes_out_and_comes_in_again_as_it_was(run, tmp_path, form):
    file = tmp_path / f"visit.{form}"

    out = run("checklist", "export", "branch-visit", "-o", file)
    back = run("checklist", "import", file, "--publish")

    assert out == (0, "", "")
    assert back == (
        0,
        "branch-visit 1.0.0: 59 items, 0 things left out\nbranch-visit 1.0.0: published\n",
        "",
    )
    _, listed, _ = run("checklist", "list", "--json")
    visit = next(one for one in json.loads(listed) if one["id"] == "branch-visit")
    assert (visit["published"], visit["shipped"]) == (True, True)


def test_export_prints_toml_and_refuses_what_is_not_there(run, write):
    run("checklist", "publish", write())
    run("checklist", "publish", write("next.toml", **{'"1.0.0"': '"1.10.0"'}))
    run("checklist", "publish", write("old.toml", **{'"1.0.0"': '"1.9.0"'}))

    newest = run("checklist", "export", "corner-shop")
    older = run("checklist", "export", "corner-shop", "--version", "1.9.0")

    assert newest[1].splitlines()[:2] == ['id = "corner-shop"', 'version = "1.10.0"']
    assert older[1].splitlines()[1] == 'version = "1.9.0"'
    assert run("checklist", "export", "none", "--version", "1.0.0") == (
        1,
        "",
        "there is no checklist none 1.0.0; see: mingcha checklist list\n",
    )
    assert run("checklist", "export", "corner-shop", "--format", "xlsx")[2] == (
        "a workbook is not printed; say where it goes: -o FILE\n"
    )


def test_import_says_what_became_of_a_form_and_writes_it_as_toml(run, tmp_path):
    form = next(path for path in books.REAL if path.stem == "tutorial")
    file = tmp_path / "tutorial.toml"

    code, out, err = run("checklist", "import", form, "-o", file)

    assert (code, err) == (0, "")
    assert "kept      survey!" in out
    assert "left out  survey!" in out
    assert out.splitlines()[-1] == "tutorial 1.0.0: 10 items, 1 things left out"
    assert run("checklist", "check", file)[0] == 0


def test_import_of_what_is_wrong_says_all_of_it_and_keeps_nothing(run, write, tmp_path):
    code, out, err = run("checklist", "import", write(STAGE="moon", WEIGHT="wieght"), "--publish")

    assert (code, err) == (1, "2 things are wrong\n")
    assert out.splitlines() == [
        "wrong     door · greeted: unknown key `wieght`",
        "wrong     door · greeted: there is no stage `moon`",
    ]
    assert run("checklist", "import", tmp_path / "none.xlsx")[:2] == (1, "")


# ---- score -----------------------------------------------------------------------------


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("name", ["branch-visit", "branch-visit@1.0.0"])
def test_score_prints_the_worked_visit_to_the_digit(run, tmp_path, wrapped, name):
    vector = json.loads(VECTOR.read_text())
    file = tmp_path / "answers.json"
    file.write_text(json.dumps({"answers": vector["answers"]} if wrapped else vector["answers"]))

    code, out, err = run("score", file, "--checklist", name)

    assert (code, err) == (0, "")
    assert json.loads(out) == vector["expected"]


def test_score_names_the_item_whose_answer_is_wrong(run, tmp_path):
    file = tmp_path / "answers.json"
    file.write_text('{"rules-24": {"r01": 7}}')

    assert run("score", file) == (1, "", "rules-24/r01: Choose one of the answers.\n")


@pytest.mark.parametrize("content", ["{", "[]", '"x"', '{"rules-24": 5}'])
def test_score_refuses_what_is_no_set_of_answers_in_one_line(run, tmp_path, content):
    file = tmp_path / "answers.json"
    file.write_text(content)

    code, out, err = run("score", file)

    assert (code, out, err.count("\n")) == (1, "", 1)


def test_score_refuses_a_checklist_that_is_not_shipped(run):
    said = "there is no checklist rules-24@9.0.0; see: mingcha checklist list\n"

    assert run("score", VECTOR, "--checklist", "rules-24@9.0.0") == (1, "", said)


# ---- report ----------------------------------------------------------------------------


@pytest.fixture
def released(data):
    """The number of Alice's visit, released with one answer."""
    with data.writing() as session:
        carol = next(p for p in list_people(session) if p.login == "carol")
        visit = next(v for v in list_visits(session, carol) if v.shopper_code == "S01")
        record(session, visit, [Deed("answer", "rules-24/r01", Answer("answered", 1))], known.NOON)
        save_status(session, visit.id, "submitted", known.NOON)
        visit = get_visit(session, carol, visit.id)
        return release(
            session, visit, verdict="不错。", by=carol, year=2026, now=known.NOON
        ), visit.id


@pytest.mark.parametrize(
    ("name", "language", "branch"), [(0, "zh", "港口支行"), (1, "en", "Harbour branch")]
)
def test_a_report_can_be_drawn_by_number_and_by_id(released, tmp_path, name, language, branch):
    file = tmp_path / "report.pdf"

    said = subprocess.run(
        [*MINGCHA, "report", str(released[name]), "--language", language, "-o", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == f"{file}: report {released[0]}\n"
    shown = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True)
    assert branch in shown.stdout


def test_a_report_of_a_visit_that_cannot_be_read_is_refused(run, released, data, tmp_path):
    with data.writing() as session:
        session.connection().exec_driver_sql("UPDATE event SET body = '{'")

    code, out, err = run("report", released[0], "-o", tmp_path / "r.pdf")

    assert (code, out) == (1, "")
    assert err.splitlines()[-1].startswith("This visit cannot be read: its log, its checklist")


def test_a_report_of_what_is_not_released_is_refused(run, data, tmp_path):
    for visit in ("MC-2026-H001-009", UUID(int=31)):
        code, out, err = run("report", visit, "-o", tmp_path / "r.pdf")

        assert (code, out, err.count("\n")) == (1, "", 1)
    assert not (tmp_path / "r.pdf").exists()


# ---- backup ----------------------------------------------------------------------------


def test_a_backup_restores_to_the_same_people_and_visits(run, data, tmp_path, monkeypatch):
    target = tmp_path / "kept" / "backup.sqlite3"
    target.parent.mkdir()

    code, out, err = run("backup", target)

    assert (code, err) == (0, "")
    assert out.endswith(" rows, checked\n")
    assert [path.name for path in target.parent.iterdir()] == ["backup.sqlite3"]
    monkeypatch.setenv("MINGCHA_DATABASE_URL", f"sqlite:///{target}")
    assert run("doctor")[0] == 0
    restored = Database(f"sqlite:///{target}")
    with restored.reading() as there, data.reading() as here:
        assert list_people(there) == list_people(here)
    restored.close()


def test_a_backup_says_where_the_photos_are_that_are_not_in_it(run, data, tmp_path):
    photo = Arrived(photo_of(b"a picture"), "ab/key", 4, 3)
    with data.writing() as session:
        file_photo(session, UUID(int=31), photo, known.NOON)

    code, out, _ = run("backup", tmp_path / "b")

    assert (code, out.splitlines()[1:]) == (
        0,
        [f"photos are not in it: now copy {tmp_path / 'photos'} too"],
    )


def test_a_backup_taken_while_somebody_writes_holds_what_was_committed(run, data, tmp_path):
    with data.writing() as session:
        session.connection().exec_driver_sql("UPDATE person SET name = 'half way'")
        code, _, _ = run("backup", tmp_path / "b")

    with sqlite3.connect(tmp_path / "b") as copy:
        names = {name for (name,) in copy.execute("SELECT name FROM person")}
    assert code == 0
    assert "Alice" in names
    assert "half way" not in names


def test_a_backup_never_overwrites(run, data, tmp_path):
    target = tmp_path / "b"
    target.write_text("precious")

    assert run("backup", target) == (1, "", f"{target} exists already and is left as it is\n")
    assert target.read_text() == "precious"


def test_a_damaged_database_gives_no_backup(run, data, tmp_path):
    data.close()
    file = tmp_path / "mingcha.sqlite3"
    content = bytearray(file.read_bytes())
    content[8192:40960] = b"\xff" * (40960 - 8192)
    file.write_bytes(content)

    code, _, err = run("backup", tmp_path / "b")

    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith("no backup was made")
    assert not list(tmp_path.glob("b*"))


def test_without_a_database_there_is_nothing_to_back_up(run, tmp_path):
    said = f"there is no database at {tmp_path / 'mingcha.sqlite3'}\n"

    assert run("backup", tmp_path / "b") == (1, "", said)


def test_for_postgresql_the_command_to_run_is_said_without_the_password(tmp_path):
    settings = Settings(database_url="postgresql+psycopg://mary:hidden@db.example:5433/audit")

    assert backups._pg_dump(settings, tmp_path / "b") == (
        f"pg_dump --format=custom --file={tmp_path / 'b'} postgresql://mary@db.example:5433/audit"
    )


# ---- doctor ----------------------------------------------------------------------------


def test_doctor_is_content_with_an_installation_that_runs(run, data):
    code, out, err = run("doctor")

    assert (code, err) == (0, "")
    assert {line.split()[0] for line in out.splitlines()} == {"ok"}
    assert len(out.splitlines()) >= 7


def test_doctor_says_what_is_missing_and_the_command_for_it(run, tmp_path, monkeypatch):
    monkeypatch.setenv("MINGCHA_DATA", str(tmp_path / "not-there"))

    code, out, _ = run("doctor")

    lines = out.splitlines()
    assert code == 1
    place = lines.index(f"missing data folder {tmp_path / 'not-there'}")
    assert lines[place + 1].strip() == f"fix: mkdir -p '{tmp_path / 'not-there'}'"
    assert "        fix: mingcha migrate" in lines


def test_doctor_notices_a_schema_that_is_behind(run, data):
    with data.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM alembic_version")

    code, out, _ = run("doctor")

    assert code == 1
    assert "missing database: its schema is out of date\n        fix: mingcha migrate\n" in out


def test_doctor_says_where_photos_cannot_be_kept(run, data, tmp_path, monkeypatch):
    taken = tmp_path / "taken"
    taken.write_text("a file where the folder should be")
    monkeypatch.setenv("MINGCHA_PHOTOS", str(taken / "photos"))

    code, out, _ = run("doctor")

    (line,) = [line for line in out.splitlines() if line.startswith("missing")]
    assert code == 1
    assert line.startswith(f"missing photos in {taken / 'photos'}: ")
    assert f"        fix: sudo chown -R $USER '{taken / 'photos'}'\n" in out


def test_doctor_names_a_library_that_does_not_load(monkeypatch):
    monkeypatch.setattr(doctor, "LIBRARIES", (("surely-not-there", 0),))

    found = list(doctor.check_libraries(Settings()))

    assert [finding.what for finding in found] == ["libraries for PDFs: surely-not-there"]
    assert found[0].fix


def test_doctor_names_what_is_kept_and_damaged(run, data, kept):
    visit = known.revisit(data, kept.world, 1)
    with data.writing() as session:
        add_self_test(session, kept.world.alice, SelfTest(), "", known.NOON)
        rules = next(one for one in list_checklists(session) if one.id == "rules-24")
        create_draft(session, UUID(int=91), rules, kept.world.ann, known.NOON)
        keep_scenario(session, known.scenario("sc-wealth"))
        for statement in (
            "UPDATE release SET card = '{', printed = '', extent = '['",
            "UPDATE checklist SET content = replace(content, 'the', 'thd') WHERE "
            "checklist_id = 'complaint-handling'",
            "UPDATE scenario SET content = '{'",
            "UPDATE draft SET content = '{'",
            "UPDATE self_test SET result = '{'",
        ):
            session.connection().exec_driver_sql(statement)
        number = session.get_one(ReleaseRow, visit).number
    checklists._decoded.clear()
    scenarios._decoded.clear()

    code, out, err = run("doctor")
    mended = run("migrate")[0]
    _, after, _ = run("doctor")

    assert (code, err, mended) == (1, "", 0)
    for what, fix in (
        ("checklist complaint-handling 1.0.0", "mingcha migrate"),
        (f"scenario {known.scenario('sc-wealth').hash}", BACKUP),
        (f"score card of {number}", BACKUP),
        (f"what the report of {number} says of its branch and wave", BACKUP),
        (f"list of the events that {number} was released from", BACKUP),
        (f"draft {UUID(int=91)}", BACKUP),
        ("self-test of S01 at 2026-11-20 04:00", BACKUP),
    ):
        told = f"missing {what} cannot be read: what is kept of it is damaged\n"
        assert f"{told}        fix: {fix}\n" in out
    assert "checklist complaint-handling" not in after


def test_doctor_notices_a_card_that_differs_from_the_score_beside_it(run, data, kept):
    known.revisit(data, kept.world, 1)
    with data.writing() as session:
        session.connection().exec_driver_sql("UPDATE release SET raw_tenths = raw_tenths + 1")

    code, out, _ = run("doctor")

    assert code == 1
    assert "missing score card of MC-2026-H001-001 cannot be read" in out


# ---- serve and demo --------------------------------------------------------------------


def test_serve_publishes_the_library_answers_and_stops_when_told(tmp_path):
    running = Running("serve", MINGCHA_LANGUAGE="en")

    page = running.get("/sign-in")
    out, err = running.stop()

    assert "Sign in" in page
    assert "Demo accounts" not in page
    assert out == f"Mingcha answers at http://127.0.0.1:{running.port}\n"
    assert err == ""
    with sqlite3.connect(tmp_path / "mingcha.sqlite3") as kept:
        assert kept.execute("SELECT count(*) FROM checklist").fetchone() == (len(known.library()),)
        assert kept.execute("SELECT count(*) FROM person").fetchone() == (0,)


def test_serve_on_a_port_that_is_taken_is_said_and_ends_with_one(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        code, _, err = run("serve", "--port", port)

    assert code == 1
    assert err.splitlines()[-1].startswith(f"http://127.0.0.1:{port} could not be opened")


def test_the_demo_prints_its_sign_ins_and_is_made_once(tmp_path):
    place = tmp_path / "demo"
    first = Running("demo", "--data", place, MINGCHA_LANGUAGE="en")
    page = first.get("/sign-in")
    out, _ = first.stop()

    second = Running("demo", "--data", place)
    second.get("/sign-in")
    again, _ = second.stop()

    assert "Demo accounts" in page
    assert f"http://127.0.0.1:{first.port}" in out
    assert [line.split()[0] for line in out.splitlines() if line.startswith("  ")][1:] == [
        "shopper",
        "auditor",
        "branch",
        "admin",
    ]
    assert "example visits" in out
    assert "example visits" not in again


def test_the_demo_stays_out_of_a_database_with_other_people(run, data, tmp_path):
    for words in ((), ("--fresh",)):
        code, _, err = run("demo", "--data", tmp_path, *words)

        assert (code, err.count("\n")) == (1, 1)
        assert err.startswith(str(tmp_path / "mingcha.sqlite3"))
    with data.reading() as session:
        assert len(list_people(session)) == 6


def test_the_demos_database_is_not_served_as_a_real_one(run, tmp_path, monkeypatch):
    from audit import demo  # noqa: PLC0415  (heavy, and wanted once)

    database = Database(f"sqlite:///{tmp_path / 'mingcha.sqlite3'}")
    database.migrate()
    demo.build(database, list(known.library().values()), known.NOON.date(), scale=0)
    database.close()

    code, out, err = run("serve")

    assert (code, out) == (1, "")
    assert err.startswith("this database holds demo accounts")


def test_the_demo_is_never_given_a_public_address(run, monkeypatch):
    monkeypatch.setenv("MINGCHA_PUBLIC_URL", "https://audit.example")

    code, out, err = run("demo")

    assert (code, out) == (2, "")
    assert err.startswith("MINGCHA_DEMO opens accounts whose password everybody knows")


# ---- log -------------------------------------------------------------------------------


@pytest.fixture
def visited(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'mingcha.sqlite3'}")
    database.migrate()
    known.fill_visit(database, known.build(database))
    yield database
    database.close()


def test_log_check_counts_what_is_there_and_ends_well(run, visited):

    code, out, err = run("log", "check")

    counts = dict(line.split()[:2] for line in out.splitlines())
    assert (code, err) == (0, "")
    assert (counts["visits"], counts["devices"], counts["gap"], counts["hash"]) == tuple("1100")


def test_log_check_names_what_is_wrong_and_ends_with_one(run, visited):
    with visited.engine.connect() as connection:
        connection.exec_driver_sql("DELETE FROM event WHERE seq = 3")
        connection.commit()

    code, out, _ = run("log", "check")

    assert code == 1
    assert out.splitlines()[-1] == f"gap: visit {UUID(int=31)} server 3"


def test_scenarios_are_listed_and_what_is_wrong_with_one_is_said(run, tmp_path):
    shipped = sorted(folder("checklists").glob("scenarios/*.toml"))
    bad = tmp_path / "bad.toml"
    bad.write_text(shipped[0].read_text().replace('"enquiry"', '"play"') + "colour = 1\n")

    checked = run("scenario", "check", *shipped)
    listed = json.loads(run("scenario", "list", "--json")[1])
    code, out, err = run("scenario", "check", bad)

    assert (checked[0], checked[1].count("nothing wrong")) == (0, 13)
    assert [one["id"] for one in listed] == [path.stem for path in shipped]
    assert (code, err) == (1, "2 things are wrong\n")
    assert all(line.startswith(f"{bad}: ") for line in out.splitlines())
