"""`handrail bench`: what is measured, by name; one line a figure."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

from .benches import board, encounters, evidence, imports, models, recall, spectra, stock, sync, watch
from .benches.figures import Figure
from .setting_up import tell

BENCHES: Mapping[str, Callable[[], Iterator[Figure]]] = {
    **encounters.BENCHES,
    **models.BENCHES,
    **board.BENCHES,
    "recall": recall.recall_200k,
    "stock-1m": stock.stock_1m,
    "import-rows": imports.import_rows,
    "indicators": evidence.indicators,
    "spectra": spectra.spectra,
    "supply-watch": watch.supply_watch,
    "sync": sync.sync_20x2000,
}


def run(names: Sequence[str], *, json: bool) -> int:
    """Run the named benches (all of them without a name) in temporary homes, a line a figure; return 2 for a wrong name."""
    if unknown := sorted(set(names) - set(BENCHES)):
        print(f"There is no bench {', '.join(unknown)}. Choose from: {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    for name in names or BENCHES:
        tell(f"measuring {name}")
        for figure in BENCHES[name]():
            print(figure.line(as_json=json), flush=True)
    return 0
