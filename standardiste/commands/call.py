"""Calls: placing one as the public does, listing them, telling one, and callers who hung up."""

import click

from standardiste.commands import call_place, call_records
from standardiste.commands.options import former_command


class _CallGroup(click.Group):
    """`call NUMBER` is short for `call place NUMBER`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and self._is_of_place(args[0], ctx):
            args = [call_place.place.name or "", *args]
        return super().parse_args(ctx, args)

    def _is_of_place(self, first: str, ctx: click.Context) -> bool:
        """A number, or an option of `place`; a word without a digit is a command that does not exist."""
        if first.startswith("-"):
            return first not in ctx.help_option_names
        return any(character.isdigit() for character in first)


@click.group(cls=_CallGroup)
def call() -> None:
    """Calls of the public: placed for a test, listed, told. `call NUMBER` is short for `call place NUMBER`."""


for command in (call_place.place, call_records.list_, call_records.show, call_records.abandoned):
    call.add_command(command)

calls = former_command("calls", call_records.list_, "call list")
