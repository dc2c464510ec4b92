"""Entry: no verb (and ``tour``) opens the desktop, every other verb the command line."""

import multiprocessing
import sys

from app.bootstrap import main

if __name__ == "__main__":
    # Tables that cannot be bounded are read in a child, which in a bundle is this program again.
    multiprocessing.freeze_support()
    sys.exit(main())
