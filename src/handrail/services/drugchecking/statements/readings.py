"""What the rules are told: readings of tests, and what methods, strips and substances can show. Numbers carry their source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum


class Category(IntEnum):
    """What may be said of a substance or panel, weakest first; the highest of all readings wins."""

    NOT_TESTED = 0
    NOT_DETECTED = 1
    INDETERMINATE = 2
    ISOMER = 3
    TRACE = 4
    LIKELY = 5
    DETECTED = 6


CATEGORIES = tuple(Category)


class Mark(StrEnum):
    """The outcome of a strip."""

    REACTED = "reacted"
    DID_NOT_REACT = "did-not-react"
    FAINT = "faint"
    NO_CONTROL = "no-control"


class Amount(StrEnum):
    """How much of a component an instrument saw."""

    MAIN = "main"
    SOME = "some"
    TRACE = "trace"


STRIP, FTIR, LABORATORY = "strip", "ftir", "laboratory"
METHODS = (STRIP, FTIR, LABORATORY)

FENTANYL, XYLAZINE, BENZODIAZEPINES, NITAZENES = "fentanyl", "xylazine", "benzodiazepines", "nitazenes"
OPIOIDS, SEDATIVES = "opioids", "sedatives"  # no strip looks for these: an instrument names one of them
PANELS = (NITAZENES, FENTANYL, OPIOIDS, XYLAZINE, SEDATIVES, BENZODIAZEPINES)  # the gravest is said first
STRIPS = (FENTANYL, XYLAZINE, BENZODIAZEPINES, NITAZENES)  # in the order in which they are done
FTIR_SEES = frozenset(
    {FENTANYL, OPIOIDS, XYLAZINE, BENZODIAZEPINES}
)  # above its limit; nitazenes lie below it: not tested


@dataclass(frozen=True)
class Product:
    """A strip as its maker sells it: what it looks for, from which strength (ng/mL), what it misses, what else makes it react.

    `cross_from` is the strength of the sample (µg/mL) from which the others make it react; 0: at any. Source: see PRODUCTS.
    """

    panel: str
    name: str
    limit_ng_ml: int = 0
    misses: tuple[str, ...] = ()
    cross: tuple[str, ...] = ()
    cross_from: int = 0


PRODUCTS: Mapping[str, Product] = {
    # 200 ng/mL, misses: PMC9588631. Others from 1 mg/mL: Lockwood 2021, HRJ 18:30.
    "btnx-fentanyl": Product(FENTANYL, "BTNX", 200, ("carfentanil", "furanylfentanyl"), ("methamphetamine", "mdma", "diphenhydramine"), 1000),
    # consistent at 2.5 µg/mL; lidocaine the only one of 77: Sisco, chemrxiv 646cf52f
    "btnx-xylazine": Product(XYLAZINE, "BTNX", 2500, (), ("lidocaine",)),
    # other makers: chemrxiv 66fabc53
    "other-xylazine": Product(XYLAZINE, "", 0, (), ("lidocaine", "levamisole", "ketamine", "methamphetamine", "diphenhydramine", "promethazine", "cetirizine")),
    # yes or no, not every relative: drugcheckingbc.ca/technologies
    "benzodiazepine": Product(BENZODIAZEPINES, ""),
    "nitazene": Product(NITAZENES, ""),
}  # fmt: skip
FTIR_LIMIT = (5, 10)  # per cent of the mixture: drugcheckingbc.ca/technologies


@dataclass(frozen=True)
class Component:
    """A substance or isomer group that a test found. `panels` are those it belongs to; `members` are there for a group.

    `percent_tenths` and `give_or_take_tenths`: a tenth of a per cent each; 0 where not measured.
    """

    substance: str
    name: str
    amount: Amount = Amount.MAIN
    panels: frozenset[str] = frozenset()
    members: tuple[str, ...] = ()
    percent_tenths: int = 0
    give_or_take_tenths: int = 0


@dataclass(frozen=True)
class Reading:
    """One test as the rules see it.

    A strip has a `panel` and a `mark`; `product` and `lot` are empty where nobody wrote them down; `ug_per_ml` is the strength of
    the sample in the water, 0 where not known. An instrument has `components`, none when it saw nothing it knows; `looked_for` are
    the panels its library covers. `withdrawn` is why the test counts for nothing; empty for one that stands.
    """

    method: str
    day: date
    panel: str = ""
    mark: Mark | None = None
    product: str = ""
    lot: str = ""
    ug_per_ml: int = 0
    components: tuple[Component, ...] = ()
    looked_for: frozenset[str] = frozenset()
    withdrawn: str = ""

    @property
    def papered(self) -> bool:
        """Tell whether brand and lot of the strip are known."""
        return self.product in PRODUCTS and PRODUCTS[self.product].panel == self.panel and bool(self.lot)
