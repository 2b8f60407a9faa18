"""Public pages say what passed the gate, in plain words, and keep nothing of the reader."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from handrail.evidence import release
from handrail.fronts.public import views
from handrail.services.drugchecking.tests.factories import make_batch, make_sample, make_site, save

TEMPLATES = Path(views.__file__).parent / "templates"
FORBIDDEN = re.compile(r"\b(safe|clean|pure|good batch|may be false)\b", re.IGNORECASE)
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Reader(HTMLParser):
    """Read a page: its text, its tags with their attributes, and whether they close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[tuple[str, Any]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(client: Client, path: str) -> Reader:
    answer = client.get(path)
    assert answer.status_code == 200
    page = Reader()
    page.feed(answer.content.decode())
    assert page.open == []
    page.text = " ".join(page.text.split())
    return page


def record(**pairs: int) -> None:
    """Record so many samples by outcome: `yy` strip and FTIR, `yn` strip only, `ny` FTIR only, `nn` neither."""
    site = make_site()
    batch = make_batch(site.id)
    told = [(key[0] == "y", key[1] == "y") for key, count in pairs.items() for _ in range(count)]
    save(*(make_sample(site.id, batch, n=n, strip=strip, ftir=ftir) for n, (strip, ftir) in enumerate(told)))


@pytest.mark.django_db
def test_method_agreement_answers_the_question_with_n_and_interval(client: Client) -> None:
    record(yy=80, yn=50, ny=10, nn=60)
    text = read(client, "/method-agreement/").text
    assert "The strip reacted in 130 samples. The machine (FTIR) saw fentanyl in 61.5 of 100 of them." in text
    assert "Counting error alone puts it between 53.0 and 69.5." in text
    assert "never means there is no fentanyl. If a strip reacts, it is likely there. Act as if it is." in text
    assert "No dates. One service. Not the market" in text
    assert "Not for saying what your drug contains" in text
    assert "DrugCheckingBC/nn-fentanyl-prediction, on GitHub. Licence: MIT." in text
    assert "one person may have brought several" in text


@pytest.mark.django_db
def test_method_agreement_holds_back_the_row_with_a_small_cell_and_every_sum_of_it(client: Client) -> None:
    record(yy=80, yn=50, ny=10, nn=67)
    page = read(client, "/method-agreement/")
    assert "Strip did not react held back" in page.text
    assert "Held back does not mean none." in page.text
    body = client.get("/method-agreement/").content.decode()
    for number in ("67", "77", "147", "207", "117"):
        assert not re.search(rf"\b{number}\b", body)


@pytest.mark.django_db
def test_method_agreement_shows_both_rows_when_nothing_is_small(client: Client) -> None:
    record(yy=40, yn=30, ny=20, nn=60)
    text = read(client, "/method-agreement/").text
    assert "Strip reacted 40 30 70 Strip did not react 20 60 80" in text
    assert "held back" not in text


@pytest.mark.django_db
def test_method_agreement_without_the_row_of_the_answer_says_too_few(client: Client) -> None:
    record(yy=4, yn=30, ny=20, nn=60)
    page = read(client, "/method-agreement/")
    assert "too few samples to say. That is not a sign that fentanyl is not here." in page.text
    assert "svg" not in [tag for tag, _ in page.tags]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pairs", "says"), [({}, "There is nothing to show here yet."), ({"yy": 3}, "too few samples")]
)
def test_method_agreement_is_calm_where_there_is_nothing_to_show(
    client: Client, pairs: dict[str, int], says: str
) -> None:
    if pairs:
        record(**pairs)
    assert says in read(client, "/method-agreement/").text


def test_bar_places_the_share_and_its_interval() -> None:
    bar = views._bar(release.Share(1903, 3101, 0.61367, 0.59641, 0.63066))
    assert (bar.seen, bar.not_seen, bar.low, bar.high, bar.width) == (614, 386, 596, 631, 34)
    assert (bar.seen_percent, bar.not_seen_percent, bar.low_percent, bar.high_percent) == (
        "61.4",
        "38.6",
        "59.6",
        "63.1",
    )


def test_numbers_are_grouped_for_reading() -> None:
    assert views._cells(release.Row("reacted", (1903, 1198))) == ["1,903", "1,198", "3,101"]


def test_home_offers_only_what_there_is(client: Client) -> None:
    page = read(client, "/")
    links = {attrs["href"] for tag, attrs in page.tags if tag == "a"}
    assert links == {
        "#main",
        "/",
        "/tell/",
        "/alerts/",
        "/supply/",
        "/results/",
        "/results/en/",
        "/results/es/",
        "/results/fr/",
        "/method-agreement/",
        "/data/",
        "/desk/",
        "https://www.wikipedia.org/",
    }
    assert "Type the code from your slip and read what was found." in page.text


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/method-agreement/", "/data/"])
def test_pages_keep_nothing_of_the_reader_and_need_no_script(client: Client, path: str) -> None:
    record(yy=80, yn=50, ny=10, nn=60)
    answer = client.get(path)
    page = read(client, path)
    assert not answer.cookies
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Vary" not in answer.headers or "Cookie" not in answer.headers["Vary"]
    assert len(answer.content) < 100_000
    assert not {"script", "form", "iframe", "style"} & {tag for tag, _ in page.tags}
    assert not any("style" in attrs or any(name.startswith("on") for name in attrs) for _, attrs in page.tags)
    (leave,) = [attrs for _, attrs in page.tags if attrs.get("class") == "leave"]
    assert (leave["href"], leave["rel"]) == ("https://www.wikipedia.org/", "noreferrer")
    assert client.post(path).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/method-agreement/", "/data/"])
def test_titles_are_neutral_and_headings_run_in_order(client: Client, path: str) -> None:
    record(yy=80, yn=50, ny=10, nn=60)
    answer = client.get(path).content.decode()
    (title,) = re.findall(r"<title>(.*?)</title>", answer)
    assert title in ("Start", "Two tests compared", "What we count")
    levels = [int(level) for level in re.findall(r"<h([1-6])", answer)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_no_template_says_a_forbidden_word_or_leaves_text_untranslated() -> None:
    files = sorted(TEMPLATES.rglob("*.html"))
    assert files
    for file in files:
        text = file.read_text()
        assert not FORBIDDEN.search(text), file
        text = text.replace("{% block width %}narrow{% endblock %}", "")  # a class, not a word
        bare = re.sub(r"\{% blocktranslate.*?endblocktranslate %\}|\{[%{].*?[%}]\}|<[^>]*>", " ", text, flags=re.DOTALL)
        assert not re.search(r"[A-Za-z]", bare), (file, bare.split())


def test_the_two_parts_of_the_picture_differ_by_more_than_colour() -> None:
    bar = views._bar(release.Share(61, 100, 0.61, 0.51, 0.7))
    svg = render_to_string("public/_agreement_bar.html", {"bar": bar})
    assert 'fill="url(#stripes)"' in svg
    assert "Solid: the machine saw fentanyl (61.0 of 100). Striped: it did not (39.0 of 100)." in " ".join(svg.split())
    assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', svg)) == {"currentColor", "none", "url(#stripes)"}
