"""The words of the form of a trunk."""

from collections.abc import Mapping

from translations.message import Message, translatable

FIELD_LABELS: Mapping[str, Message] = {
    "label": translatable("Name"),
    "address": translatable("Server"),
    "port": translatable("Port"),
    "transport": translatable("Transport"),
    "srtp": translatable("Encrypt the voice (SRTP)"),
    "user": translatable("User"),
    "password": translatable("Password"),
    "networks": translatable("Other addresses of the operator"),
    "numbers": translatable("How the operator writes numbers"),
    "caller_ids": translatable("Our numbers that may be shown"),
    "identity": translatable("Where our number stands"),
    "privacy": translatable("Hide our number from the people we call"),
    "calls_per_second": translatable("New calls a second at most"),
    "nat": translatable("A router (NAT) is between the operator and us"),
    "codecs": translatable("Sound"),
    "qualify_s": translatable("Seconds between two checks whether it answers"),
    "refusal_code": translatable("When all our lines are taken"),
    "confirmed": translatable("Confirmation"),
}

CODEC_LABELS: Mapping[str, Message] = {
    "alaw,ulaw": translatable("usual (G.711)"),
    "g722,alaw,ulaw": translatable("wideband where possible (G.722), else usual"),
    "alaw": translatable("European only (G.711 A)"),
    "ulaw,alaw": translatable("American first (G.711 µ)"),
}
