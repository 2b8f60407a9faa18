"""The stock ledger: items, lots, accounts, movements. Double entry, append-only, and it never knows a person."""
