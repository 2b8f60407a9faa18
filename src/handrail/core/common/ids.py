"""Ids are random, made where the act happens, so that they say nothing about when or who."""

import uuid

RANDOM = 4  # the version of a UUID that holds nothing but chance


def new_id() -> uuid.UUID:
    """Make a random id (UUIDv4)."""
    return uuid.uuid4()


def part_id(act_id: uuid.UUID, part: str) -> uuid.UUID:
    """Derive the id of one part of an act, so that a repeated act makes the same rows."""
    return uuid.uuid5(act_id, part)


def parse_random_id(text: object) -> uuid.UUID | None:
    """Read the id of an act: random (UUIDv4) or nothing. Another version would carry a clock or a machine, and order the rows."""
    found = parse_id(text)
    return found if found and found.version == RANDOM and found.variant == uuid.RFC_4122 else None


def parse_id(text: object) -> uuid.UUID | None:
    """Read an id written as text; None when it is not one."""
    try:
        return uuid.UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None
