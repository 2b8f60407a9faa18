"""The catalogue: one sentence for each refusal, and an answer in the reader's form."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponse, HttpResponseNotAllowed
from django.test import RequestFactory

import handrail
from handrail.core.common.refusals import Refused
from handrail.core.ui import failures, middleware, refusals

SOURCES = Path(handrail.__file__).parent


def raised() -> set[tuple[str, frozenset[str]]]:
    """Find every Refused("code", fact=…) that the sources say."""
    found = set()
    for file in SOURCES.rglob("*.py"):
        if "tests" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused" and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    found.add((str(code.value), frozenset(word.arg or "" for word in node.keywords)))
    return found


def facts_of(code: str) -> dict[str, Any]:
    """Return a value for each fact that a sentence names."""
    sentence = refusals.CATALOGUE[code]
    return dict.fromkeys(re.findall(r"%\((\w+)\)", f"{sentence.what} {sentence.next}"), 1)


@pytest.mark.parametrize("code", sorted(refusals.CATALOGUE))
def test_say_fills_every_sentence_with_its_facts(code) -> None:
    told = refusals.say(Refused(code, **facts_of(code)))
    assert "%" not in told and "!" not in told and told.endswith(".") and 400 <= refusals.status(code) < 600


@pytest.mark.parametrize(("code", "facts"), sorted(raised(), key=str))
def test_say_has_all_it_needs_wherever_a_refusal_is_raised(code, facts) -> None:
    assert refusals.say(Refused(code, **dict.fromkeys(facts, 1)))


def test_catalogue_holds_no_sentence_that_nothing_says() -> None:
    text = "\n".join(
        file.read_text(encoding="utf-8")
        for file in SOURCES.rglob("*.py")
        if file.name != "refusals.py" and "tests" not in file.parts
    )
    assert [code for code in refusals.CATALOGUE if f'"{code}"' not in text] == []


@pytest.fixture
def asked() -> Any:
    """Make a request to an address."""
    return lambda path="/desk/x", **headers: RequestFactory().get(path, headers=headers)


def test_refused_is_a_page(asked) -> None:
    answer = failures.refused(asked(), Refused("not-allowed"))
    assert answer.status_code == 422 and b"<!doctype html>" in answer.content and b"not-allowed" in answer.content


def test_refused_is_a_fragment_for_htmx(asked) -> None:
    answer = failures.refused(asked(**{"HX-Request": "true"}), Refused("not-allowed"))
    assert answer.status_code == 422 and b"<!doctype" not in answer.content and b'role="alert"' in answer.content


def test_refused_is_json_for_the_api(asked) -> None:
    answer = failures.refused(asked("/api/sync"), Refused("not-a-batch"))
    assert answer.status_code == 422 and answer.headers["Content-Type"] == "application/json"
    assert b'"code": "not-a-batch"' in answer.content


@pytest.mark.parametrize(
    ("answer", "code", "status"),
    [
        (lambda r: failures.stale_form(r, "CSRF"), b"stale-form", 422), (lambda r: failures.bad_request(r, ValueError()), b"not-readable", 422),
        (lambda r: failures.forbidden(r, ValueError()), b"no-such-page", 404), (lambda r: failures.not_found(r, ValueError()), b"no-such-page", 404),
        (failures.broken, b"our-fault", 500),
    ],
)  # fmt: skip
def test_failures_answer_with_their_code(asked, answer, code, status) -> None:
    told = answer(asked())
    assert told.status_code == status and code in told.content


def test_shield_answers_503_when_the_database_had_no_turn(asked) -> None:
    answer = middleware.Shield(lambda _: HttpResponse()).process_exception(
        asked(), OperationalError("database is locked")
    )
    assert (
        answer is not None
        and answer.status_code == 503
        and answer.headers["Retry-After"] == "2"
        and b"busy" in answer.content
    )


def test_shield_leaves_other_errors_to_be_seen(asked) -> None:
    assert middleware.Shield(lambda _: HttpResponse()).process_exception(asked(), ValueError()) is None


@pytest.mark.parametrize(
    ("length", "large"),
    [("", False), ("0", False), ("1000000", False), ("1000001", True), ("200000000", True), ("²", True), ("-1", True), ("1e3", True), ("9" * 5000, True), ("0" * 30, True)],
)  # fmt: skip
def test_shield_takes_no_body_past_its_size(asked, length, large) -> None:
    request = RequestFactory().post("/desk/x", data=b"", content_type="text/plain", CONTENT_LENGTH=length)
    answer = middleware.Shield(lambda _: HttpResponse("taken"))(request)
    assert (answer.status_code == 422) == large and (b"too-large" in answer.content) == large


def test_shield_gives_a_page_where_an_address_does_not_answer_that_way(asked) -> None:
    answer = middleware.Shield(lambda request: HttpResponseNotAllowed(["GET"]))(asked("/results"))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    assert "not-this-way" in answer.content.decode()


def test_shield_lets_nothing_but_static_files_be_kept(asked) -> None:
    shield = middleware.Shield(lambda _: HttpResponse())
    assert shield(asked("/")).headers["Cache-Control"] == shield(asked("/desk/")).headers["Cache-Control"] == "no-store"
    assert "Cache-Control" not in shield(asked("/static/ui/tokens.css")).headers


def test_shield_lets_nothing_go_to_another_origin(asked) -> None:
    headers = middleware.Shield(lambda _: HttpResponse())(asked()).headers
    policy = headers["Content-Security-Policy"]
    assert (
        policy.startswith("default-src 'none'")
        and "unsafe" not in policy
        and "http" not in policy
        and "frame-ancestors 'none'" in policy
    )
    assert (
        headers["Referrer-Policy"] in {"no-referrer", "same-origin"} and headers["X-Content-Type-Options"] == "nosniff"
    )


def test_no_files_keeps_nothing_of_a_file() -> None:
    handler = middleware.NoFiles()
    handler.file_complete(1)
    assert handler.receive_data_chunk(b"x", 0) is None
