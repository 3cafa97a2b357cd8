"""Codes of an authenticator application: six digits that change every 30 seconds (RFC 6238)."""

from datetime import datetime

import pyotp

STEP_S = 30
DRIFT_STEPS = 1
"""A telephone's clock may be wrong by so many steps."""


def matching_step(secret: str, code: str, at: datetime, *, after: int) -> int | None:
    """The time step whose code this is, None for no such code. `secret` is base32; a step up to `after` was used.

    RFC 6238, 5.2: a code is accepted once.
    """
    now = int(at.timestamp()) // STEP_S
    totp = pyotp.TOTP(secret, interval=STEP_S)
    for step in range(max(now - DRIFT_STEPS, after + 1), now + DRIFT_STEPS + 1):
        if pyotp.utils.strings_equal(code, totp.generate_otp(step)):
            return step
    return None


def enrolment(secret: str, *, account: str, house: str) -> str:
    """The address that an authenticator application reads as a QR code (the Key URI format)."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=account, issuer_name=house)
