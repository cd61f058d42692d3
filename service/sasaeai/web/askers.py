"""Who asks: the address a request comes from, and the account that its limits are kept on.

X-Forwarded-For is written by whoever sends it. Its hops are believed from the right for as long as the one who
reports them is a proxy that the settings name; everything left of the first stranger is that stranger's own claim.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from sasaeai.settings import Networks

_PORT = re.compile(r"(?:\[([^\]]*)\]|([0-9.]+))(?::[0-9]+)?")
_SHARED_BITS = 64
"""Whoever has one IPv6 address has all that begin with the same 64 bits."""


def address(environ: Mapping[str, Any], trusted: Networks) -> str:
    """Return the address of the client, as the nearest proxy that is trusted tells it; '' if there is none."""
    return _address(environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""), trusted)


@lru_cache(maxsize=1024)
def _address(remote: str, forwarded: str, trusted: Networks) -> str:
    client = _parsed(remote)
    if client is None:
        return ""
    for hop in reversed(forwarded.split(",")):
        # What a trusted proxy reports and is no address is nobody else's either: the proxy stays the client.
        if not is_in(client, trusted) or (told := _parsed(hop.strip())) is None:
            break
        client = told
    return str(client)


@lru_cache(maxsize=1024)
def account(client: str) -> str:
    """Return what the limits of a client are kept on: its IPv4 address, or the network of its IPv6 address."""
    found = _parsed(client)
    return str(ip_network((found, _SHARED_BITS), strict=False)) if isinstance(found, IPv6Address) else client


def is_in(client: IPv4Address | IPv6Address | str, networks: Networks) -> bool:
    """Say whether an address lies in one of the networks."""
    found = _parsed(client) if isinstance(client, str) else client
    return found is not None and any(found in each for each in networks)


def is_direct(environ: Mapping[str, Any], trusted: Networks) -> bool:
    """Say whether the address of a request's client is known: nobody has handed it on but proxies that are trusted."""
    handed_on: Iterable[str] = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")
    return is_in(environ.get("REMOTE_ADDR", ""), trusted) or not any(each in environ for each in handed_on)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    if found := _PORT.fullmatch(text):
        text = found[1] or found[2]
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    return (isinstance(parsed, IPv6Address) and parsed.ipv4_mapped) or parsed
