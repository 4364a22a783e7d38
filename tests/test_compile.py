"""After `compile_kernels` nothing is compiled any more: no query pays for the compiler with its deadline."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

SCRIPT = """
import sys
from numba.core.dispatcher import Dispatcher
from index import compile_kernels
from index.kernels import bits, build, columns, gated, gather, lists, live, membership, ranked, rows, terms
from index.kernels import walks, windows
from index import idmap

modules = (bits, build, columns, gated, gather, lists, live, membership, ranked, rows, terms)
modules += (walks, windows, idmap)

def compiled():
    return {f"{m.__name__}.{n}": len(k.signatures) for m in modules for n, k in vars(m).items() if isinstance(k, Dispatcher)}

compile_kernels()
before = compiled()
assert len(before) > 20, before
# called by kernels only
inner = {"u32_at", "ones", "trailing_zeros", "sorted_docs", "row_of", "run_of", "lower_bound", "holds"}
inner |= {"holds_now", "append_key", "may_be_touched", "most_of", "next_doc", "gaps_into_sorted", "append_list", "size_of"}
inner |= {"in_list", "bounds_of"}
inner |= {"container", "word_at", "count_in", "size_of_key", "docs_into_sorted", "holds_bit", "lets_through", "search", "shows"}
assert {name.rpartition(".")[2] for name, count in before.items() if count == 0 and "._" not in name} <= inner, before
# a kernel without counts of references hands out no array
from numba.core.types import Array
kernels = [k for m in modules for k in vars(m).values() if isinstance(k, Dispatcher)]
lean = [k for k in kernels if k.targetoptions.get("_nrt") is False]
assert len(lean) > 60, lean
assert not any(isinstance(s.return_type, Array) for k in lean for s in k.nopython_signatures)
from tests.agreement import Report, compare_world
report = Report()
for seed in (3, 8, 31):
    compare_world(seed, 150, report)
assert not report.failures, report.failures[0]
from pathlib import Path
from tempfile import TemporaryDirectory
from tests.test_live_segment import follow
for seed in (9_001, 9_003):
    with TemporaryDirectory() as directory:
        follow(seed, Path(directory))
after = compiled()
print(", ".join(n for n in after if after[n] > before[n] and "._" not in n and n.rpartition(".")[2] not in inner))
"""


def test_no_kernel_is_compiled_after_warming():
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_kernels_bring_no_linear_algebra_into_a_process():
    script = "import sys, index, ingest.live; print('scipy.linalg' in sys.modules); import scipy.linalg.cython_blas"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "False", done.stderr
    assert done.returncode == 0, done.stderr
