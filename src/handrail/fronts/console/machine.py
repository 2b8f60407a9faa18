"""What this machine lacks and may be given: a package of the system, installed only as root and only after saying so."""

import os
import shutil
import socket
import subprocess

from .setting_up import tell

WAIT_FOR_APT_SECONDS = 300  # another installation may be running


def install(package: str) -> bool:
    """Install a Debian package where root may, saying so; tell whether it worked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    tell(f"installing {package} (apt-get; once on this machine)")
    apt = ("apt-get", "-qq", "-y", "-o", f"DPkg::Lock::Timeout={WAIT_FOR_APT_SECONDS}")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in ((*apt, "update"), (*apt, "--no-install-recommends", "install", package)):
        done = subprocess.run(
            words, env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False, umask=0o022
        )  # what belongs to the system is for all of it to read
    if done.returncode:
        tell(f"apt-get could not install {package}: {done.stderr.strip().splitlines()[-1:] or ['no word']}")
    return done.returncode == 0


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
