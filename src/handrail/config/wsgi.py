"""The server's entry."""

import gc
import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handrail.config.settings")
application = get_wsgi_application()

sys.setswitchinterval(
    0.0005
)  # seconds: the thread that holds the writer gate gets the interpreter back soon (default 0.005)
gc.collect()
gc.freeze()  # what is loaded now stays for life: the collector need not walk it again and again
