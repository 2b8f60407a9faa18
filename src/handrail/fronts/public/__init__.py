"""The public front: read-only pages for anyone. No cookie, no script, no name; neutral titles and addresses.

It may ask `evidence.release`, the services' `public` and core's `ui` and `common`, and nothing else: what it can print has
passed the gate.
"""
