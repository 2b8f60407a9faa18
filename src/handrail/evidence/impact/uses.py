"""Where each value of the parameter library is used: by which family and set of effects, and whether a run may take it without being asked."""

from dataclasses import dataclass

from . import library, supervised_site, transmission


@dataclass(frozen=True)
class Use:
    """A row of the library with every place that takes it; nobody may take one marked `verify` or `erratum` by default."""

    effect: library.Effect
    places: tuple[str, ...]

    @property
    def standing(self) -> str:
        """How it may be used, as a word: `default`, `named` (only where a scenario names it), `none` (no estimate exists)."""
        if self.effect.estimate is None:
            return "none"
        return "default" if self.effect.may_be_default else "named"


def uses() -> list[Use]:
    """Return every row of the library that comes with the house, in its order."""
    found: dict[str, list[str]] = {key: [] for key in library.shipped()}
    for name, keys in transmission.EFFECTS.items():
        for key in filter(None, keys):
            found[key].append(f"{transmission.FAMILY}, effects={name}")
    for key in supervised_site.EFFECTS:
        found[key].append(supervised_site.FAMILY)
    found["svr_interferon"].append(f"{transmission.FAMILY}, check of Martin 2013 (--set cured)")
    return [Use(effect, tuple(found[key])) for key, effect in library.shipped().items()]
