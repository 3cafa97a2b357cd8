"""Write the list of files into docs/architecture.md, each with the first sentence that its file says of itself."""

import ast
import re
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PAGE = CHECKOUT / "docs" / "architecture.md"
BEGIN, END = "<!-- files: script/listing writes this -->\n", "<!-- end of files -->\n"
LAYERS = (
    *("standardiste", "agi", "ami", "callback_api", "centre", "console", "correspondence", "live", "webhooks"),
    *("caller", "web", "prompts", "records", "routing", "dialplan", "translations", "asterisk-conf"),
)
LEFT_OUT = re.compile(r"migrations/|/__(init|main)__\.py$|/static/|/templates/")


def listing() -> str:
    """One table for each folder, in the order of the layers."""
    tables = []
    for layer in LAYERS:
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", layer]
        names = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout.split()
        files = [CHECKOUT / name for name in sorted(names) if not LEFT_OUT.search(name)]
        sources = [file for file in files if file.suffix in {".py", ".conf", ".j2"} and file.exists()]
        for folder in sorted({file.parent for file in sources}):
            rows = [f"| `{file.name}` | {sentence(file)} |" for file in sources if file.parent == folder]
            tables.append("\n".join([f"| **{folder.relative_to(CHECKOUT)}/** | |", "|---|---|", *rows]))
    return "\n\n".join(tables) + "\n"


def sentence(file: Path) -> str:
    """The first sentence of a module's docstring, or of a configuration file's comment."""
    text = file.read_text()
    if file.suffix == ".py":
        said = (ast.get_docstring(ast.parse(text)) or "").split("\n\n")[0]
    else:
        comment = re.match(r"(?:;[^\n]*\n)+", text)
        said = " ".join(line.lstrip("; ") for line in comment[0].splitlines()) if comment else ""
    first = re.split(r"(?<=\.)\s", " ".join(said.split()), maxsplit=1)[0]
    return first.rstrip(".").replace("|", "\\|")


def main() -> None:
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{listing()}\n{END}{after}")


if __name__ == "__main__":
    main()
