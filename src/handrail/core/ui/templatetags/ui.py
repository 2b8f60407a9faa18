"""Template helpers that every room may use."""

from typing import Any

from django import template

from handrail.core.common import ids

register = template.Library()


@register.filter
def at(mapping: dict[Any, Any], key: Any) -> Any:
    """Return a mapping's value; empty text where it has none."""
    return mapping.get(key, "")


@register.simple_tag
def new_id() -> str:
    """Return a fresh random id for a form that states an act."""
    return str(ids.new_id())
