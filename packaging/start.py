"""Entry of the bundle: like ``app/__main__.py``, but a child process may be this program again."""

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()  # old workbooks are read in a child; it must not start anew

    from app.bootstrap import main

    sys.exit(main())
