"""Fault runs: many writers, killed servers, lost answers, altered tables. Short by default, long with `--faults`."""
