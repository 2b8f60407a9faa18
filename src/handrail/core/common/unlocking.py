"""Where the passphrase of a wrapped key folder comes from, and how a server's own processes get what it opened.

A passphrase is typed on the terminal, or read from a file descriptor (`HANDRAIL_PASSPHRASE_FD`) or from a systemd credential
(`handrail-passphrase`, which systemd may keep sealed to the machine's TPM). The environment is no place for it, save in a demo:
other programs can read it there.
"""

import getpass
import os
import sys
from pathlib import Path

from . import wrapping
from .refusals import Refused

FILE, TEXT, CREDENTIAL = "HANDRAIL_PASSPHRASE_FD", "HANDRAIL_PASSPHRASE", "handrail-passphrase"
HANDED_ON = "HANDRAIL_UNLOCKED"  # names the parent's memory file that holds the data key: nothing secret itself


def unlock(folder: Path, *, demo: bool) -> None:
    """Open a key folder for this process, where a passphrase stands before it.

    Raises:
        Refused: `keys-locked` when nobody says the passphrase; `wrong-passphrase`; `passphrase-in-environment`.
    """
    if not wrapping.is_wrapped(folder) or wrapping.is_open(folder):
        return
    try:
        wrapping.install(folder, Path(os.environ[HANDED_ON]).read_bytes())
    except (KeyError, OSError):
        wrapping.unwrap(folder, passphrase(demo=demo))


def hand_on(folder: Path) -> dict[str, str]:
    """Return what a child's environment needs so that it opens the folder as we did: empty where no passphrase is needed.

    The data key stands in a file in memory that only this user's processes can open, while this process lives.
    """
    key = wrapping.data_key(folder)
    if key is None:
        return {}
    file = os.memfd_create("handrail")
    os.write(file, key)
    return {HANDED_ON: f"/proc/{os.getpid()}/fd/{file}"}


def passphrase(*, demo: bool, ask: str = "passphrase of the keys: ") -> str:
    """Return the passphrase from where it is told, or ask on the terminal. Raises as `unlock`."""
    if TEXT in os.environ:
        if not demo:
            raise Refused("passphrase-in-environment")
        return os.environ[TEXT]
    if FILE in os.environ:
        with open(int(os.environ[FILE]), encoding="utf-8", closefd=False) as file:
            if file.seekable():  # a program before us may have read it
                file.seek(0)
            return _line(file.read())
    credential = Path(os.environ.get("CREDENTIALS_DIRECTORY", "/nowhere")) / CREDENTIAL
    if credential.exists():
        return _line(credential.read_text(encoding="utf-8"))
    if not sys.stdin.isatty():
        raise Refused("keys-locked")
    return getpass.getpass(ask)


def _line(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r")
