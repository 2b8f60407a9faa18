"""Plain Python that every floor may use: ids, clock, periods, refusals, canonical text, keys, the worker. No Django."""
