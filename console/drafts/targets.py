"""What a draft is for: an announcement of the plan, or a prompt in one language."""

from dataclasses import dataclass

from flask import abort, url_for

from console.context import get_audio_services
from prompts.catalogue import Prompt, all_prompts
from prompts.messages import prompt_drafts
from records.messages.draft_types import Draft
from routing.approval import Approval
from routing.languages import LANGUAGES
from routing.plan.model import Announcement
from routing.plan.part_kinds import PartKind
from routing.plan.titles import find_title
from routing.sentences import list_sentences
from web.language import current_language


@dataclass(frozen=True, slots=True)
class Target:
    """Either `announcement` or `prompt` is given. `language` is that of the text, `label` what people call it."""

    label: str
    language: str
    max_seconds: int
    announcement: Announcement | None = None
    prompt: Prompt | None = None

    @property
    def prompt_name(self) -> str:
        """The prompt as drafts name it ("fr/apology"); "" for an announcement."""
        return f"{self.language}/{self.prompt.key}" if self.prompt else ""

    @property
    def announcement_name(self) -> str:
        return self.announcement.name if self.announcement else ""

    @property
    def needs_approval(self) -> bool:
        return self.announcement is not None and self.announcement.approval is Approval.SECOND

    @property
    def home(self) -> str:
        """The page that shows what callers hear now."""
        if self.prompt:
            return url_for("prompts.edit", spoken=self.language, key=self.prompt.key)
        return url_for("message.show", announcement=self.announcement_name)

    @property
    def closed(self) -> str:
        """The page for somebody whose draft has been published or discarded by somebody else."""
        return self.home if self.prompt else url_for("message.history", announcement=self.announcement_name)


def announcement_target(announcement: Announcement) -> Target:
    """An announcement of the plan in force."""
    label = announcement_title(announcement.name)
    return Target(label, LANGUAGES[0], announcement.max_seconds, announcement=announcement)


def prompt_target(spoken: str, key: str) -> Target:
    """A prompt in a language; 404 when there is no such prompt."""
    prompt = prompts_by_key().get(key)
    if prompt is None or spoken not in prompt.texts:
        abort(404)
    return Target(prompt.texts[spoken], spoken, prompt_drafts.LONGEST_PROMPT_S, prompt=prompt)


def requested_target(announcement: str, prompt: str) -> Target:
    """The announcement or the prompt of these names; 404 when there is none."""
    if prompt:
        spoken, _, key = prompt.partition("/")
        return prompt_target(spoken, key)
    announcements = get_audio_services().plan().announcements
    if announcement not in announcements:
        abort(404)
    return announcement_target(announcements[announcement])


def draft_target(draft: Draft) -> Target:
    """What this draft is for; 404 when the plan no longer has it."""
    return requested_target(draft.announcement, draft.prompt)


def announcement_title(announcement: str) -> str:
    """What people call the announcement of this name."""
    title = find_title(get_audio_services().plan(), PartKind.ANNOUNCEMENT, announcement)
    return title.in_language(current_language())


def prompts_by_key() -> dict[str, Prompt]:
    """Every prompt of the plan in force."""
    return {prompt.key: prompt for prompt in all_prompts(list_sentences(get_audio_services().plan()))}
