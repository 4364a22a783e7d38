"""Rewrites of the bound tree: each keeps the answer, each is one file with one fixture of before and after.

Rules look at text only, never at an index, so that what a plan looks like says nothing about the data.
"""

from collections.abc import Callable

from query.bound import Bound
from query.rewrite.drop_repeats import drop_repeats
from query.rewrite.flatten import flatten
from query.rewrite.push_difference import push_difference
from query.rewrite.unwrap import unwrap
from query.rewrite.walk import bottom_up

RULES: tuple[Callable[[Bound], Bound], ...] = (push_difference, flatten, drop_repeats, unwrap)


def rewrite(bound: Bound) -> Bound:
    """Apply every rule, in order, once to every node from the leaves up."""
    return bottom_up(bound, RULES)


__all__ = ["RULES", "rewrite"]
