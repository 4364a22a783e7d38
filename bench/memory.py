"""Resident memory and disk space."""

from __future__ import annotations

import gc
from pathlib import Path


def resident_mib(pid: int | str = "self") -> float:
    """Anonymous and mapped pages of a process that are in memory."""
    gc.collect()
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def disk_mib(directory: Path) -> float:
    """Bytes of all files."""
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file()) / 2**20
