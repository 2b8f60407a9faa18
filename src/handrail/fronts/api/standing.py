"""Where this installation stands, as each answer says it: the epoch, the copies made of it, and whether the device is still one of ours."""

from typing import Any

from handrail.core.common.refusals import Refused
from handrail.core.org import queries as org

from . import answers, packs


def told(device: org.Device) -> dict[str, Any]:
    """Return the part of an answer that is the same whatever was sent.

    A new `epoch` says that a copy was brought back: what was acknowledged before may be lacking. `copies` names the last one
    begun and the last that is whole; null where none are kept, so that a device waits for none. `mark` names the device's pack as
    it stands: one that holds another asks for it.
    """
    last = answers.refusal(Refused("device-revoked")) if device.revoked else {"mark": packs.pack(device)["mark"]}
    copies = org.copies()
    return {"epoch": org.epoch(), "copies": {"begun": copies[0], "done": copies[1]} if copies else None} | last
