"""Every open file is read; whatever is broken is refused by name, quickly."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.core.common.refusals import Refused
from handrail.core.ui.refusals import CATALOGUE
from handrail.services.drugchecking.spectra import reading

HEAD = "##TITLE=made up\n##JCAMP-DX=4.24\n##DATA TYPE=INFRARED SPECTRUM\n##XUNITS=1/CM\n##YUNITS=ABSORBANCE\n"
FOUR = "##XFACTOR=1\n##YFACTOR=0.5\n##FIRSTX=400\n##LASTX=406\n##NPOINTS=4\n##XYDATA=(X++(Y..Y))\n"


def _jcamp(table: str, head: str = HEAD + FOUR) -> bytes:
    return f"{head}{table}\n##END=\n".encode()


@pytest.mark.scenario("drugchecking:21")
def test_the_open_files_are_read(opened):
    jdx, opus, pva = opened("fitr_nitrocellulose.jdx"), opened("ftir_ps.0"), opened("ftir_pva_without_header.csv")
    hdpe, spc = opened("raman_hdpe.csv"), opened("raman_atacamit.spc")

    assert (len(jdx.x), jdx.y_unit, jdx.title) == (7154, "reflectance", "Nitrocellulose")
    assert jdx.y.min() == pytest.approx(0.010623585, abs=1e-8) and jdx.y.max() == pytest.approx(0.69885999, rel=1e-7)
    assert (len(opus.x), opus.y_unit) == (2126, "absorbance")
    assert opus.x[-1] == pytest.approx(4497.5367913246155) and opus.y[-1] == pytest.approx(
        0.02361715, rel=1e-6
    )  # brukeropus 1.4.3
    assert (len(pva.x), pva.y_unit, pva.flagged) == (863, "unknown", True)
    assert (len(hdpe.x), hdpe.x[0]) == (964, 301.04)
    assert (len(spc.x), spc.x[-1]) == (559, 1050.0)
    for one in (jdx, opus, pva, hdpe, spc):
        assert (np.diff(one.x) > 0).all()
    assert jdx.flagged and not opus.flagged


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("400 2 4 6 8", "AFFN"),
        ("400+2+4+6+8", "PAC"),
        ("400B D F H", "SQZ"),
        ("400BKKK\n406H", "DIF with its check"),
        ("400BKU\n406H", "DIF and DUP"),
        ("400BDFH", "SQZ, one after the other"),
        ("400B D\n404F H", "two lines"),
    ],
)
def test_packed_ordinates_are_unpacked(table, why):
    told = reading.read(_jcamp(table))[0]

    assert list(told.y) == [1.0, 2.0, 3.0, 4.0], why
    assert list(told.x) == [400.0, 402.0, 404.0, 406.0]


def test_repeated_and_negative_ordinates_are_unpacked():
    assert list(reading.read(_jcamp("400AU\n406a"))[0].y) == [0.5, 0.5, 0.5, -0.5]
    assert list(reading.read(_jcamp("400@j%J"))[0].y) == [0.0, -0.5, -0.5, 0.0]


def test_a_wrong_check_is_a_cut_file():
    with pytest.raises(Refused) as refused:
        reading.read(_jcamp("400BKK\n404I K"))
    assert refused.value.code == "spectrum-cut"


def test_transmittance_becomes_absorbance_and_micrometres_wavenumbers():
    head = HEAD.replace("ABSORBANCE", "TRANSMITTANCE").replace("1/CM", "MICROMETERS")
    pairs = "##NPOINTS=2\n##XYPOINTS=(XY..XY)\n5, 0.1; 10, 0.01"

    told = reading.read(_jcamp(pairs, head))[0]

    assert list(told.x) == [1000.0, 2000.0]
    assert list(told.y) == pytest.approx([2.0, 1.0])
    assert told.y_unit == "absorbance"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not-a-spectrum"),
        (b"GIF89a\0\0\0 and so on", "not-a-spectrum"),
        (b"hello, this is a letter", "not-a-spectrum"),
        (_jcamp("400 2 4 6"), "spectrum-cut"),
        (_jcamp("400 2 4 6 8 10"), "spectrum-cut"),
        (_jcamp("400 2 4 6 8")[:-8], "spectrum-cut"),
        (_jcamp("400 2 x 6 8"), "spectrum-number"),
        (_jcamp("900 2 4 6 8"), "spectrum-axis"),
        (_jcamp("400 2 4 6 8", HEAD.replace("1/CM", "SECONDS") + FOUR), "spectrum-unit"),
        (_jcamp("400 2 4 6 8", HEAD.replace("INFRARED SPECTRUM", "NMR SPECTRUM") + FOUR), "spectrum-unit"),
        (_jcamp("400 2 4 6 8", HEAD + FOUR.replace("=4\n", "=400000000\n")), "spectrum-too-large"),
        (_jcamp("400 2 4 6 8", HEAD + FOUR.replace("##LASTX=406\n", "")), "spectrum-cut"),
        (_jcamp("400BZ99999999999"), "spectrum-number"),
        (b"time,signal\n1,2\n2,3\n", "spectrum-unit"),
        (b"wavenumber,absorbance\n400,1\n402,oops\n", "spectrum-number"),
        (b"wavenumber,absorbance\n400,1\n1e9,2\n", "spectrum-axis"),
        (b"wavenumber,absorbance\n400,nan\n402,2\n", "spectrum-number"),
        (b"NAME: x\nNum Peaks: 3\n50 1\n51 2\n", "spectrum-cut"),
        (b"NAME: x\nNum Peaks: 2\n50 one\n51 2\n", "spectrum-number"),
        (b"\x0a\x0a\xfe\xfe" + b"\xff" * 60, "spectrum-cut"),
        (b"\x00\x4b" + b"\0" * 100, "spectrum-cut"),
    ],
)
@pytest.mark.scenario("drugchecking:21")
def test_what_is_broken_is_refused_by_name(raw, code):
    with pytest.raises(Refused) as refused:
        reading.read(raw)

    assert refused.value.code == code
    assert code in CATALOGUE


def test_a_wrong_unit_says_what_was_expected():
    with pytest.raises(Refused) as refused:
        reading.read(_jcamp("400 2 4 6 8", HEAD.replace("1/CM", "SECONDS") + FOUR))
    assert refused.value.facts == {"expected": "1/CM, MICROMETERS, NANOMETERS"}


@pytest.mark.parametrize("name", ["fitr_nitrocellulose.jdx", "ftir_ps.0", "raman_atacamit.spc", "raman_hdpe.csv"])
def test_cut_and_changed_files_are_read_or_refused_quickly(files, name):
    whole = (files / "ir_formats" / name).read_bytes()
    rng = np.random.default_rng(21)
    for _ in range(60):
        raw = bytearray(whole[: int(rng.integers(1, len(whole)))] if rng.random() < 0.5 else whole)
        for place in rng.integers(0, len(raw), int(rng.integers(0, 30))):
            raw[place] = int(rng.integers(0, 256))
        began = time.process_time()
        try:
            reading.read(bytes(raw))
        except Refused as refused:
            assert refused.code in CATALOGUE
        assert time.process_time() - began < 2  # an answer is owed within two seconds; none of these comes near


@given(st.binary(max_size=600))
@settings(max_examples=300, deadline=None)
def test_anything_is_read_or_refused(raw):
    for prefix in (
        b"",
        b"##TITLE=x\n##XYDATA=(X++(Y..Y))\n",
        b"\x0a\x0a\xfe\xfe",
        b"\x00\x4b",
        b"NAME: x\nNum Peaks: 2\n",
    ):
        try:
            reading.read(prefix + raw)
        except Refused as refused:
            assert refused.code in CATALOGUE
