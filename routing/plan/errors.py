"""What is wrong with the text of a plan."""

from dataclasses import dataclass

from translations.message import Message


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """One problem: its line (from 1), its path ("menus.main.keys.1", "" for the whole plan) and the reason."""

    line: int
    path: str
    reason: Message

    def __str__(self) -> str:
        return f"{self.line}: {self.path}: {self.reason}" if self.path else f"{self.line}: {self.reason}"


class PlanError(Exception):
    """The plan is refused. `problems` are sorted by line; str() has one line for each."""

    def __init__(self, source: str, problems: tuple[PlanProblem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"{source}:{problem}" for problem in problems))


class PlanEditError(Exception):
    """The text cannot be edited; `message` says why, and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message
