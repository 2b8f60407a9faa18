"""The organisation: sites with their own day, workers without names, roles, devices, and the permission question."""
