"""The budgets of the house (design.md 6), each a pure function from source text to faults."""

import ast
import functools
import io
import re
import tokenize
from collections.abc import Iterator

FILE_LINES, FUNCTION_LINES = 300, 50
IGNORES = 5

Function = ast.FunctionDef | ast.AsyncFunctionDef
_NO_CODE = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
    tokenize.ENCODING,
}  # fmt: skip
_LATER = re.compile("TO" + "DO|FIX" + "ME")
_IGNORE = re.compile(r"#\s*type:\s*ignore(?P<code>\[[a-z0-9, -]+\])?")


def code_lines(source: str) -> set[int]:
    """Return the numbers of the lines that hold code: not blank, no comment, no docstring."""
    documented = {
        line
        for node in ast.walk(_parsed(source))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    lines = {
        line
        for token in tokens
        if token.type not in _NO_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }
    return lines - documented


def too_long(source: str) -> Iterator[str]:
    """Name the file, and each function in it, that passes its budget of code lines."""
    lines = code_lines(source)
    if len(lines) > FILE_LINES:
        yield f"{len(lines)} lines of code, {FILE_LINES} allowed"
    for function in functions(source):
        size = len(lines & set(range(function.lineno, (function.end_lineno or 0) + 1)))
        if size > FUNCTION_LINES:
            yield f"line {function.lineno}: {function.name} has {size} lines, {FUNCTION_LINES} allowed"


def untyped(source: str) -> Iterator[str]:
    """Name each function whose arguments or result carry no annotation."""
    for function in functions(source):
        given = function.args
        named = [
            *given.posonlyargs,
            *given.args,
            *given.kwonlyargs,
            *filter(None, (given.vararg, given.kwarg)),
        ]
        bare = [
            one.arg for one in named if one.annotation is None and one.arg not in {"self", "cls"}
        ]
        silent = (
            function.returns is None and function.name != "__init__"
        )  # mypy knows what that returns
        if bare or silent:
            yield f"line {function.lineno}: {function.name} is not typed ({', '.join(bare) or 'result'})"


def hidden_imports(source: str) -> Iterator[str]:
    """Name each import inside a function."""
    for function in functions(source):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield f"line {node.lineno}: {function.name} imports inside"


def put_off(source: str) -> Iterator[str]:
    """Name each note that puts work off."""
    for number, line in enumerate(source.splitlines(), start=1):
        if _LATER.search(line):
            yield f"line {number}: {line.strip()}"


def bare_ignores(source: str) -> Iterator[str]:
    """Name each type-checker ignore that doesn't say which error."""
    for found in _IGNORE.finditer(source):
        if not found["code"]:
            yield f"line {source.count(chr(10), 0, found.start()) + 1}: without a code"


def ignores(source: str) -> int:
    """Count the type-checker ignores."""
    return len(_IGNORE.findall(source))


def state_updates(source: str) -> Iterator[str]:
    """Name each QuerySet.update of an incident's state, which would go round the state machine."""
    for node in ast.walk(_parsed(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        names = {keyword.arg for keyword in node.keywords}
        if node.func.attr == "update" and "state" in names and "Incident" in ast.unparse(node.func):
            yield f"line {node.lineno}: {ast.unparse(node.func)}(state=...)"


def functions(source: str) -> Iterator[Function]:
    """Return every function and method."""
    return (node for node in ast.walk(_parsed(source)) if isinstance(node, Function))


@functools.cache
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)
