"""Import contracts: each is broken by one import, and holds with an import that it allows."""

import tomllib

import pytest

from .conftest import ROOT, Copy

BREAKS = [
    ("floors", {"core/common/ids.py": "import handrail.services.exchange.rules"}),
    ("floors", {"services/exchange/rules.py": "import handrail.evidence.release"}),
    ("floors", {"evidence/release/__init__.py": "import handrail.fronts.public"}),
    ("floors", {"fronts/desk/urls.py": "import handrail.config.urls"}),
    ("floors", {"helpers/__init__.py": "'''A floor nobody planned.'''"}),
    ("core", {"core/journal/kinds.py": "import handrail.core.org.rules"}),
    ("core", {"core/people/rules.py": "import handrail.core.supplies.rules"}),
    ("core", {"core/common/ids.py": "import handrail.core.ui.refusals"}),
    ("core", {"core/shared/__init__.py": "'''A room nobody planned.'''"}),
    ("encounters-not-supplies", {"core/encounters/rules.py": "import handrail.core.supplies.rules"}),
    ("evidence", {"evidence/indicators/__init__.py": "import handrail.evidence.release"}),
    ("evidence", {"evidence/impact/__init__.py": "import handrail.evidence.indicators"}),
    ("evidence", {"evidence/dashboards/__init__.py": "'''A room nobody planned.'''"}),
    ("services-strangers", {"services/exchange/rules.py": "import handrail.services.naloxone.rules"}),
    ("services-strangers", {"services/education/__init__.py": "import handrail.services.drugchecking.rules"}),
    ("fronts-strangers", {"fronts/desk/forms.py": "import handrail.fronts.api.urls"}),
    ("plain-python", {"services/exchange/rules.py": "from django.db import connection"}),
    ("plain-python", {"core/supplies/rules.py": "import handrail.core.common.clock"}),
    ("plain-python", {"core/people/rules.py": "import handrail.core.people.queries"}),
    ("plain-python", {"core/common/periods.py": "from . import clock"}),
    ("plain-python", {"core/common/ids.py": "import django.conf"}),
    ("plain-python", {"evidence/impact/__init__.py": "import django.db"}),
    ("clock-at-the-edge", {"services/exchange/actions.py": "from handrail.core.common import clock"}),
    ("clock-at-the-edge", {"evidence/release/__init__.py": "from handrail.core.common import clock"}),
    ("no-foreign-models", {"fronts/desk/forms.py": "from handrail.core.org import models"}),
    ("no-foreign-models", {"fronts/console/checking.py": "import handrail.services.exchange.models"}),
    ("no-foreign-models", {"evidence/release/__init__.py": "import handrail.services.naloxone.models"}),
    ("facts-only", {"evidence/indicators/__init__.py": "import handrail.services.exchange.rules"}),
    ("views-without-models", {"services/exchange/views.py": "from . import models"}),
    ("views-without-models", {"services/exchange/forms.py": "from handrail.core.supplies.models import Item"}),
    ("public-front", {"fronts/public/urls.py": "import handrail.core.org.queries"}),
    ("public-front", {"fronts/public/urls.py": "import handrail.services.exchange.facts"}),
    ("public-front", {"fronts/public/urls.py": "import handrail.evidence.indicators"}),
    ("one-door", {"fronts/public/urls.py": "from handrail.evidence.release.published import DOOR"}),
    ("one-door", {"fronts/desk/forms.py": "import handrail.evidence.release.ledger"}),
    ("one-door", {"evidence/indicators/rates.py": "import handrail.evidence.release.models"}),
    ("files-by-release", {"fronts/public/data.py": "import csv"}),
    ("files-by-release", {"fronts/public/views.py": "from openpyxl import Workbook"}),
    ("plain-python", {"evidence/release/gate/tables.py": "import django.db"}),
    ("room-layers", {"services/exchange/rules.py": "from . import models"}),
    ("room-layers", {"services/exchange/models.py": "from . import actions"}),
    ("room-layers", {"services/exchange/actions.py": "from . import acts"}),
    ("room-layers", {"core/org/queries.py": "from . import acts"}),
]
CONTROLS = [
    ("floors", {"services/exchange/rules.py": "import handrail.core.common.periods"}),
    ("core", {"core/people/actions.py": "import handrail.core.org.rules"}),
    ("encounters-not-supplies", {"core/encounters/rules.py": "import handrail.core.people.rules"}),
    ("evidence", {"evidence/release/__init__.py": "import handrail.evidence.indicators"}),
    (
        "evidence",
        {"evidence/indicators/__init__.py": "import handrail.evidence.impact", "evidence/impact/__init__.py": ""},
    ),
    ("services-strangers", {"services/exchange/actions.py": "import handrail.core.supplies.queries"}),
    ("services-strangers", {"services/exchange/tests/test_probe.py": "import handrail.services.naloxone.rules"}),
    ("fronts-strangers", {"fronts/desk/forms.py": "import handrail.core.ui.refusals"}),
    ("plain-python", {"services/exchange/rules.py": "import fractions, handrail.core.common.periods"}),
    ("plain-python", {"services/exchange/tests/test_probe.py": "import django.db"}),
    ("clock-at-the-edge", {"services/exchange/views.py": "from handrail.core.common import clock"}),
    ("no-foreign-models", {"fronts/desk/forms.py": "import handrail.core.org.queries"}),
    ("facts-only", {"evidence/indicators/__init__.py": "import handrail.services.exchange.facts"}),
    ("views-without-models", {"services/exchange/views.py": "from . import actions"}),
    ("public-front", {"fronts/public/urls.py": "import handrail.evidence.release, handrail.core.common.periods"}),
    (
        "public-front",
        {"fronts/public/urls.py": "import handrail.services.exchange.public", "services/exchange/public.py": ""},
    ),
    ("one-door", {"fronts/desk/forms.py": "import handrail.evidence.release.actions"}),
    ("files-by-release", {"fronts/public/views.py": "from handrail.evidence.release import as_csv"}),
    ("room-layers", {"services/exchange/views.py": "from . import actions"}),
]


@pytest.mark.parametrize(("contract", "files"), BREAKS)
def test_contract_is_broken_by_a_forbidden_import(copy: Copy, contract: str, files: dict[str, str]) -> None:
    with copy.patched(files):
        done = copy.run("lint-imports", "--no-cache", "--no-logo", "--contract", contract)
    assert "0 kept, 1 broken" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize(("contract", "files"), CONTROLS)
def test_contract_holds_with_an_allowed_import(copy: Copy, contract: str, files: dict[str, str]) -> None:
    with copy.patched(files):
        done = copy.run("lint-imports", "--no-cache", "--no-logo", "--contract", contract)
    assert "1 kept, 0 broken" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


def test_every_contract_has_a_probe_that_breaks_it_and_one_that_does_not() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    names = {contract["id"] for contract in told}
    assert {name for name, _ in BREAKS} == names == {name for name, _ in CONTROLS}
