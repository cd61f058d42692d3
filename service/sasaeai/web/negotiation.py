"""What the Accept headers of a request ask for (RFC 9110 §12.5), worked out once for each wording of them.

Few wordings are sent by nearly everybody, and reading one costs more than many an answer.
"""

import re
from functools import lru_cache

from werkzeug.datastructures import Accept, LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header

from sasaeai.formats import Format
from sasaeai.vocabulary import LANGUAGES

HTML = "text/html"
_PARAMETER = re.compile(r";\s*[\w-]+=(?:\"[^\"]*\"|[^;,]*)")


@lru_cache(maxsize=1024)
def best(accept: str, offered: tuple[Format, ...]) -> Format | None:
    """Return the format an Accept wishes for most, the first of those offered where it says nothing; None if none."""
    accepted = _read(accept)
    if not accepted:
        return offered[0]
    first = max(offered, key=lambda each: _wish(accepted, each))
    return first if _wish(accepted, first)[0] > 0 else None


@lru_cache(maxsize=1024)
def prefers_html(accept: str, others: tuple[Format, ...] | tuple[str, ...]) -> bool:
    """Tell whether an Accept wishes for a page by name, and at least as much as for other formats or media types."""
    accepted = _read(accept)
    wishes = (accepted.quality(each) if isinstance(each, str) else _wish(accepted, each)[0] for each in others)
    return HTML in accepted.values() and 0 < accepted.quality(HTML) >= max(wishes)


@lru_cache(maxsize=1024)
def preferred_language(accept_language: str) -> str:
    """Return the language of ours that an Accept-Language likes best, Japanese if none."""
    wishes = parse_accept_header(accept_language, LanguageAccept)
    # Who reads en-GB reads en, before what he reads less.
    accepted = LanguageAccept([(tag.partition("-")[0], quality) for tag, quality in wishes])
    return accepted.best_match(LANGUAGES) or "ja"


@lru_cache(maxsize=1024)
def reads_gzip(accept_encoding: str) -> bool:
    """Tell whether who sends this Accept-Encoding reads gzip."""
    return parse_accept_header(accept_encoding, Accept)["gzip"] > 0


def _read(accept: str) -> MIMEAccept:
    """Read Accept without the parameters of media types: we have one form of each, and send that (RFC 9110 §12.5.1).

    So UTF-8 is sent for any charset, and our compact JSON-LD for any `profile`, which asks for no more than a form.
    """
    wishes = parse_accept_header(accept, MIMEAccept)
    return MIMEAccept([(_PARAMETER.sub("", name), quality) for name, quality in wishes])


def _wish(accepted: MIMEAccept, each: Format) -> tuple[float, bool]:
    """Return how much a format is wished for, and whether by name: of two equal wishes the named one comes first.

    An alias counts only where it is named: a wildcard does not bring back what is refused by its own name.
    """
    names = [name for name in (each.media_type, *each.aliases) if name in accepted.values()]
    return max([accepted.quality(name) for name in (each.media_type, *names)]), bool(names)
