"""What the buttons of a draft's page do."""

from dataclasses import dataclass
from enum import Enum

from console.context import current_actor, get_audio_services, get_context
from console.drafts import labels
from console.drafts.forms import MAX_SPOKEN_LENGTH, TEXT_TO_SPEAK, DraftForm
from console.drafts.targets import Target
from console.forms import parse_number
from console.sounds import wants_json
from prompts.messages import drafts, prompt_drafts
from records.messages import message_drafts
from records.messages.draft_types import Draft, Publication
from records.staff import click_to_call
from records.staff.click_to_call import AudioRange
from translations.message import Message


class Then(Enum):
    """What is shown after an action."""

    HOME = "home"
    """The page of what callers hear now."""
    STAY = "stay"
    SHOW = "show"
    """The page as it was typed, not saved."""
    FIX = "fix"
    """The page with the errors of the form."""
    SAVED = "saved"
    """The new revision, for the script that saves."""


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did. `revision` is that of a saved draft."""

    then: Then = Then.HOME
    notice: Message | None = None
    revision: int = 0
    discarded: bool = False


def perform(draft: Draft, target: Target, form: DraftForm, action: str) -> Done:
    """Raises what records.messages, prompts.messages.drafts and prompts.messages.prompt_drafts raise."""
    database, at, actor = get_context().database, get_context().clock(), current_actor()
    revision = parse_number(form.revision.data) or 0
    if action == "discard":
        message_drafts.discard_draft(database, actor, draft.id, revision, at=at)
        return Done(notice=labels.DISCARDED, discarded=True)
    if action == "send_back":
        message_drafts.return_for_changes(database, actor, draft.id, revision, form.reason.data, at=at)
        return Done(notice=labels.SENT_BACK if actor.user_id in draft.authors else labels.REFUSED)
    if action == "approve":
        return _approve(draft, target, form, revision)
    if not form.validate_draft(draft, get_context().timezone()):
        return Done(Then.FIX)
    publication = Publication(
        draft, revision, form.content, form.period, form.seen_version, edited_version=form.edited_version
    )
    match action:
        case "ring":
            return _ring(publication)
        case "speak":
            return _speak(publication, form)
        case "publish":
            return _publish(publication, target, form)
        case "hand_in" if target.announcement:
            return _submit(publication, target, form)
    saved = message_drafts.save_draft(database, actor, publication, at=at)
    return Done(Then.SAVED, revision=saved.revision) if wants_json() else Done(Then.STAY, labels.KEPT)


def _approve(draft: Draft, target: Target, form: DraftForm, revision: int) -> Done:
    assert target.announcement
    approval = Publication.approval(draft, revision, form.seen_version, form.edited_version)
    services, at = get_audio_services(), get_context().clock()
    drafts.publish(get_context().database, services.storage, current_actor(), approval, target.announcement, at=at)
    return Done(notice=labels.APPROVED)


def _ring(publication: Publication) -> Done:
    draft, content = publication.draft, publication.content
    part = AudioRange(draft.id, content.from_s, content.until_s)
    click_to_call.request_click_to_call(
        get_context().database, current_actor(), draft.announcement, part, at=get_context().clock()
    )
    return Done(Then.SHOW)


def _speak(publication: Publication, form: DraftForm) -> Done:
    if not 0 < len(publication.content.text) <= MAX_SPOKEN_LENGTH:
        form.add_error("text", TEXT_TO_SPEAK)
        return Done(Then.FIX)
    services, at = get_audio_services(), get_context().clock()
    drafts.speak_again(get_context().database, services.storage, current_actor(), publication, services.voice, at=at)
    return Done(Then.STAY, labels.SPOKEN)


def _publish(publication: Publication, target: Target, form: DraftForm) -> Done:
    if _says_other_words(publication, form):
        return Done(Then.FIX)
    services, database, at = get_audio_services(), get_context().database, get_context().clock()
    if target.prompt:
        prompt_drafts.publish_prompt(
            database, services.storage, services.sounds, current_actor(), publication, target.prompt, at=at
        )
        return Done(notice=labels.PROMPT_PUBLISHED)
    assert target.announcement
    drafts.publish(database, services.storage, current_actor(), publication, target.announcement, at=at)
    later = publication.period.start and publication.period.start > at
    return Done(notice=labels.PUBLISHED_LATER if later else labels.PUBLISHED)


def _submit(publication: Publication, target: Target, form: DraftForm) -> Done:
    if _says_other_words(publication, form):
        return Done(Then.FIX)
    assert target.announcement
    at = get_context().clock()
    drafts.reject_unusable(get_audio_services().storage, publication, target.announcement, at=at)
    message_drafts.submit_for_approval(get_context().database, current_actor(), publication, at=at)
    return Done(notice=labels.SUBMITTED)


def _says_other_words(publication: Publication, form: DraftForm) -> bool:
    """Whether the text was changed after the voice had spoken it; then the form has an error."""
    audio = publication.draft.audio
    differs = bool(audio.voice) and publication.content.text != audio.said
    if differs:
        form.add_error("text", labels.OTHER_WORDS)
    return differs
