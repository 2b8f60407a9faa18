"""The sources that can be read: whose data, under which terms, and the reader of its rows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from handrail.services.drugchecking.rules import Issue

from . import lists, samples, tables
from .cells import Aliases
from .drafts import Counted, Result

Rows = Iterator[tuple[int, Mapping[str, Any] | None]]  # line and cells by column; None for what is no row

Told = tuple[
    int, Result | Counted | None, list[Issue], list[Issue]
]  # line, what it says, what was refused, what is worth a note


@dataclass(frozen=True)
class Source:
    """One layout: `form` is csv, json or sqlite; `columns` must be there, others are ignored by name."""

    kind: str
    source: str
    licence: str
    form: str
    columns: tuple[str, ...]
    read: Callable[[Rows, Aliases], Iterator[Told]]

    @property
    def parser(self) -> str:
        """The reader and its version, kept with each file."""
        return f"{self.kind}/1"


UNSTATED = "none stated: not to be passed on"
MIT = "MIT"
SOURCES: Mapping[str, Source] = {
    one.kind: one
    for one in (
        Source(
            "unc-gcms",
            "opioiddatalab/drugchecking",
            MIT,
            "csv",
            ("sampleid", "substance", "abundance", "method", "date_complete"),
            samples.unc,
        ),
        Source(
            "unc-monthly", "opioiddatalab/drugchecking monthly", MIT, "csv", ("month", "n_samples"), tables.unc_monthly
        ),
        Source(
            "bc-quantity",
            "BCCSU/drug-checking-symposium",
            UNSTATED,
            "csv",
            ("Health Authority", "Sample ID", "Visit Date (ISO)", "Drug", "Quant"),
            samples.bc_quantity,
        ),
        Source("nyc-monthly", "nychealth/drugchecking-data", UNSTATED, "csv", ("yr_mo", "Total_Lab"), tables.nyc),
        Source(
            "nflis",
            "NFLIS-Drug",
            "US federal data",
            "csv",
            ("YYYY", "STATE", "BASE_DESCRIPTION", "DRUG_REPORTS"),
            tables.nflis,
        ),
        Source("wedinos", "WEDINOS", UNSTATED, "json", ("referenceCode", "analysed"), lists.wedinos),
        Source("ecstasydata", "EcstasyData", UNSTATED, "sqlite", ("Pill_ID", "Substance_Name"), lists.ecstasydata),
    )
}
