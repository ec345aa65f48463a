"""Which of our languages a browser asks for, where there is no request to ask (a socket's handshake)."""

from django.conf import settings
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header


def language_from(header: str) -> str:
    """The first language of an Accept-Language header that we speak; the default where there is none."""
    for wanted, _ in parse_accept_lang_header(header):
        try:
            return get_supported_language_variant(wanted)
        except LookupError:
            continue
    return str(settings.LANGUAGE_CODE)
