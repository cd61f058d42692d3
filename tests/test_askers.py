"""Who asks: what a proxy says is believed only from proxies that the settings name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sasaeai.settings import Settings
from sasaeai.web import askers

PROXIES = Settings.from_environment({"SASAEAI_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,fd00::/8"}).trusted_proxies


def client(peer: str, forwarded: str | None = None) -> str:
    environ = {"REMOTE_ADDR": peer}
    if forwarded is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    return askers.address(environ, PROXIES)


@pytest.mark.parametrize(
    ("peer", "forwarded", "told"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.7, 10.1.2.3", "198.51.100.7"),
        ("::ffff:127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "[2001:db8::7]:443", "2001:db8::7"),
        ("127.0.0.1", "198.51.100.7:51000", "198.51.100.7"),
        ("127.0.0.1", "198.51.100.7, unknown", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"),
        ("", "198.51.100.7", ""),
    ],
)
def test_the_client_is_the_nearest_stranger_that_a_trusted_proxy_names(
    peer: str, forwarded: str | None, told: str
) -> None:
    assert client(peer, forwarded) == told


@given(st.text(max_size=60))
def test_whatever_a_stranger_writes_it_stays_the_stranger(header: str) -> None:
    assert client("192.0.2.1", header) == "192.0.2.1"
    assert client("127.0.0.1", f"{header}, 192.0.2.1") == "192.0.2.1"


def test_all_addresses_of_an_ipv6_network_are_one_account() -> None:
    assert askers.account("2001:db8::1") == askers.account("2001:db8::ffff:1") != askers.account("2001:db8:0:1::1")
    assert askers.account("192.0.2.1") != askers.account("192.0.2.2")


def test_a_request_that_a_stranger_hands_on_is_not_direct() -> None:
    assert askers.is_direct({"REMOTE_ADDR": "192.0.2.1"}, PROXIES)
    assert not askers.is_direct({"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, PROXIES)
    assert askers.is_direct({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.1"}, PROXIES)


def test_a_proxy_that_is_no_address_stops_the_start() -> None:
    with pytest.raises(ValueError, match="SASAEAI_TRUSTED_PROXIES"):
        Settings.from_environment({"SASAEAI_TRUSTED_PROXIES": "nginx"})


def test_the_networks_are_handed_down_to_the_children() -> None:
    settings = Settings(trusted_proxies=PROXIES)
    assert Settings.from_environment(json.loads(json.dumps(settings.to_environment()))) == settings
