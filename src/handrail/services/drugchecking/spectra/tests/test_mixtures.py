"""Mixtures made of open pure spectra, with drift, noise and unequal response."""

import numpy as np
import pytest

from handrail.core.common.refusals import Refused
from handrail.services.drugchecking.spectra import infrared, mixture
from handrail.services.drugchecking.spectra.spectrum import spectrum

MIXTURES, LEAST = 500, 0.1
ISOMERS = (("AcetylFentanyl", "BenzylFentanyl"), ("Amphetamine", "Methamphetamine"))


def _mixture(pure, rng):
    """One to three parts, each at least a tenth: response by substance and voltage, noise on every peak, false peaks, drift."""
    some = list(rng.choice(list(pure), int(rng.integers(1, 4)), replace=False))
    parts = np.maximum(rng.dirichlet(np.full(len(some), 2.0)), LEAST) * np.exp(rng.normal(0, 0.3, len(some)))
    drift, made = rng.normal(0, 0.02), {}
    for volts in (30, 60, 90):
        x, y = [rng.uniform(50, 400, 40)], [rng.exponential(0.0005, 40)]
        for name, part in zip(some, parts, strict=True):
            one = pure[name][volts]
            x.append(one.x + drift + rng.normal(0, 0.005, len(one.x)))
            y.append(one.y / one.y.sum() * part * np.exp(rng.normal(0, 0.1) + rng.normal(0, 0.15, len(one.y))))
        made[volts] = spectrum("mass", np.concatenate(x), np.concatenate(y), y_unit="intensity")
    return set(some), made


@pytest.mark.scenario("drugchecking:20")
def test_all_voltages_together_tell_more_than_any_alone(pure):
    rng = np.random.default_rng(20)
    made = [_mixture(pure, rng) for _ in range(MIXTURES)]

    def right(voltages):
        told = (mixture.unmix(one, pure, voltages=voltages) for _, one in made)
        exact = ({part.names for part in one.components if part.reported} for one in told)
        return np.mean([names == {(name,) for name in some} for names, (some, _) in zip(exact, made, strict=True)])

    jointly = right(None)

    assert jointly >= 0.7  # every part by its own name; a part too small beside its isomer is told with it
    assert all(jointly > right([volts]) for volts in (30, 60, 90))
    for some, one in made:
        reported = {part.names for part in mixture.unmix(one, pure).components if part.reported}
        for pair in ISOMERS:
            present = some & set(pair)
            if len(present) == 1:
                assert ({*pair} - present).isdisjoint(name for names in reported if len(names) == 1 for name in names)


def test_a_pure_spectrum_is_explained_by_itself(pure):
    told = mixture.unmix(pure["Amphetamine"], pure)

    assert told.reported == {"Amphetamine"}
    assert told.explained == pytest.approx(1.0, abs=1e-6)
    assert told.residual == pytest.approx(0.0, abs=1e-6)


def test_what_is_in_no_library_stays_unexplained(pure):
    known = {name: one for name, one in pure.items() if name != "BenzylFentanyl"}

    told = mixture.unmix(pure["BenzylFentanyl"], known)

    assert told.explained < 0.6
    assert told.residual > 0.5


def test_alike_spectra_are_told_as_a_group(pure):
    told = mixture.unmix(pure["Methamphetamine"], pure, voltages=[90])

    assert told.components[0].names == ("Amphetamine", "Methamphetamine")


def test_without_a_shared_voltage_nothing_is_fitted(pure):
    with pytest.raises(Refused) as refused:
        mixture.unmix({45: pure["Amphetamine"][30]}, pure)
    assert refused.value.code == "no-shared-voltage"


def _band(*centres):
    x = np.arange(600.0, 1800.0, 2.0)
    return spectrum("infrared", x, sum(np.exp(-(((x - c) / 12) ** 2)) for c in centres), y_unit="absorbance")


def test_infrared_ranks_and_unmixes_with_the_sites_own_library():
    library = {"one": _band(700, 1200), "two": _band(900, 1500), "three": _band(1100, 1650)}
    mixed = spectrum(
        "infrared", library["one"].x, 0.7 * library["one"].y + 0.3 * library["two"].y + 0.01, y_unit="absorbance"
    )

    ranked, parts = infrared.rank(mixed, library), infrared.unmix(mixed, library)

    assert [one.name for one in ranked][:2] == ["one", "two"]
    assert ranked[0].quality > 0.8
    assert parts.weights["one"] == pytest.approx(0.7, abs=0.02) and parts.weights["three"] == pytest.approx(0, abs=0.01)
    assert parts.explained > 0.99


def test_infrared_wants_absorbance_and_enough_in_common():
    narrow = spectrum("infrared", np.arange(3000.0, 3100.0), np.ones(100), y_unit="absorbance")
    raw = spectrum("infrared", np.arange(600.0, 1800.0), np.ones(1200), y_unit="unknown")

    for query, code in ((narrow, "spectrum-axis"), (raw, "spectrum-unit")):
        with pytest.raises(Refused) as refused:
            infrared.rank(query, {"one": _band(700)})
        assert refused.value.code == code
    with pytest.raises(Refused):
        infrared.unmix(narrow, {})
