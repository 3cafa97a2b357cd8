"""Codes of an authenticator application: six digits that change every 30 seconds (RFC 6238)."""

from datetime import datetime

import pyotp

STEP_S = 30
MAX_DRIFT_STEPS = 1
"""A telephone's clock may be wrong by so many steps."""


def find_matching_step(secret: str, code: str, at: datetime, *, last_used_step: int) -> int | None:
    """The time step whose code this is, None for no such code. `secret` is base32; a step up to `after` was used.

    RFC 6238, 5.2: a code is accepted once.
    """
    now = int(at.timestamp()) // STEP_S
    totp = pyotp.TOTP(secret, interval=STEP_S)
    for step in range(max(now - MAX_DRIFT_STEPS, last_used_step + 1), now + MAX_DRIFT_STEPS + 1):
        if pyotp.utils.strings_equal(code, totp.generate_otp(step)):
            return step
    return None


def provisioning_uri(secret: str, *, user_name: str, issuer: str) -> str:
    """The address that an authenticator application reads as a QR code (the Key URI format)."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=user_name, issuer_name=issuer)
