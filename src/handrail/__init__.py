"""Handrail: harm reduction services, run and measured. Floors: config > fronts > evidence > services > core."""

__version__ = "0.1.0.dev0"
