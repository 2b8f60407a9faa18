"""The app shell: the same page for everyone, kept whole by its worker, under the house's policy."""

import json
import re
from typing import Any

from handrail.fronts.outbox import shell, words


def kept(client) -> Any:
    script = client.get("/app/sw.js").content.decode()
    return json.loads(script.removeprefix("const KEEP = ").partition(";\n")[0])


def test_shell_is_the_same_page_for_everyone_and_sets_no_cookie(client, db) -> None:
    pages = [client.get(path) for path in ("/app/", "/app/enrol", "/app/anything")]
    assert {page.status_code for page in pages} == {200} and len({page.content for page in pages}) == 1
    assert client.cookies.output() == ""


def test_shell_may_use_the_camera_and_no_other_page_may(client, db) -> None:
    assert "camera=(self)" in client.get("/app/").headers["Permissions-Policy"]
    assert "camera=()" in client.get("/").headers["Permissions-Policy"]
    policy = client.get("/app/").headers["Content-Security-Policy"]
    assert "worker-src 'self'" in policy and "manifest-src 'self'" in policy and "unsafe" not in policy


def test_shell_says_every_word_its_script_asks_for(client, db) -> None:
    told = words.words()
    asked = set()
    for file in shell._folder("outbox").glob("*.js"):
        text = file.read_text(encoding="utf-8")
        asked |= (
            set(re.findall(r"words\.(\w+)", text))
            | set(re.findall(r'\bsay\("(\w+)"', text))
            | set(re.findall(r'\["(f_\w+)"', text))
        )
    assert (
        asked <= set(told) | {"name"}
        and {name for name in told if not name.startswith(("category_", "channel_", "care_", "e_", "s_", "v_", "r_"))}
        <= asked
    )
    assert all(label for label in told.values())


def test_worker_lists_all_that_the_app_needs_by_its_digest(client, db) -> None:
    told = kept(client)
    assert {"/app/", "/app/manifest.webmanifest", "/static/outbox/app.js", "/static/ui/tokens.css"} <= set(
        told["files"]
    )
    assert "/static/outbox/sw.js" not in told["files"] and any(url.endswith(".woff2") for url in told["files"])
    assert told["files"]["/app/"] == shell.digest(client.get("/app/").content)
    assert client.get("/app/sw.js").headers["Service-Worker-Allowed"] == "/app/"


def test_worker_is_another_when_anything_it_keeps_is_another(client, db, monkeypatch) -> None:
    before = kept(client)["mark"]
    assert kept(client)["mark"] == before
    monkeypatch.setitem(words.WORDS, "saved", "kept:")
    assert kept(client)["mark"] != before


def test_every_module_that_is_imported_is_kept(client, db) -> None:
    files = kept(client)["files"]
    for file in shell._folder("outbox").glob("*.js"):
        for name in re.findall(r'from "\./(\w+\.js)"', file.read_text(encoding="utf-8")):
            assert f"/static/outbox/{name}" in files


def test_manifest_lets_the_app_be_installed(client, db) -> None:
    told = client.get("/app/manifest.webmanifest").json()
    assert (told["display"], told["start_url"], told["scope"]) == ("standalone", "/app/", "/app/")
    for icon in told["icons"]:
        assert shell._read(icon["src"].removeprefix("/static/"))
