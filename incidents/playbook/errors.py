"""The refusal of a playbook."""

from core.errors import Invalid

MAX_PROBLEMS = 100


class PlaybookInvalid(Invalid):
    """The document is no playbook (422); `problems` holds one sentence per place, its path first.

    At most 100 are kept, so that a hostile document does not make an endless answer.
    """

    code = "playbook_invalid"

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems[:MAX_PROBLEMS]
        errors = [
            {"pointer": _pointer(problem), "code": self.code, "detail": problem}
            for problem in self.problems
        ]
        super().__init__("\n".join(self.problems), extra={"errors": errors})


def _pointer(problem: str) -> str:
    """Return the JSON pointer of `severities[2].name: ...`; the empty one for the whole document."""
    path = problem.partition(": ")[0]
    if path == "the document":
        return ""
    return "/" + path.replace("]", "").replace("[", "/").replace(".", "/")
