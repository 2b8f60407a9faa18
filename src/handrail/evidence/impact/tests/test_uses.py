"""Where each value is used, and that nothing unread is a default."""

from handrail.evidence.impact import library, transmission
from handrail.evidence.impact.uses import uses


def test_every_row_is_there_and_every_effect_a_family_takes_says_so():
    found = {one.effect.id: one for one in uses()}
    assert list(found) == list(library.shipped())
    for name, keys in transmission.EFFECTS.items():
        for key in filter(None, keys):
            assert f"transmission, effects={name}" in found[key].places
    assert found["scs_overdose_500m"].places == ("supervised-site",)


def test_nothing_to_verify_or_under_an_erratum_is_a_default():
    standing = {one.effect.id: one.standing for one in uses()}
    assert standing["oat_all_cause"] == standing["svr_interferon"] == "named"
    assert standing["drug_checking_mortality"] == standing["scs_pooled"] == "none"
    assert standing["oat_hcv_uk"] == "default"
    taken = {one.effect.id for one in uses() for place in one.places if "check of" not in place}
    assert {standing[key] for key in taken} == {"default"}
