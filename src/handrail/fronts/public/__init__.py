"""The public front: pages for anyone to read, and forms by which anyone may tell us something. No cookie, no script, no name; neutral titles and addresses.

It may ask `evidence.release`, the services' `public` and core's `ui` and `common`, and nothing else: what it can print has
passed the gate.
"""
