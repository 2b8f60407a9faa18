"""Open instrument files; absent, the tests say so."""

from collections.abc import Callable
from pathlib import Path

import pytest

from handrail.services.drugchecking.spectra import reading
from handrail.services.drugchecking.spectra.library import Library
from handrail.services.drugchecking.spectra.spectrum import Spectrum


@pytest.fixture(scope="session")
def files() -> Path:
    from conftest import SHARED

    folder = SHARED / "data" / "drugchecking"
    if not folder.is_dir():
        pytest.skip(f"NOT RUN: the shared library is not at {SHARED}")
    return folder


@pytest.fixture
def opened(files: Path) -> Callable[[str], Spectrum]:
    """Read one of the infrared and Raman files."""
    return lambda name: reading.read((files / "ir_formats" / name).read_bytes())[0]


@pytest.fixture(scope="session")
def library(files: Path) -> Library:
    """1,036 open MS/MS spectra of 74 keys."""
    return Library(reading.read((files / "spectra_ms" / "massbank_drugs_msms_library.msp").read_bytes()))


@pytest.fixture(scope="session")
def pure(files: Path) -> dict[str, dict[int, Spectrum]]:
    """Four pure substances at three voltages."""
    names = ("AcetylFentanyl", "BenzylFentanyl", "Amphetamine", "Methamphetamine")
    return {
        name: {
            volts: reading.read((files / "dart_ms" / f"{name}_{volts}V.txt").read_bytes(), kind="mass")[0]
            for volts in (30, 60, 90)
        }
        for name in names
    }
