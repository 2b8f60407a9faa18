"""The settings of a bench's own server: those of production, and one address more, where the floor is measured."""

import importlib

_production = importlib.import_module("handrail.config.settings")  # by name: a front does not depend on config
globals().update({name: getattr(_production, name) for name in dir(_production) if name.isupper()})

ROOT_URLCONF = "handrail.fronts.console.benches.urls"
