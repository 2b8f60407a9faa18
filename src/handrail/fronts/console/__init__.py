"""The console: the operator's `handrail` command."""
