"""QR codes, as pictures that a page holds in itself."""

import segno


def picture(text: str) -> str:
    """A data URI: dark squares on a white ground with the margin that readers need, whatever the page's colours are."""
    return str(segno.make(text, error="m").svg_data_uri(scale=5, border=4, light="white"))
