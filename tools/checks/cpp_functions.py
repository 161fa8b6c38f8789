"""Finds where the functions of a C++ source begin and end, without a compiler.

Comments, literals and preprocessor lines are blanked first; then braces are matched and each one
is a scope (namespace, class, enum, extern "C") or a function by the text before it. What always
holds: line numbers are those of the source, and a lambda counts to the function around it.
"""

import re
from dataclasses import dataclass

BLANKED = re.compile(
    r'R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"'
    r"|//[^\n]*|/\*.*?\*/"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"
    r"|^[ \t]*\#(?:[^\n\\]|\\\n|\\.)*",
    re.DOTALL | re.MULTILINE,
)
SCOPE = re.compile(r'\b(namespace|class|struct|union|enum|extern "")\b|extern\s*$')
# The member that a constructor initialises with the brace that follows: `S() : a(1), b{`.
MEMBER = re.compile(r"\)[^()]*(?<!:):(?!:).*\w\s*$", re.DOTALL)
NAME = re.compile(r"([~\w:]+|operator\s*\S+?)\s*\(")


@dataclass(frozen=True)
class Function:
    """A function's name, the line its head begins on and its number of lines."""

    name: str
    line: int
    length: int


def blank(text: str) -> str:
    """The text with comments, literals and preprocessor lines as spaces, newlines kept."""
    return BLANKED.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def functions(source: str) -> list[Function]:
    """The functions of a source, outermost bodies only."""
    text = blank(source)
    found: list[Function] = []
    kinds: list[str] = []
    start = 0
    begun = ("", 0)
    for at, mark in enumerate(text):
        if mark not in "{};":
            continue
        head = text[start:at]
        if mark == "{":
            outside = all(kind == "scope" for kind in kinds)
            kinds.append(kind_of(head) if outside else "inner")
            if kinds[-1] == "initialiser":
                continue
            if kinds[-1] == "function":
                first = start + len(head) - len(head.lstrip())
                name = NAME.search(head)
                begun = (name.group(1) if name else "?", text.count("\n", 0, first) + 1)
        elif mark == "}" and kinds:
            closed = kinds.pop()
            if closed == "function":
                last = text.count("\n", 0, at) + 1
                found.append(Function(begun[0], begun[1], last - begun[1] + 1))
            if closed == "initialiser":
                continue
        if "initialiser" not in kinds:
            start = at + 1
    return found


def kind_of(head: str) -> str:
    """What a brace opens, by the text since the last brace or semicolon."""
    outside_angles = re.sub(r"<[^<>]*>", "", head)
    if SCOPE.search(outside_angles) and "(" not in outside_angles.split("alignas")[0]:
        return "scope"
    if MEMBER.search(head):
        return "initialiser"
    if "(" in head and not re.search(r"=\s*$", head):
        return "function"
    return "scope" if not head.strip() else "inner"
