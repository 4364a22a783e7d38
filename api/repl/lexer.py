"""Colours of the query language, made from the catalogue: known names look like names, unknown ones like errors."""

from __future__ import annotations

from prompt_toolkit.styles import Style
from pygments.lexer import RegexLexer, bygroups, words
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, Punctuation, String, Text

from query import OPERATORS, OPTION_EXAMPLES
from schemas.catalogue import EDGE_NAMES

_END = r"(?=[\s();]|\Z)"
_NO_WORD = r'[^\s():";]'

STYLE = Style.from_dict(
    {
        "pygments.keyword": "bold ansimagenta",
        "pygments.name.attribute": "ansicyan",
        "pygments.name.decorator": "ansiyellow",
        "pygments.name.builtin": "bold ansigreen",
        "pygments.literal.string": "ansigreen",
        "pygments.literal.number": "ansiblue",
        "pygments.comment": "italic ansibrightblack",
        "pygments.error": "underline ansired",
        "pygments.operator": "bold",
        "matching-parenthesis": "bold reverse",
    }
)


class QueryLexer(RegexLexer):
    """The language of language.md §1, and the shell's commands."""

    name = "Monoceros query"
    aliases = ("monoceros",)
    tokens = {  # noqa: RUF012  (pygments reads it as a class attribute)
        "root": [
            (r"\A(:[a-z-]*)([^\n]*)", bygroups(Keyword, Text)),
            (r"\s+", Text),
            (r";[^\n]*", Comment),
            (r"(\()(\s*)", bygroups(Punctuation, Text), "operator"),
            (r"\)", Punctuation),
            (words([f":{option.value}" for option in OPTION_EXAMPLES], suffix=_END), Name.Decorator),
            (r':[^\s()";]*', Error),
            (words([f"{name}:" for name in EDGE_NAMES]), Name.Attribute, "value"),
            (rf"{_NO_WORD}+:", Error, "value"),
            (rf"-?[0-9]*\.?[0-9]+{_END}", Number),
            (r'[^\s()";]+', Text),
            (r'"', Error),
        ],
        "operator": [
            (words([operator.op.value for operator in OPERATORS], suffix=_END), Keyword, "#pop"),
            (rf"{_NO_WORD}+", Error, "#pop"),
            (r"", Text, "#pop"),
        ],
        "value": [
            (r'("(?:[^"\\]|\\.)*+"?)(\*?)', bygroups(String, Operator), "#pop"),
            (rf"(me){_END}", Name.Builtin, "#pop"),
            (rf"-?[0-9]+{_END}", Number, "#pop"),
            (rf'([^\s()";]*?)(\*?){_END}', bygroups(String, Operator), "#pop"),
            (r"", Text, "#pop"),
        ],
    }
