"""Search as matchms does it: peaks and queries from a file that our bench wrote, seconds and firsts to the standard output.

Run by `handrail bench spectra` through `uv run --with matchms`; it is no dependency of anything.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any


def main() -> None:
    """Read `{spectra: [[mz], [y], mass, key, contributor], queries: [place], tolerance}`; write seconds and top-1 by window."""
    matchms, similarity, np = (import_module(name) for name in ("matchms", "matchms.similarity", "numpy"))
    matchms.set_matchms_logger_level("ERROR")
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    made = [matchms.Spectrum(mz=np.array(mz), intensities=np.array(y)) for mz, y, *_ in told["spectra"]]
    cosine = similarity.CosineGreedy(tolerance=told["tolerance"], intensity_power=0.5)
    cosine.pair(made[0], made[1])  # it compiles at its first pair
    answers = {window: _run(told, made, cosine, window=window) for window in (False, True)}
    print(json.dumps({"whole": answers[False], "precursor": answers[True]}))


def _run(told: dict[str, Any], made: list[Any], cosine: Any, *, window: bool) -> tuple[float, float]:
    """Return processor seconds and the part of queries whose first is right; with a window, pairs outside it are spared."""
    right, began = 0, time.process_time()
    for at in told["queries"]:
        _, _, mass, key, contributor = told["spectra"][at]
        best, first = (-1.0, -1), ""
        for other, (_, _, its_mass, its_key, its_contributor) in enumerate(told["spectra"]):
            if its_contributor == contributor or (window and abs(its_mass - mass) > told["tolerance"]):
                continue
            pair = cosine.pair(made[at], made[other])
            score = (float(pair["score"]), int(pair["matches"]))
            if score > best:
                best, first = score, its_key
        right += first == key
    return time.process_time() - began, right / len(told["queries"])


if __name__ == "__main__":
    main()
