"""The check command: what it runs, what it says, what it leaves alone; and what its docs and lock parts look at."""

import json
import sys
from pathlib import Path

import pytest

from handrail.core.ui.refusals import CATALOGUE
from handrail.fronts.console import checking, documents, locks, reference

from .conftest import ROOT

WELL = (sys.executable, "-c", "pass")
ILL = (sys.executable, "-c", "print('this is wrong'); raise SystemExit(3)")
HOMES = "import os; print(os.environ['HANDRAIL_HOME'], os.environ['HANDRAIL_KEYS'], 'HANDRAIL_PORT' in os.environ); raise SystemExit(1)"


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "PARTS", {"lint": (WELL, ILL, ILL), "types": (WELL,)})


def test_run_counts_what_failed_and_goes_on(parts: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert checking.run([]) == 1
    out = capsys.readouterr().out
    assert out.count("\nthis is wrong\n") == 2
    assert "FAILED" in out and "types       ok" in out
    assert out.endswith("2 failed\n")


def test_run_runs_only_the_named_parts(parts: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert checking.run(["types"]) == 0
    out = capsys.readouterr().out
    assert "lint" not in out
    assert out.endswith("All is well\n")


def test_run_refuses_a_part_that_there_is_not(parts: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert checking.run(["lnit"]) == 2
    assert "There is no part lnit. Choose from: lint, types." in capsys.readouterr().err


def test_run_prints_one_json_line_a_part(parts: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert checking.run([], json=True) == 1
    lint, types = map(json.loads, capsys.readouterr().out.splitlines())
    assert (lint["part"], lint["ok"], len(lint["failures"])) == ("lint", False, 2)
    assert (types["part"], types["ok"], types["failures"]) == ("types", True, [])
    assert types["seconds"] >= 0


def test_run_says_so_when_a_tool_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checking, "PARTS", {"lint": (("/nowhere/ruff",),)})
    assert checking.run([]) == 1
    assert "ruff is not installed" in capsys.readouterr().out


def test_run_gives_the_tools_a_home_of_their_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HANDRAIL_HOME", "/real")
    monkeypatch.setenv("HANDRAIL_PORT", "1")
    monkeypatch.setattr(checking, "PARTS", {"lint": ((sys.executable, "-c", HOMES),)})
    checking.run(["lint"], json=True)
    told = json.loads(capsys.readouterr().out)["failures"][0]
    assert "/real" not in told
    assert "handrail-check-" in told and told.endswith("False")
    assert not Path(told.split()[-3]).exists()


def test_fix_tells_what_could_not_be_mended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checking, "MENDS", (WELL, ILL))
    assert checking.fix() == 1
    assert "this is wrong" in capsys.readouterr().out
    monkeypatch.setattr(checking, "MENDS", (WELL,))
    assert checking.fix() == 0


def test_every_part_of_the_command_is_there() -> None:
    assert set(checking.PARTS) == {"contracts", "lint", "types", "schema", "migrations", "docs", "lock"}


def test_documents_are_in_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert documents.main() == 0, capsys.readouterr().out


def test_stale_pages_names_a_page_that_is_not_what_the_code_says(tmp_path: Path) -> None:
    (tmp_path / "acts.md").write_text("old")
    (tmp_path / "fields.md").write_text("new")
    pages = dict.fromkeys((tmp_path / "acts.md", tmp_path / "fields.md", tmp_path / "gone.md"), "new")
    assert [line.split()[0] for line in documents.stale_pages(pages)] == [
        "docs/reference/acts.md",
        "docs/reference/gone.md",
    ]


def test_write_writes_every_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "FOLDER", tmp_path / "reference")
    reference.write()
    made = {str(page.relative_to(tmp_path / "reference")) for page in (tmp_path / "reference").rglob("*.md")}
    assert made == {str(page.relative_to(tmp_path / "reference")) for page in reference.pages()} >= set(reference.PAGES)
    assert "| `busy` |" in (tmp_path / "reference" / "refusals.md").read_text()
    assert "| `window.visit` | 1 | anonymous |" in (tmp_path / "reference" / "acts.md").read_text()


def test_dead_links_names_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "there.md").write_text(
        "[home](../README.md#top) [gone](gone.md) [out](https://example.org/x) [here](#part)"
    )
    (tmp_path / "README.md").write_text('[there](docs/there.md "a title") [no](docs/no.md)')
    assert [line.split()[-3] for line in documents.dead_links(tmp_path)] == ["docs/no.md", "gone.md"]


SAYS = """
def check(n):
    raise Refused("known", most=n) if n else refusals.Refused("bare")
def judge(n):
    return Refused("known" if n else "missing", **{"most": n})
def pass_on(code):
    raise Refused(code)
def forget():
    raise Refused("known")
def again():
    raise factory()()
"""


def test_unsaid_names_codes_and_facts_that_do_not_meet_their_sentences(tmp_path: Path) -> None:
    room, tests = tmp_path / "src" / "handrail" / "room", tmp_path / "src" / "handrail" / "room" / "tests"
    tests.mkdir(parents=True)
    (room / "rules.py").write_text(SAYS)
    (tests / "test_rules.py").write_text("Refused('only-in-a-test')")
    sentences = {"known": "At most %(most)s.", "bare": "No.", "mute": "Nobody says this."}
    assert sorted(documents.unsaid(sentences, tmp_path / "src")) == [
        'core/ui/refusals.py: nothing says "mute"',
        'src/handrail/room/rules.py:5: Refused("missing") has no sentence in core/ui/refusals.py',
        'src/handrail/room/rules.py:9: Refused("known") lacks most, which its sentence names',
    ]


@pytest.mark.parametrize(
    "said", ["It is not a device.", "Fully HIPAA compliant", "never  evidence", "This can’t be subpoenaed"]
)
def test_claims_names_what_is_never_printed(tmp_path: Path, said: str) -> None:
    page = tmp_path / "src" / "templates" / "page.html"
    page.parent.mkdir(parents=True)
    page.write_text(f"<p>{said}</p>")
    assert len(list(documents.claims({}, tmp_path / "src"))) == 1
    assert len(list(documents.claims({"bad": said}, tmp_path / "none"))) == 1


def test_claims_lets_plain_words_pass(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>This is evidence, and can be asked for.</p>")
    assert list(documents.claims({code: str(one.what) for code, one in CATALOGUE.items()}, tmp_path)) == []


PROJECT = """
[project]
dependencies = ["django~=5.2.0"]
[project.optional-dependencies]
pg = ["psycopg[binary]>=3"]
evidence = ["numpy>=2"]
[dependency-groups]
dev = ["ruff>=0.14"]
"""
HASH = " \\\n    --hash=sha256:aa\n"


def _locks(tmp_path: Path, **lock: str) -> list[str]:
    (tmp_path / "lock").mkdir()
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    run = f"django==5.2.9{HASH}numpy==2.3{HASH}"
    well = {"run": run, "pg": f"{run}psycopg[binary]==3.3{HASH}"}
    well["dev"] = f"{well['pg']}ruff==0.17{HASH}"
    for name, text in (well | lock).items():
        (tmp_path / "lock" / f"{name}.txt").write_text(text)
    return locks.problems(tmp_path)


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ("lock/run.txt: django 6.0 is not ~=5.2.0", {"run": f"django==6.0{HASH}numpy==2.3{HASH}"}),
        ("lock/run.txt: django is not pinned", {"run": ""}),
        ("lock/dev.txt: ruff is not pinned", {"dev": f"django==5.2.9{HASH}psycopg==3.3{HASH}"}),
        ("lock/run.txt: django has no hash", {"run": "django==5.2.9\n"}),
        ("lock/run.txt: django 5.2.8 is not what lock/dev.txt pins", {"run": f"django==5.2.8{HASH}"}),
    ],
)
def test_locks_names_what_disagrees(tmp_path: Path, said: str, given: dict[str, str]) -> None:
    assert said in _locks(tmp_path, **given)


def test_locks_lets_locks_in_step_pass(tmp_path: Path) -> None:
    assert _locks(tmp_path) == []


def test_locks_counts_direct_dependencies() -> None:
    assert list(locks.too_many(["one"] * 15)) == []
    assert list(locks.too_many(["one"] * 16)) == ["pyproject.toml: 16 direct dependencies, at most 15"]


def test_not_installed_compares_with_this_environment() -> None:
    text = f"django==1.0{HASH}no-such-thing==1.0{HASH}colorama-x==1 ; sys_platform == 'never'{HASH}"
    told = [line.split(":")[0] for line in locks.not_installed(locks.pins(text))]
    assert told == ["django", "no-such-thing"]


def test_our_own_locks_are_in_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert (ROOT / "lock").is_dir()
    assert locks.main() == 0, capsys.readouterr().out
