"""The server of a local network: killed, renewed, moved. Its name is looked up across a network of its own where root may make one."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest

from handrail.fronts.console.lan import authority

from .. import lan as network

ASK = """
import json, socket, ssl, sys, urllib.request, zeroconf
name, port, trust_port, mine, root = sys.argv[1:]
speaker = zeroconf.Zeroconf(interfaces=[mine])
asked = zeroconf.AddressResolverIPv4(name + ".")
found = asked.parsed_addresses() if asked.request(speaker, 8000) else []
speaker.close()
page = urllib.request.urlopen(f"http://{found[0]}:{trust_port}/", timeout=10).read().decode() if found else ""
context = ssl.create_default_context(cadata=root)
with socket.create_connection((found[0], int(port)), timeout=10) as plain, context.wrap_socket(plain, server_hostname=name) as talk:
    talk.sendall(f"GET / HTTP/1.1\\r\\nHost: {name}\\r\\nConnection: close\\r\\n\\r\\n".encode())
    status = talk.recv(12).decode()
print(json.dumps({"found": found, "page": name in page, "status": status}))
"""


@pytest.fixture
def lan():
    if not network.MEMORY.is_dir():
        pytest.skip("NOT RUN: there is no second volume (/dev/shm) for the keys")
    with network.served() as made:
        yield made


def ask(lan: network.Lan, *, timeout: float = 5) -> str:
    """Ask for the public page over https, trusting what the page of trust gives; return the status line's beginning."""
    context = ssl.create_default_context(
        cadata=authority.read(lan.folder).root.public_bytes(authority.Encoding.PEM).decode()
    )
    with (
        socket.create_connection((network.LOOPBACK, lan.house.port), timeout=timeout) as plain,
        context.wrap_socket(plain, server_hostname=lan.name) as talk,
    ):
        talk.sendall(f"GET / HTTP/1.1\r\nHost: {lan.name}\r\nConnection: close\r\n\r\n".encode())
        return talk.recv(12).decode()


def test_server_whose_keeper_was_killed_is_ended_by_the_next_start(lan) -> None:
    left = json.loads((lan.house.folder / "var" / "run" / "server.json").read_text())["group"]
    shown = Path((lan.house.folder / "var" / "run" / "shown").read_text())
    lan.house.server.send_signal(signal.SIGKILL)
    lan.house.server.wait()
    assert ask(lan) == "HTTP/1.1 200"  # the orphan still serves

    (lan.house.folder / "server.log").write_text("")
    lan.house.serve_lan(lan.name, trust_port=lan.trust_port)

    assert "left behind" in lan.house.said() and not Path(f"/proc/{left}").exists() and not shown.exists()
    assert ask(lan) == "HTTP/1.1 200"


def test_renewed_certificate_is_shown_without_a_broken_answer(lan, long_run) -> None:
    group = json.loads((lan.house.folder / "var" / "run" / "server.json").read_text())["group"]
    told: list[str] = []
    done = threading.Event()

    def keep_asking() -> None:
        while not done.is_set():
            try:
                told.append(ask(lan, timeout=20))
            except OSError as error:
                told.append(repr(error))

    asking = [threading.Thread(target=keep_asking) for _ in range(4)]
    for one in asking:
        one.start()
    time.sleep(1)
    os.kill(group, signal.SIGHUP)
    time.sleep(30 if long_run else 14)  # two workers, 3.5 s apart, on a busy machine
    done.set()
    for one in asking:
        one.join()
    broken = [one for one in told if one != "HTTP/1.1 200"]
    print(f"{len(told)} asked while workers were followed, {len(broken)} broken: {set(broken)}")
    assert len(told) > 20 and len(broken) <= len(told) // 100  # a device asks again: the id of an act makes that safe


@pytest.fixture
def van():
    """Two machines on a network of their own: the van's (192.168.77.10) and a phone (192.168.77.2)."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("NOT RUN: a name across a network needs root and iproute2, to make namespaces")
    van, phone = (f"hr-{uuid.uuid4().hex[:8]}" for _ in range(2))
    made = [f"netns add {van}", f"netns add {phone}", f"link add v0 netns {van} type veth peer name p0 netns {phone}"]
    made += [f"-n {name} link set {link} up" for name, link in ((van, "lo"), (van, "v0"), (phone, "lo"), (phone, "p0"))]
    made += [f"-n {van} addr add 192.168.77.10/24 dev v0", f"-n {phone} addr add 192.168.77.2/24 dev p0"]
    try:
        for one in made:
            if (failed := subprocess.run(["ip", *one.split()], capture_output=True, text=True, check=False)).returncode:
                pytest.skip(f"NOT RUN: no network namespaces here: {failed.stderr.strip()}")
        yield van, phone
    finally:
        for name in (van, phone):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def test_name_leads_across_a_network_and_follows_the_machine(van) -> None:
    with network.waiting() as lan:
        lan.house.serve_lan(lan.name, trust_port=lan.trust_port, address="", within=("ip", "netns", "exec", van[0]))
        assert from_phone(lan, van[1]) == {"found": ["192.168.77.10"], "page": True, "status": "HTTP/1.1 200"}

        for change in ("addr del 192.168.77.10/24 dev v0", "addr add 192.168.77.20/24 dev v0"):
            subprocess.run(["ip", "-n", van[0], *change.split()], check=True)
        deadline = time.monotonic() + 60
        while "192.168.77.20 now" not in lan.house.said() and time.monotonic() < deadline:
            time.sleep(0.2)
        while (told := from_phone(lan, van[1]))["status"] != "HTTP/1.1 200" and time.monotonic() < deadline:
            time.sleep(0.5)
        assert told == {"found": ["192.168.77.20"], "page": True, "status": "HTTP/1.1 200"}


def from_phone(lan: network.Lan, phone: str) -> dict[str, object]:
    """Look the name up from the phone, open both pages, trusting the house's root; say what came of it."""
    root = authority.read(lan.folder).root.public_bytes(authority.Encoding.PEM).decode()
    words = ["ip", "netns", "exec", phone, sys.executable, "-c", ASK]
    done = subprocess.run(
        [*words, lan.name, str(lan.house.port), str(lan.trust_port), "192.168.77.2", root],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if done.returncode:
        return {"status": done.stderr[-300:]}
    told: dict[str, object] = json.loads(done.stdout)
    return told
