"""Benchmarks: each measures ours and a floor or a peer in the same run, on the same machine, taking turns."""

GIVEN = (("SYR-INS-28-1", 10), ("SHARPS-P", 1))  # what a measured visit gives: the first preset
