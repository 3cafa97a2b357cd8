"""Variants of the plan of the call tests, in force for one test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import short_prompts
from reception import Reception

from prompts.catalogue import all_prompts
from routing.plan.parsing import parse_plan
from routing.sentences import list_sentences

PLAN = Path(__file__).parent.parent / "calls" / "plan.yaml"


def plan_with(**parts: str) -> str:
    """The plan with these top-level parts in place of its own, or added; each as YAML, its first line indented too."""
    sections: dict[str, str] = {}
    name = ""
    for line in PLAN.read_text().splitlines():
        if line[:1].isalpha():
            name = line.partition(":")[0]
            sections[name] = line.removeprefix(f"{name}:")
        elif name:
            sections[name] += f"\n{line}"
    sections |= {part: f"\n{text}" for part, text in parts.items()}
    return "\n".join(f"{part}:{text}" for part, text in sections.items()) + "\n"


def number_entry(public: str, landing: str, hours: str, *more: str) -> str:
    """An entry of `numbers`, which greets with its last digits."""
    greeting = f'{{fr: "Bonjour, vous appelez le {public[-4:]}.", en: "Hello, this is {public[-4:]}."}}'
    lines = [f'landing: ["{landing}"]', "language: fr", f"greeting: {greeting}", "menu: main", f"hours: {hours}", *more]
    return "\n".join([f'  "{public}":', *(f"    {line}" for line in lines)])


@contextmanager
def temporary_plan(reception: Reception, folder: Path) -> Iterator[Callable[[str], None]]:
    """Yields `publish(text)`; afterwards the original plan is in force again."""

    def publish(text: str) -> None:
        file = folder / "plan.yaml"
        file.write_text(text)
        if not short_prompts.true_voice:
            short_prompts.put(reception.settings.sounds, all_prompts(list_sentences(parse_plan(text))))
        reception.run("plan", "publish", str(file))

    yield publish
    publish(PLAN.read_text())
