"""The server's entry."""

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from handrail.core.common import home, served

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handrail.config.settings")
_django = get_wsgi_application()
served.hold(home.folder() / "run")
_turns = threading.BoundedSemaphore(
    int(os.environ.get("HANDRAIL_TURNS", "4"))
)  # serving.THREADS: requests worked on at once


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Work on a few requests at once, as many as the database and the cores bear; a stream that listens holds no turn while it waits."""
    with _turns:
        return _django(environ, start_response)


sys.setswitchinterval(
    0.0005
)  # seconds: the thread that holds the writer gate gets the interpreter back soon (default 0.005)
gc.collect()
gc.freeze()  # what is loaded now stays for life: the collector need not walk it again and again
