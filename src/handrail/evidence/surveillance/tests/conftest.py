"""Open histories the rules are judged by; absent, the tests say so."""

import csv
from datetime import date
from pathlib import Path

import pytest

from handrail.evidence.surveillance import Series


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def salmonella(shared: Path) -> list[dict[str, str]]:
    """312 weeks of a public-health series, with the alarms and bounds of R `surveillance` 1.20.3."""
    return _read(shared / "data" / "evidence" / "surv_salmonella_agona_expected_alarms_R_surveillance.csv")


@pytest.fixture
def unc(shared: Path) -> list[Series]:
    """The 16 substances of UNC's open history, 2022-2023, by month."""
    rows = _read(shared / "data" / "drugchecking" / "unc" / "unc_monthly_substance_counts_2022_2023.csv")
    n = tuple(int(row["n_samples"]) for row in rows)
    names = [name for name in rows[0] if name not in {"month", "n_samples"}]
    return [Series(name, "all", date(2022, 1, 1), tuple(int(row[name]) for row in rows), n) for name in names]


@pytest.fixture
def nflis(shared: Path) -> tuple[list[str], dict[str, Series]]:
    """National half-years to 2017 by base, a step each; the denominator is the drugs of the extract."""
    rows = _read(shared / "data" / "drugchecking" / "nflis" / "nflis_state_halfyear_1997_2017.csv")
    halves = sorted({f"{row['YYYY']} {row['half']}" for row in rows})
    counts: dict[str, list[int]] = {row["BASE_DESCRIPTION"]: [0] * len(halves) for row in rows}
    for row in rows:
        counts[row["BASE_DESCRIPTION"]][halves.index(f"{row['YYYY']} {row['half']}")] += int(row["DRUG_REPORTS"])
    n = tuple(sum(one[step] for one in counts.values()) for step in range(len(halves)))
    return halves, {base: Series(base, "US", date(1997, 1, 1), tuple(k), n) for base, k in counts.items()}
