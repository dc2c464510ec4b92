"""Entry: no verb (and ``tour``) opens the desktop, every other verb the command line."""

import sys

from app.bootstrap import main

if __name__ == "__main__":
    sys.exit(main())
