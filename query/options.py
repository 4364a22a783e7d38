"""Reading the options of a list: which stand where, what each takes, and the exact numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from fractions import Fraction
from typing import assert_never

from query.diagnostics import BAD_OPTION, NO_AFFINITY, Fault, listed, nearest, shown
from query.nodes import Form, Option
from query.operators import OPTION_EXAMPLES, Operator, Opt, readers
from schemas.ids import INT64_MAX

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


@dataclass(frozen=True, slots=True)
class Options:
    """What the options of one list say: four for its own operator, then two for the operator around it."""

    limit: int | None = None
    min_hits: int = 1
    orders_by_hits: bool = False
    by_affinity: bool = False
    hits: int | None = None
    weight: Fraction | None = None


NO_OPTIONS = Options()


def read_options(form: Form, own: Operator, around: Operator | None, *, has_affinity: bool) -> Options:
    """The options of `form`, an `own` list that is an operand of `around` (None: it is the whole query).

    `has_affinity` says whether there is a model of affinity; without one, asking for it is a fault.
    """
    found = NO_OPTIONS
    seen: set[Opt] = set()
    for option in form.options:
        opt = _known(option)
        if opt in seen:
            raise _fault(option, "stands twice", "remove one of the two")
        if opt not in own.options and not (around and opt in around.operand_options):
            raise _fault(option, f"is not read on {own.op.value} here", _where(opt))
        if (found.hits, found.weight) != (None, None) and opt in (Opt.OPTIONAL_HITS, Opt.OPTIONAL_WEIGHT):
            raise _fault(option, "cannot stand beside the other :optional- option", "keep one of the two")
        seen.add(opt)
        if opt is Opt.INNER and option.value == "affinity" and not has_affinity:
            raise Fault(
                NO_AFFINITY,
                "there is no affinity model yet",
                option.span,
                "remove :inner affinity; inner results then come in their own order",
            )
        found = _read(found, opt, option)
    return found


def check_weights(operands: Sequence[Form]) -> None:
    """The weights on the operands of one strong-or come to 1 at most, summed exactly."""
    total = Decimal(0)
    for operand in operands:
        for option in operand.options:
            if option.name == Opt.OPTIONAL_WEIGHT and not isinstance(option.value, str):
                total = _EXACT.add(total, Decimal(option.value))
                if total > 1:
                    raise _fault(
                        option,
                        "brings the weights of this strong-or to more than 1",
                        "lower the weights: each is a share of one answer",
                    )


def _known(option: Option) -> Opt:
    try:
        return Opt(option.name)
    except ValueError:
        like = nearest(option.name, list(Opt))
        raise Fault(
            BAD_OPTION, f"unknown option {shown(':' + option.name)}", option.span, f"did you mean `:{like}`?"
        ) from None


def _read(found: Options, opt: Opt, option: Option) -> Options:
    match opt:
        case Opt.LIMIT:
            return replace(found, limit=_whole(opt, option, 1))
        case Opt.MIN_HITS:
            return replace(found, min_hits=_whole(opt, option, 1))
        case Opt.ORDER:
            if option.value != "hits":
                raise _bad_value(opt, option)
            return replace(found, orders_by_hits=True)
        case Opt.INNER:
            if option.value != "affinity":
                raise _bad_value(opt, option)
            return replace(found, by_affinity=True)
        case Opt.OPTIONAL_HITS:
            return replace(found, hits=_whole(opt, option, 0))
        case Opt.OPTIONAL_WEIGHT:
            value = option.value
            if isinstance(value, str) or not 0 < value <= 1:
                raise _bad_value(opt, option)
            return replace(found, weight=Fraction(value))
        case _:
            assert_never(opt)


def _whole(opt: Opt, option: Option, least: int) -> int:
    """A whole number of any length; what needs more than 64 bits means the same as the largest that fits."""
    if not isinstance(option.value, int) or option.value < least:
        raise _bad_value(opt, option)
    return min(option.value, INT64_MAX)


def _bad_value(opt: Opt, option: Option) -> Fault:
    example, takes = OPTION_EXAMPLES[opt]
    return _fault(option, "has a value that it cannot take", f"write it as `{example}` ({takes})")


def _fault(option: Option, what: str, hint: str) -> Fault:
    return Fault(BAD_OPTION, f"option {shown(':' + option.name)} {what}", option.span, hint)


def _where(opt: Opt) -> str:
    on_itself, on_operands = readers(opt)
    places = [f"on {listed(on_itself)}"] if on_itself else []
    if on_operands:
        places.append(f"on operands of {listed(on_operands)}: (term … {OPTION_EXAMPLES[opt][0]})")
    return f"it stands {' and '.join(places)}"
