"""The sections of the console, in the order of its side bar, and the pages that each of them shows as tabs."""

from dataclasses import dataclass

from records.actor import Actor
from routing.access.permissions import Permission
from translations.message import Message, translatable


@dataclass(frozen=True, slots=True)
class SectionPage:
    """A page that a section links to; an actor with the permission `right` sees it, everybody when it is None.

    `about` says in a sentence what the page is for; the overview of the settings shows it.
    """

    endpoint: str
    right: Permission | None
    label: Message
    about: Message | None = None

    @property
    def blueprint(self) -> str:
        """The blueprint of the page; those whose names begin with it belong to the page too."""
        return self.endpoint.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Section:
    """`icon` names its picture in static/icons.svg. It opens the first of its pages that the actor may see."""

    icon: str
    label: Message
    pages: tuple[SectionPage, ...]


@dataclass(frozen=True, slots=True)
class VisibleSection:
    """A section as one actor sees it; `pages` holds one page at least."""

    icon: str
    label: Message
    pages: tuple[SectionPage, ...]

    @property
    def endpoint(self) -> str:
        return self.pages[0].endpoint

    def holds(self, blueprint: str | None) -> bool:
        """Whether a page of this blueprint belongs to the section."""
        return any((blueprint or "").startswith(page.blueprint) for page in self.pages)


def _section(icon: str, label: Message, endpoint: str, right: Permission | None) -> Section:
    """A section of one page."""
    return Section(icon, label, (SectionPage(endpoint, right, label),))


SECTIONS = (
    Section(
        "today",
        translatable("Today"),
        (
            SectionPage("today.show", None, translatable("Today")),
            SectionPage("board.show", Permission.SEE_BOARD, translatable("Wall board")),
        ),
    ),
    _section("inbox", translatable("Inbox"), "inbox.list_requests", Permission.SEE_REQUESTS),
    Section(
        "calls",
        translatable("Calls"),
        (
            SectionPage("calls.list_calls", Permission.SEE_CALLS, translatable("Calls")),
            SectionPage("satisfaction.show", Permission.SEE_SATISFACTION, translatable("Satisfaction")),
        ),
    ),
    Section(
        "contacts",
        translatable("Contacts"),
        (
            SectionPage("contacts.search", Permission.SEE_CONTACTS, translatable("Search")),
            SectionPage("duplicates.list_pairs", Permission.SEE_CONTACTS, translatable("Duplicates")),
            SectionPage("imports.list_imports", Permission.IMPORT_CONTACTS, translatable("Import")),
        ),
    ),
    _section("message", translatable("Message"), "message.show", Permission.HEAR_MESSAGES),
    _section("prompts", translatable("Prompts"), "prompts.list_prompts", Permission.HEAR_MESSAGES),
    Section(
        "plan",
        translatable("Call plan"),
        (
            SectionPage("plan.show", Permission.SEE_PLAN, translatable("Call plan")),
            SectionPage("centres.choose", Permission.CHECK_COSTS, translatable("Costs of overflow")),
        ),
    ),
    Section(
        "team",
        translatable("Team"),
        (
            SectionPage("agents.list_agents", Permission.MANAGE_AGENTS, translatable("Agents")),
            SectionPage("people.list_users", Permission.MANAGE_USERS, translatable("People")),
        ),
    ),
    _section("changes", translatable("Change log"), "changes.list_changes", Permission.SEE_CHANGES),
    Section(
        "settings",
        translatable("Settings"),
        (
            SectionPage("settings.show", None, translatable("Overview")),
            SectionPage(
                "first_steps.show",
                Permission.SET_UP,
                translatable("First steps"),
                translatable("What a new reception needs, step by step, and a test call that you follow here."),
            ),
            SectionPage(
                "voices.show",
                Permission.CHANGE_PLAN,
                translatable("Voices"),
                translatable("The synthetic voice that says what nobody has recorded: hear each, and choose."),
            ),
            SectionPage(
                "trunks.list_trunks",
                Permission.MANAGE_TRUNKS,
                translatable("Operators' trunks"),
                translatable("The connections to the telephone network: server, user, numbers shown, tests."),
            ),
            SectionPage(
                "retention.show",
                Permission.SEE_CHANGES,
                translatable("Data retention"),
                translatable("How long data are kept, and what was deleted on the last nights."),
            ),
            SectionPage(
                "account.show",
                None,
                translatable("My account"),
                translatable("Your language, your password, your PIN on the telephone, two-factor authentication."),
            ),
        ),
    ),
)


def sections_for(actor: Actor) -> tuple[VisibleSection, ...]:
    """The sections that this actor may see, each with the pages that they may see."""
    return tuple(
        VisibleSection(section.icon, section.label, pages)
        for section in SECTIONS
        if (pages := tuple(page for page in section.pages if page.right is None or actor.may(page.right)))
    )
