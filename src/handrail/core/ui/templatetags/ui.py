"""Template helpers that every room may use."""

from typing import Any

from django import template

register = template.Library()


@register.filter
def at(mapping: dict[Any, Any], key: Any) -> Any:
    """Return a mapping's value; empty text where it has none."""
    return mapping.get(key, "")
