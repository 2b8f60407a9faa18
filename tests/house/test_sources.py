"""The checks of our own over sources and templates: each rule is broken in a small tree, and its neighbour stays green."""

from pathlib import Path

import pytest

from handrail.config.checks import __main__ as command
from handrail.config.checks import source, templates

IN_A_ROOM = "services/exchange/actions.py"
LONG_FUNCTION = "def tell():\n" + "    n = 1\n" * 61
BREAKS = [
    ("S1", IN_A_ROOM, "from django.dispatch import receiver"),
    ("S1", IN_A_ROOM, "from django.db.models.signals import post_save"),
    ("S1", IN_A_ROOM, "from django.db.models import signals"),
    ("S1", "core/people/apps.py", "def ready():\n    import django.dispatch"),
    ("S2", IN_A_ROOM, "apps.get_model('people', 'Participant')"),
    ("S2", IN_A_ROOM, "get_model('people.Participant')"),
    ("S2", IN_A_ROOM, "apps.get_model(name)"),
    ("S2", IN_A_ROOM, "apps.get_model()"),
    ("S3", IN_A_ROOM, "from django.conf import settings"),
    ("S3", "core/org/permissions.py", "import django.conf"),
    ("S4", IN_A_ROOM, "# ruff: noqa"),
    ("S4", IN_A_ROOM, "# mypy: ignore-errors"),
    ("S4", IN_A_ROOM, "n = 1  # type: ignore"),
    ("S4", IN_A_ROOM, "n = 1  # noqa"),
    ("S4", IN_A_ROOM, "n = 1  # noqa: E501"),
    ("S4", IN_A_ROOM, "n = 1  # type: ignore[misc]"),
    ("S4", IN_A_ROOM, "n = 1  # pragma: no cover"),
    ("S4", "services/exchange/tests/test_actions.py", "# ruff: noqa: S101"),
    ("S5", IN_A_ROOM, "n = 1\n" * 401),
    ("S5", IN_A_ROOM, LONG_FUNCTION),
]
CONTROLS = [
    ("core/journal/apps.py", "from django.db.models.signals import post_migrate"),
    (IN_A_ROOM, "apps.get_model('exchange', 'Line')"),
    (IN_A_ROOM, "from django.conf.urls import include"),
    ("config/checks/schema.py", "from django.conf import settings"),
    ("core/ui/context.py", "from django.conf import settings"),
    ("fronts/desk/home.py", "from django.conf import settings"),
    (IN_A_ROOM, "n = 1  # noqa: E501  -- a table reads better on one line"),
    (IN_A_ROOM, "n = 1  # type: ignore[misc]  # left out of the stubs"),
    (IN_A_ROOM, "from . import rules\nname = '# noqa'\ncalled[0]()"),
    ("services/exchange/tests/test_actions.py", LONG_FUNCTION + "from django.conf import settings"),
    ("services/exchange/migrations/0001_initial.py", "from django.conf import settings"),
]


def _found(tmp_path: Path, name: str, text: str) -> list[str]:
    file = tmp_path / "handrail" / name
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return source.check(tmp_path)


@pytest.mark.parametrize(("rule", "name", "text"), BREAKS)
def test_source_names_what_no_room_may_do(tmp_path: Path, rule: str, name: str, text: str) -> None:
    (line,) = _found(tmp_path, name, text)
    assert line.startswith(f"src/handrail/{name}:")
    assert f" {rule} " in line


@pytest.mark.parametrize(("name", "text"), CONTROLS)
def test_source_lets_a_lawful_line_pass(tmp_path: Path, name: str, text: str) -> None:
    assert _found(tmp_path, name, text) == []


@pytest.mark.parametrize("part", ["source", "templates"])
def test_our_own_sources_and_templates_hold(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (command.main(part), capsys.readouterr().out) == (0, "")


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("T1", "<p>Hello there</p>"),
        ("T1", "{% if worker %}Signed in{% endif %}"),
        ("T1", '<input aria-label="Amount given">'),
        ("T1", "<img alt='A shelf' src='{% static \"x\" %}'>"),
        ("T1", "<p>{{ n }} syringes</p>"),
        ("T1", '<meta name="description" content="Who we are">'),
        ("T2", '<p style="color: red">{{ n }}</p>'),
        ("T2", "<script>go()</script>"),
        ("T2", '<button onclick="go()">{{ n }}</button>'),
        ("T2", '<a href="javascript:go()">{{ n }}</a>'),
        ("T3", "{{ text|safe }}"),
        ("T3", "{% autoescape off %}{{ text }}{% endautoescape %}"),
        ("T4", "\n" * 151),
        ("T5", '{% include "ui/_button.html" with label="Save this" %}'),
    ],
)
def test_templates_names_what_a_page_may_not_hold(rule: str, text: str) -> None:
    assert {what[:2] for _, what in templates.wrong(text)} == {rule}


def test_templates_says_the_line() -> None:
    assert [line for line, _ in templates.wrong("{# a\nb #}\n<p\n>Hello</p>")] == [4]


@pytest.mark.parametrize(
    "text",
    [
        '<p class="lead">{% translate "Hello there" %}</p>',
        "{% blocktranslate %}Hello there{% endblocktranslate %}",
        "{# a note #}{% comment %}A note{% endcomment %}<!-- a note -->",
        '<input aria-label="{% translate "Amount" %}" name="amount" value="given">',
        '<script src="{% static "ui/app.js" %}" defer></script>',
        '<script id="told" type="application/json">{"a": 1}</script>',
        "Handrail &nbsp; 12 {{ n }}",
        '{% include "ui/_button.html" with label=_("Save this") kind="primary" %}',
        "{% block width %}narrow{% endblock %}",
        '<meta name="viewport" content="width=device-width">',
    ],
)
def test_templates_lets_a_translated_page_pass(text: str) -> None:
    assert list(templates.wrong(text)) == []
