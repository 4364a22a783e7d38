"""`python -m bench.peak COMMAND…`: run a command of `monoceros`, then print its peak resident memory in GiB on the last line."""

from __future__ import annotations

import resource
import sys

from api.cli.main import main

if __name__ == "__main__":
    try:
        main()
    except SystemExit as ended:
        if ended.code:
            raise
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
    sys.exit(0)
