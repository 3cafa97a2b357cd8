"""One-time codes of an authenticator application: six digits that change every 30 seconds (TOTP, RFC 6238)."""

from datetime import datetime

import pyotp

STEP_S = 30
MAX_DRIFT_STEPS = 1
"""How many steps the telephone's clock may be off."""


def find_matching_step(secret: str, code: str, at: datetime, *, last_used_step: int) -> int | None:
    """The time step of this code, or None. `secret` is base32; steps up to `last_used_step` are not accepted.

    RFC 6238, 5.2: a code is accepted once.
    """
    now = int(at.timestamp()) // STEP_S
    totp = pyotp.TOTP(secret, interval=STEP_S)
    for step in range(max(now - MAX_DRIFT_STEPS, last_used_step + 1), now + MAX_DRIFT_STEPS + 1):
        if pyotp.utils.strings_equal(code, totp.generate_otp(step)):
            return step
    return None


def provisioning_uri(secret: str, *, user_name: str, issuer: str) -> str:
    """The URI that an authenticator application reads from a QR code (the Key URI format)."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=user_name, issuer_name=issuer)
