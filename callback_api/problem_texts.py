"""Each problem that the API and the pages report: its HTTP status, its title, what is wrong and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass

from translations.message import Message, translatable


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of problem. `detail` may contain placeholders; those without a value remain as they are: {name}."""

    status: int
    title: Message
    detail: Message


# When several fields are wrong, the first of these kinds names the problem: the first five are in order of severity.
PROBLEMS: Mapping[str, ProblemKind] = {
    "malformed": ProblemKind(
        400,
        translatable("Unreadable request"),
        translatable("The request cannot be read. Send one JSON object in UTF-8, or the fields of a form."),
    ),
    "unknown-field": ProblemKind(
        422,
        translatable("Unknown field"),
        translatable(
            "Unknown field: %(fields)s. Leave it out; /v1/openapi.json names those that exist.", fields="{fields}"
        ),
    ),
    "missing-field": ProblemKind(
        422,
        translatable("Missing field"),
        translatable("Missing: %(fields)s. Fill in this field.", fields="{fields}"),
    ),
    "consent-missing": ProblemKind(
        422,
        translatable("Consent missing"),
        translatable("Without your consent we cannot call you. Tick the box that asks for this call."),
    ),
    "invalid-field": ProblemKind(
        422,
        translatable("Invalid field"),
        translatable("To be corrected: %(fields)s. Each error says what fits.", fields="{fields}"),
    ),
    "not-callable": ProblemKind(
        422,
        translatable("Number we do not call"),
        Message("%(sentence)s", {"sentence": "{sentence}"}),  # why this number is not called
    ),
    "slot-gone": ProblemKind(
        409,
        translatable("Slot not available"),
        translatable("This slot is no longer available. Choose another one, or “as soon as possible”."),
    ),
    "too-late": ProblemKind(
        409,
        translatable("Too late"),
        translatable("This callback is under way or over and can no longer be changed. Ask for a new one if need be."),
    ),
    "request-taken": ProblemKind(
        409,
        translatable("Request taken"),
        translatable("Somebody from the team has taken this request; only they can change it until they release it."),
    ),
    "request-closed": ProblemKind(
        409,
        translatable("Request closed"),
        translatable("This request is closed. Reopen it first if need be."),
    ),
    "not-reopened": ProblemKind(
        409,
        translatable("Callback that has ended"),
        translatable("A callback that has ended stays closed. Ask for a new one."),
    ),
    "not-dialled": ProblemKind(
        409,
        translatable("Number not called back"),
        translatable("This number is not called back: `reason` says why."),
    ),
    "card-changed": ProblemKind(
        412,
        translatable("Card changed meanwhile"),
        translatable("Somebody else changed this card meanwhile. Read it again, and send its new ETag."),
    ),
    "version-missing": ProblemKind(
        428,
        translatable("Version missing"),
        translatable("Send the ETag of the card that you read as If-Match, so that nobody's change is lost."),
    ),
    "key-reused": ProblemKind(
        409,
        translatable("Key already used"),
        translatable("This Idempotency-Key was used for another request. Take a new key for each request."),
    ),
    "key-malformed": ProblemKind(
        400,
        translatable("Malformed key"),
        translatable("Idempotency-Key must have 16 to 128 visible ASCII characters, such as a UUID."),
    ),
    "unknown-callback": ProblemKind(
        404,
        translatable("Unknown callback"),
        translatable("No callback belongs to this link. Use the whole link of your confirmation."),
    ),
    "unknown-inquiry": ProblemKind(
        404,
        translatable("Unknown message"),
        translatable("No message belongs to this link. Use the whole link that you were given."),
    ),
    "unknown-site": ProblemKind(
        422,
        translatable("Unknown site"),
        translatable("This site is none of the organisation's. Leave `site` out, or give a name that exists."),
    ),
    "origin-refused": ProblemKind(
        403,
        translatable("Origin refused"),
        translatable(
            "Pages of this site may not ask for callbacks here. The organisation can add its origin "
            "to the plan (callbacks, sites, origins)."
        ),
    ),
    "key-refused": ProblemKind(
        401,
        translatable("Server key refused"),
        translatable(
            "This server key is unknown or withdrawn. Present one that holds (Authorization: Bearer …), or none."
        ),
    ),
    "scope-missing": ProblemKind(
        403,
        translatable("Scope missing"),
        translatable("This server key does not allow “%(scope)s”. Ask for one that does.", scope="{scope}"),
    ),
    "contract-ended": ProblemKind(
        403,
        translatable("Contract ended"),
        translatable("The contract with your centre ended too long ago for outcomes. Ask us for help."),
    ),
    "outcome-late": ProblemKind(
        409,
        translatable("Too late for an outcome"),
        translatable(
            "You were given this call more than %(days)s days ago. Send us its outcome another way.", days="{days}"
        ),
    ),
    "too-many": ProblemKind(
        429,
        translatable("Too many requests"),
        translatable("Too many requests have come in. Try again later, or call us."),
    ),
    "not-found": ProblemKind(
        404,
        translatable("No such address"),
        translatable("There is nothing at this address. /v1/openapi.json names what exists."),
    ),
    "method-not-allowed": ProblemKind(
        405,
        translatable("Method not allowed"),
        translatable("This address does not know this method. The Allow header names its own."),
    ),
    "body-too-large": ProblemKind(
        413,
        translatable("Request too long"),
        translatable("Send 32 kilobytes at most."),
    ),
    "unsupported-type": ProblemKind(
        415,
        translatable("Unknown format"),
        translatable("Send application/json or application/x-www-form-urlencoded."),
    ),
    "busy": ProblemKind(
        503,
        translatable("One moment"),
        translatable("Your request could not be recorded just now. Try again in a few seconds."),
    ),
    "unavailable": ProblemKind(
        503,
        translatable("Service interrupted"),
        translatable("No request can be recorded at present. Try again later, or call us."),
    ),
    "no-callbacks": ProblemKind(
        503,
        translatable("No callbacks at present"),
        translatable("We cannot call anybody back at present. Call us instead."),
    ),
    "internal": ProblemKind(
        500,
        translatable("A fault of ours"),
        translatable("Something went wrong on our side. Try again, or call us."),
    ),
}
