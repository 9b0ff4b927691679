"""The front matter of `en.md` and `zh.md`: YAML printed so that a text stands on one line, and read with its places.

Lives here: everything that knows YAML. Does not: which fields there are (`markdown`). Imports `errors`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any

import yaml

from pipeline.errors import BriefError


def print_fields(fields: Mapping[str, Any]) -> str:
    """The fields as YAML. No line is ever folded: a position in a title is a column of its line."""
    return yaml.dump(dict(fields), Dumper=_FrontMatter, allow_unicode=True, sort_keys=False, width=sys.maxsize)


class _FrontMatter(yaml.SafeDumper):
    """Writes every text on one line: a text with a line end of any kind is quoted, the line end escaped."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    breaks = any(character in text for character in "\n\x85\u2028\u2029")
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if breaks else None)


_FrontMatter.add_representer(str, _represent_text)


_FRONT_START = re.compile(r"---[ \t]*\n")
_FRONT_END = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)


def read_fields(source: str) -> tuple[dict[str, yaml.Node], int]:
    """The nodes of the front matter by name, and where the body begins. Nodes, not values: they know their place.

    Raises `BriefError` for front matter that cannot be read.
    """
    opening = _FRONT_START.match(source)
    if opening is None:
        return {}, 0
    closing = _FRONT_END.search(source, opening.end())
    if closing is None:
        raise BriefError("line 1: the front matter opened by --- has no closing --- line. Add it, or remove the first.")
    # The opening line is kept as blank, so that places in the nodes are places in the file.
    blank = " " * (opening.end() - 1) + "\n"
    return _compose(blank + source[opening.end() : closing.start()]), closing.end()


def _compose(front: str) -> dict[str, yaml.Node]:
    try:
        root = yaml.compose(front, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BriefError(
            f"line {line}: the front matter is not valid YAML: {error.problem or error.context}. "
            "A text that holds `: ` or begins with a quote or a sign stands in single quotes: '...'."
        ) from error
    except yaml.YAMLError as error:
        raise BriefError("the front matter holds a control character that YAML does not allow.") from error
    except RecursionError as error:
        raise BriefError("the front matter is nested too deeply.") from error
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise BriefError("line 2: the front matter must be lines of `name: value`, as in `title: ...`.")
    nodes: dict[str, yaml.Node] = {}
    for key, value in root.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if name in nodes:
            raise BriefError(f"line {key.start_mark.line + 1}: `{name}` stands twice in the front matter.")
        nodes[name] = value
    return nodes


def comment_line(front: str) -> int:
    """The line of the first comment between the words of YAML, 0 without one."""
    at = front.index("\n")
    for token in yaml.scan(front, Loader=yaml.SafeLoader):
        if (hash_at := front.find("#", at, token.start_mark.index)) >= 0:
            return front.count("\n", 0, hash_at) + 1
        at = max(at, token.end_mark.index)
    return 0


def read_text(node: yaml.Node, name: str) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise BriefError(f"line {node.start_mark.line + 1}: `{name}` in the front matter must be one text.")
    return "" if node.tag == "tag:yaml.org,2002:null" else str(node.value)


# One match gives one character of the value, by the style in which a scalar is written.
_SCALAR_PIECES: dict[str | None, re.Pattern[str]] = {
    '"': re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)|[ \t]*\n\s*|.", re.DOTALL),
    "'": re.compile(r"''|[ \t]*\n\s*|.", re.DOTALL),
    "|": re.compile(r"\n *|."),
    ">": re.compile(r"\n *|."),
    None: re.compile(r"[ \t]*\n\s*|.", re.DOTALL),
}
_BLOCK_HEADER = re.compile(r"[|>][^\n]*\n *")


def places_of(source: str, node: yaml.Node) -> tuple[int, ...]:
    """Offsets in the file of the characters of a front matter value, and one more for its end."""
    start, end = node.start_mark.index, node.end_mark.index
    style = node.style if isinstance(node, yaml.ScalarNode) else None
    if style in ('"', "'"):
        start, end = start + 1, end - 1
    elif header := _BLOCK_HEADER.match(source, start, end):
        start = header.end()
    return (*(piece.start() for piece in _SCALAR_PIECES[style].finditer(source, start, end)), end)
