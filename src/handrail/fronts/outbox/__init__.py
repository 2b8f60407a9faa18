"""The outbox: an app shell for tablets and phones that records with no network, seals what it records and sends it once."""
