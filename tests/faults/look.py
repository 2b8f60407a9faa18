"""Run in a house's environment: say what its database holds, as JSON. What the server claims is not asked."""

import json
from collections import defaultdict

import django

django.setup()

from django.db import connection

from handrail.core.encounters.models import Encounter
from handrail.core.journal.models import Held, OpenEntry, SealedEntry
from handrail.core.org import queries as org
from handrail.core.supplies import queries as supplies


def durable() -> list[str]:
    """Return what makes an acknowledged write survive."""
    asked = (
        ("journal_mode", "synchronous")
        if connection.vendor == "sqlite"
        else ("fsync", "synchronous_commit", "full_page_writes")
    )
    word = "PRAGMA" if connection.vendor == "sqlite" else "SHOW"
    with connection.cursor() as cursor:
        told = []
        for name in asked:
            cursor.execute(f"{word} {name}")
            told.append(str(cursor.fetchone()[0]))
        return told


accounts = [account for site in org.sites() for account in supplies.accounts_of(site.id)]
plain, items = supplies.plain_sum(accounts), defaultdict(int)
for (_, item, _), amount in plain.items():
    items[item] += amount
names = {supplies.rules.account_id(site.id, kind): kind for site in org.sites() for kind in ("given", "bin", "shelf")}
acts = [
    str(row)
    for table in (OpenEntry, SealedEntry)
    for row in table.objects.filter(kind="window.visit").values_list("id", flat=True)
]
print(
    json.dumps(
        {
            "acts": sorted(acts),
            "encounters": sorted(map(str, Encounter.objects.values_list("id", flat=True))),
            "held": Held.objects.count(),
            "balances_are_sums": supplies.balances(accounts) == plain,
            "unbalanced_items": sorted(item for item, amount in items.items() if amount),
            "given": {item: amount for (account, item, _), amount in plain.items() if names.get(account) == "given"},
            "in_bin": sum(amount for (account, _, _), amount in plain.items() if names.get(account) == "bin"),
            "durable": durable(),
        }
    )
)
