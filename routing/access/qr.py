"""QR codes as data URIs."""

import segno


def qr_code_data_uri(text: str) -> str:
    """An SVG picture as a data URI: dark on white whatever the colours of the page, with the quiet zone for readers."""
    return str(segno.make(text, error="m").svg_data_uri(scale=5, border=4, light="white"))
