"""A sync storm: many devices come home with full outboxes at once, beside bare SQL inserts of the rows they brought."""

import base64
import contextlib
import http.client
import json
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from typing import Any

from jwcrypto import jwa, jwe, jwk

from handrail.core.common import clock
from handrail.fronts.console import trial
from handrail.fronts.console.setting_up import tell

from . import GIVEN, bare
from .figures import Figure

DEVICES, ACTS, IN_BATCH = 20, 2_000, 200
TABLES = ("encounters_encounter", "exchange_line", "supplies_openmovement")


def sync_20x2000() -> Iterator[Figure]:
    """Seconds until 20 devices x 2,000 sealed acts are acknowledged; all of them are there, each once."""
    with trial.house(devices=DEVICES) as house, trial.house() as floor:
        house.up()
        tell(f"sealing {DEVICES * ACTS} acts")
        site_key = jwk.JWK(**json.loads(house.run("-c", SITE_KEY).splitlines()[-1]))
        outboxes = [_outbox(house, device, site_key) for device in house.devices]
        began = time.perf_counter()
        with ThreadPoolExecutor(DEVICES) as pool:
            saved = sum(pool.map(lambda outbox: _flush(house.port, outbox), outboxes))
        seconds = time.perf_counter() - began
        house.down()
        source = str(house.folder / "var" / "db.sqlite3")
        told = json.loads(floor.run("-m", __name__, source).splitlines()[-1])
        if not saved == told["acts"] == DEVICES * ACTS:
            raise RuntimeError(f"{saved} acknowledged, {told['acts']} kept, {DEVICES * ACTS} sent")
    beside = "bare SQL inserts of the same rows, one sender, as many transactions"
    yield Figure("sync-20x2000", round(seconds, 1), "s", DEVICES * ACTS, beside, round(told["seconds"], 1),
                 round(told["seconds"] / seconds, 3))  # fmt: skip


def _outbox(house: trial.House, device: str, site_key: jwk.JWK) -> list[tuple[bytes, dict[str, str]]]:
    """Make one device's batches, sealed and signed as a device does."""
    pair = jwk.JWK.from_json(house.devices[device])
    acts = [_sealed(_act(house, device, n), site_key) for n in range(1, ACTS + 1)]
    return [_batch(device, acts[start : start + IN_BATCH], pair) for start in range(0, ACTS, IN_BATCH)]


SITE_KEY = "import json; from handrail.core.common import home, keys; home.open_home(); print(json.dumps(keys.ring().site_keys()[0]))"


def _act(house: trial.House, device: str, number: int) -> dict[str, Any]:
    return {
        "v": 1, "id": str(uuid.uuid4()), "kind": "window.visit", "kind_version": 1, "site": house.site,
        "at": clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "worker": house.workers["ash"], "device": device,
        "device_seq": number, "body": {"given": [{"item": item, "amount": amount} for item, amount in GIVEN]},
    }  # fmt: skip


def _sealed(act: dict[str, Any], site_key: jwk.JWK) -> dict[str, str]:
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": site_key["kid"]}
    text = json.dumps(act, sort_keys=True, separators=(",", ":")).encode()
    token = jwe.JWE(text, protected=header, recipient=site_key)
    return {"id": act["id"], "sealed": token.serialize(compact=True)}


def _batch(device: str, acts: list[dict[str, str]], pair: jwk.JWK) -> tuple[bytes, dict[str, str]]:
    body = json.dumps({"device": device, "acts": acts}).encode()
    signature = base64.urlsafe_b64encode(jwa.JWA.signing_alg("ES256").sign(pair, body)).decode().rstrip("=")
    return body, {"Content-Type": "application/json", "Handrail-Signature": signature}


def _flush(port: int, outbox: list[tuple[bytes, dict[str, str]]]) -> int:
    """Send one device's batches, each until it is answered; return how many acts were said to be saved."""
    saved = 0
    with contextlib.closing(trial.Client(port)) as client:
        for body, headers in outbox:
            while True:
                status, text = client.post("/api/sync", body, headers)
                if status == http.client.OK:
                    break
                time.sleep(0.2)  # 503: the database had no turn
            saved += sum(one["outcome"] == "saved" for one in json.loads(text)["acts"])
    return saved


def _bare(source: str) -> dict[str, Any]:
    asked = dict.fromkeys(TABLES, "1 = 1") | {"journal_openentry": "kind = 'window.visit'"}
    tables = bare.written(source, asked)
    return {
        "acts": len(tables["journal_openentry"]),
        "seconds": bare.insert(tables, transactions=DEVICES * ACTS // IN_BATCH),
    }


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(_bare(sys.argv[1])))
