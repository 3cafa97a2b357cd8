"""Texts that break forms: one or a few of each kind of the Big List of Naughty Strings (minimaxir, MIT).

The short suite types every fourth one; neighbours are of one kind.
"""

from thorough import some

_ALL = (
    # What programs take for a value, a number or nothing.
    *(
        "undefined",
        "null",
        "None",
        "NaN",
        "nan",
        "-1",
        "1e400",
        "0x0",
        "1,000.00",
        "½",
        "٣",
        "true",
        "\\",
        "'",
        '"',
        "%s%n",
    ),
    # Markup and scripts.
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{ 7*7 }}${7*7}{% raw %}#{7*7}",
    "</textarea><svg onload=alert(1)>",
    '<!--#exec cmd="/bin/cat /etc/passwd"-->',
    # Queries, commands, formulas, paths.
    "1;DROP TABLE message_version",
    "' OR 1=1 --",
    "$(touch /tmp/pwned)`id`",
    "../../../../etc/passwd",
    '=HYPERLINK("http://example.org")',
    # Controls, ends of lines, header lines.
    "a\0b",
    "\x1b[31mred\x07",
    "a\r\nSet-Cookie: x=1",
    "\ufeffbyte order mark",
    "\u2028separator\u2029",
    # Letters: wide, right to left, stacked, invisible, of several code points, beyond the basic plane.
    "田中さんにあげて下さい",
    "اَلْعَرَبِيَّةُ مرحبا",
    "\u202egnirts desrever",
    "Z\u0321\u031f\u0300\u0301A\u0328L\u0333G\u0322O",
    "\u200b\u200c\u200d\u2060",
    "👩‍👩‍👧‍👦🇫🇷🏳️‍🌈",
    "𝕿𝖍𝖊 𝖖𝖚𝖎𝖈𝖐",
    "ﬁ ŉ ǅ İı ß ẞ",
    "Ω≈ç√∫˜µ≤≥÷ œ€",
    "\ufffe\uffff",
    # Names that are taken for slurs or for a device, and a long one.
    "CON",
    "Scunthorpe General Hospital",
    "x" * 4000,
    "http://a/%%30%30",
)

NAUGHTY_STRINGS = some(_ALL, of=4)
