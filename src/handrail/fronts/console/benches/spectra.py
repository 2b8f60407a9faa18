"""Search and mixtures on open spectra, beside matchms where it is installed; processor seconds, because machines are shared."""

import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from handrail.core.common import home

from .figures import Figure
from .peers import matchms_search

FOLDER = home.ROOT.parent / "shared" / "data" / "drugchecking"
TOLERANCE = 0.01  # Da
PEER = "matchms==0.33.1"
PEER_SECONDS = 900
VOLTAGES = (30, 60, 90)
PURE = ("AcetylFentanyl", "BenzylFentanyl", "Amphetamine", "Methamphetamine")
FITS = 500
FLOOR_MS = 50.0  # for one mixture at the bench: nobody notices


def spectra() -> Iterator[Figure]:
    """Yield `spectra-search` (whole library, no precursor), `spectra-search-precursor`, their top-1, and `spectra-mixture`."""
    yield from _search()
    yield _mixture()


def _search() -> Iterator[Figure]:
    from handrail.services.drugchecking.spectra import reading
    from handrail.services.drugchecking.spectra.library import Library
    from handrail.services.drugchecking.spectra.scores import COSINE
    from handrail.services.drugchecking.spectra.search import search_many

    library = Library(reading.read((FOLDER / "spectra_ms" / "massbank_drugs_msms_library.msp").read_bytes()))
    library.packed_by_mass(COSINE)
    places = _left_out(library)
    without = [library.entries[place].contributor for place in places]
    known = [library.spectra[place] for place in places]
    blind = [
        replace(one, facts={name: fact for name, fact in one.facts.items() if name != "PRECURSORMZ"}) for one in known
    ]
    peer = _peer(library, places)
    for name, queries, how in (("spectra-search", blind, "whole"), ("spectra-search-precursor", known, "precursor")):
        began = time.process_time()
        found = search_many(queries, library, without=without)
        seconds = time.process_time() - began
        right = sum(
            one.hits[0].entry.key == library.entries[at].key for one, at in zip(found, places, strict=True)
        ) / len(places)
        theirs, top = peer.get(how, (0.0, 0.0))
        against = f"{PEER} CosineGreedy, same peaks and queries" if peer else ""
        each, other = (round(one * 1000 / len(places), 3) for one in (seconds, theirs))
        yield Figure(name, each, "cpu ms", len(places), against, other, round(theirs / seconds, 1))
        yield Figure(
            f"{name}-top-1",
            round(right, 5),
            "share",
            len(places),
            against,
            round(top, 5),
            round(right / top, 4) if top else 0,
        )


def _left_out(library: Any) -> list[int]:
    """Return the spectra whose key has another contributor too."""
    contributors: dict[str, set[str]] = defaultdict(set)
    for one in library.entries:
        contributors[one.key].add(one.contributor)
    return [place for place, one in enumerate(library.entries) if len(contributors[one.key]) > 1]


def _peer(library: Any, places: Sequence[int]) -> dict[str, tuple[float, float]]:
    """Run matchms in an environment of its own on the same peaks; empty, and said so, where it cannot be brought."""
    from handrail.services.drugchecking.spectra.scores import below_precursor

    peaks = (below_precursor(one) for one in library.spectra)
    told = [
        [mz.tolist(), (y / y.max()).tolist(), one.precursor, one.key, one.contributor]
        for (mz, y), one in zip(peaks, library.entries, strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "peaks.json"
        file.write_text(
            json.dumps({"spectra": told, "queries": list(places), "tolerance": TOLERANCE}), encoding="utf-8"
        )
        uv = Path(sys.executable).with_name("uv")
        command = [
            str(uv),
            "run",
            "--no-project",
            "--quiet",
            "--with",
            PEER,
            "python",
            matchms_search.__file__,
            str(file),
        ]
        try:
            done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PEER_SECONDS)
        except (OSError, subprocess.SubprocessError):
            print(f"{PEER} could not be brought by uv: no peer stands beside these rows", file=sys.stderr)
            return {}
    return {name: (seconds, top) for name, (seconds, top) in json.loads(done.stdout.splitlines()[-1]).items()}


def _mixture() -> Figure:
    from handrail.services.drugchecking.spectra import mixture, reading

    pure = {
        name: {
            v: reading.read((FOLDER / "dart_ms" / f"{name}_{v}V.txt").read_bytes(), kind="mass")[0] for v in VOLTAGES
        }
        for name in PURE
    }
    began = time.process_time()
    for turn in range(FITS):
        mixture.unmix(pure[PURE[turn % len(PURE)]], pure)
    each = (time.process_time() - began) * 1000 / FITS
    return Figure("spectra-mixture", round(each, 3), "cpu ms", FITS, "at most", FLOOR_MS, round(FLOOR_MS / each, 1))
