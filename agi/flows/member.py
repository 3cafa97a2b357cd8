"""A queue member is about to be dialled, at the desk phone or an outside number: for a caller, or for a callback."""

from agi.channel import Channel
from agi.config_snapshot import SnapshotReader
from dialplan import names
from prompts.callback_offer import callback_offer_prompts
from records.callbacks.callback_request import CallbackChannel
from records.callbacks.offers import CallbackOffer, find_offer
from records.database.engine import CALL_WAIT_MS, Database
from records.staff import agents
from records.staff.agents import Agent
from routing.languages import prompt_language
from routing.plan.model import Plan
from routing.sentences import topic_prompt_key

_CALLBACK_LABELS = {"fr": ("Rappel", " : "), "en": ("Callback", ": ")}
_NAME_PUNCTUATION = " '’-."  # no other punctuation that a visitor wrote reaches Asterisk or a phone
_MAX_NAME_LENGTH = 40


def dial_member(channel: Channel, snapshots: SnapshotReader, database: Database) -> None:
    """Arguments: the member's SIP account, and the callback attempt or "".

    Sets the prompts that the member must accept by a key (any callback, any call to an outside number), the visitor's
    name and number for a desk phone, the account of their browser where calls ring there, and last the outside number.
    For a callback that the agent rejected, or that has ended, nothing is set and nobody is dialled.
    """
    account, attempt = channel.argument(1), channel.argument(2)
    # An agent who was just added may be a queue member before the snapshot is refreshed.
    agent = snapshots.current.agents.get(account) or agents.find_agent_by_sip_account(
        database.with_timeout(CALL_WAIT_MS), account
    )
    if agent is None:
        return
    if agent.browser_account:
        channel.set_variables(**{names.BROWSER_PHONE: agent.browser_account})
    variables = {names.MEMBER_CONFIRM_PROMPTS: "accept-call"} if agent.outside_number else {}
    if attempt:
        offer = find_offer(database, attempt, account)
        variables = _callback_variables(offer, agent, snapshots.current.plan) if offer else {}
    if variables:
        outside = {names.OUTSIDE_NUMBER: agent.outside_number} if agent.outside_number else {}
        language = prompt_language(agent.language, snapshots.current.plan.languages)
        channel.set_variables(**{names.MEMBER_LANGUAGE: language}, **variables, **outside)


def _callback_variables(offer: CallbackOffer, agent: Agent, plan: Plan) -> dict[str, str]:
    topic = topic_prompt_key(plan, offer.site, offer.topic, offer.language)
    prompts = callback_offer_prompts(topic, from_website=offer.channel is CallbackChannel.WEB)
    variables = {names.MEMBER_CONFIRM_PROMPTS: "&".join(prompts)}
    if agent.outside_number:  # the caller ID is one of our own numbers, without a name
        return variables
    label, colon = _CALLBACK_LABELS[agent.language]
    name = "".join(letter for letter in offer.name or "" if letter.isalnum() or letter in _NAME_PUNCTUATION)
    display_name = colon.join(filter(None, (label, name[:_MAX_NAME_LENGTH].strip())))
    return variables | {names.VISITOR_NAME: display_name, names.VISITOR_NUMBER: offer.line}
