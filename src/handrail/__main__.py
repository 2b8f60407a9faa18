"""Start the `handrail` command. The only place beside config that names the settings."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handrail.config.settings")

from handrail.fronts.console.app import main

if __name__ == "__main__":  # a worker process that looks for its work here must not begin another command
    main()
