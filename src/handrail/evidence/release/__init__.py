"""Release: the one door out. Only this package makes the `Published` type that pages and files accept.

What a front may use stands in the names below.
"""

from .figures import method_agreement, syringes_out
from .published import Published, Row, Share

__all__ = ["Published", "Row", "Share", "method_agreement", "syringes_out"]
