"""The gate's arithmetic: tables, what must be hidden in them, and the attacker who tries to work it out.

Plain Python, NumPy and SciPy: no tables of the database, no clock. It judges numbers; letting one out is `release`'s act.
"""
