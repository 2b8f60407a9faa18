"""Each template of the desk compiles and is shown by something."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

import handrail

SOURCE = Path(handrail.__file__).parent
PLACES = {"desk": "fronts/desk", "ui": "core/ui"}
TEMPLATES = sorted(
    f"{folder}/{file.name}"
    for folder, place in PLACES.items()
    for file in (SOURCE / place / "templates" / folder).glob("*.html")
)
NAMED = re.compile(r'"((?:desk|ui)/[\w-]+\.html)"')


@pytest.fixture(scope="module")
def shown() -> set[str]:
    """Return every template that a page, another template or a setting names."""
    files = [file for kind in ("*.py", "*.html") for file in SOURCE.rglob(kind) if "tests" not in file.parts]
    return {name for file in files for name in NAMED.findall(file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_compiles_and_is_shown(shown, name) -> None:
    assert get_template(name) and name in shown
