"""What lies on a tablet that somebody takes."""

import re
import shutil
from pathlib import Path

from playwright.sync_api import expect

from handrail.core.people import rules as people
from handrail.fronts.console import trial

from .tablets import SYRINGE, Tablets, visits


def test_profile_holds_no_canary_after_50_offline_encounters(
    tablet: Tablets, house: trial.House, tmp_path: Path
) -> None:
    van = tablet()
    pin = "849271"
    page = van.enrol("ash", pin)
    before = visits(house)
    van.offline()
    canaries = [pin, trial.PASSWORD]
    for n in range(50):
        code, amount = people.new_code(), 71_000 + n * 13
        canaries += [code, str(amount)]
        page.locator("#card").fill(code)
        page.locator(f"#give-{SYRINGE}").fill(str(amount))
        page.locator("#done").click()
        expect(page.locator("#card")).to_have_value("")
    page.wait_for_timeout(6_000)  # Chromium writes a page's form state with a delay
    van.kill()
    killed = tmp_path / "killed"
    shutil.copytree(van.profile, killed, ignore=shutil.ignore_patterns("Singleton*"))
    assert found_in(killed, canaries) == []
    van.start().open()
    van.sent()
    van.page.wait_for_timeout(1_000)
    van.close()
    assert found_in(van.profile, canaries) == []
    assert visits(house) == before + 50
    (van.profile / "control").write_bytes(f'"{canaries[2]}"'.encode("utf-16-le"))
    assert found_in(van.profile, canaries) == [canaries[2]]  # the search finds what is there


def found_in(folder: Path, canaries: list[str]) -> list[str]:
    """Return the canaries that stand in any file or file name, in UTF-8 or UTF-16, also where LevelDB has squeezed a block."""
    found = set()
    for file in folder.rglob("*"):
        if not file.is_file():
            continue
        data = file.read_bytes() + str(file).encode()
        texts = [data, *unsqueezed(data)] if file.suffix in {".ldb", ".sst"} else [data]
        for told in texts:
            found |= {one for one in canaries if stands_in(told, one, "utf-8") or stands_in(told, one, "utf-16-le")}
    return sorted(found)


def stands_in(told: bytes, canary: str, coding: str) -> bool:
    """Tell whether a canary stands there as a word: five digits within a longer number, key or time are chance."""
    text, letter = re.escape(canary.encode(coding)), b"[0-9A-Za-z]" + (b"\\x00" if coding == "utf-16-le" else b"")
    return canary.encode(coding) in told and bool(
        re.search(b"(?<!%b)%b(?!%b)" % (letter, text, letter), told, re.DOTALL)
    )


def unsqueezed(data: bytes) -> list[bytes]:
    """Unsqueeze the blocks of a LevelDB table: each block's last five bytes are a type (1: snappy) and a checksum."""
    if len(data) < 48 or data[-8:] != b"\x57\xfb\x80\x8b\x24\x75\x47\xdb":
        return []
    footer, place = data[-48:], 0
    handles = []
    for _ in range(4):
        value, place = varint(footer, place)
        handles.append(value)
    index = block(data, handles[2], handles[3])
    return [block(data, *where) for where in entries(index)]


def block(data: bytes, offset: int, size: int) -> bytes:
    raw, kind = data[offset : offset + size], data[offset + size]
    return snappy(raw) if kind == 1 else raw


def entries(index: bytes) -> list[tuple[int, int]]:
    restarts = int.from_bytes(index[-4:], "little")
    end, place, found = len(index) - 4 - 4 * restarts, 0, []
    while place < end:
        _, place = varint(index, place)
        unshared, place = varint(index, place)
        length, place = varint(index, place)
        value = index[place + unshared : place + unshared + length]
        offset, at = varint(value, 0)
        size, _ = varint(value, at)
        found.append((offset, size))
        place += unshared + length
    return found


def varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, place


def snappy(data: bytes) -> bytes:
    """Undo Snappy's squeezing (format description, 2011): literals and copies."""
    _, place = varint(data, 0)
    out = bytearray()
    while place < len(data):
        tag = data[place]
        place += 1
        if tag & 3 == 0:
            length = tag >> 2
            if length >= 60:
                extra = length - 59
                length = int.from_bytes(data[place : place + extra], "little")
                place += extra
            out += data[place : place + length + 1]
            place += length + 1
            continue
        if tag & 3 == 1:
            length, offset = (tag >> 2 & 7) + 4, (tag >> 5) << 8 | data[place]
            place += 1
        else:
            extra = 2 if tag & 3 == 2 else 4
            length, offset = (tag >> 2) + 1, int.from_bytes(data[place : place + extra], "little")
            place += extra
        for _ in range(length):
            out.append(out[-offset])
    return bytes(out)
