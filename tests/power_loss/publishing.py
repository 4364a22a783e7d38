"""`python -m tests.power_loss.publishing INDEX WAREHOUSE…`: publish one generation after the other, and say so after each.

With CARELESS in the environment nothing is forced to the disk: the simulation has to notice.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from index import publish, writing
from ingest.documents import read_corpus


def main() -> None:
    if "CARELESS" in os.environ:
        os.fsync = lambda _: None
    index, warehouses = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
    for warehouse in warehouses:
        with writing(index):
            publish(index, lambda: read_corpus(warehouse, now_ms=0), now_ms=0, progress=lambda _: None)  # noqa: B023
        print(warehouse.name, flush=True)


if __name__ == "__main__":
    main()
