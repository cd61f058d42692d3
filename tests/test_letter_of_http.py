"""What RFC 9110 says of a request holds to the letter: conditions, parameters of media types, where an answer lies."""

import http.client
import time
import urllib.parse
from email.utils import formatdate, parsedate_to_datetime

import pytest

from .conftest import Service
from .patience import PATIENCE
from .test_entity import raw
from .test_sparql import ask

TIER = "/doc/132241/tier/1"


@pytest.mark.parametrize(
    "accept",
    [
        'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"',
        'application/ld+json; profile="http://www.w3.org/ns/json-ld#flattened a:b,c;d"; q=0.9, text/html;q=0.1',
        "application/ld+json;charset=Shift_JIS",
    ],
)
def test_a_parameter_of_a_media_type_does_not_hide_what_we_have(service: Service, accept: str) -> None:
    reply = ask(service.url + TIER, Accept=accept)
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/ld+json")


def test_a_page_lies_where_content_location_says(service: Service) -> None:
    asked = "?asOf=2018-04-01&kind=Council&via=serves"
    page = ask(service.url + TIER + asked, Accept="text/html", Accept_Language="en")
    address = page.headers["Content-Location"]
    assert address == f"{TIER}.html?lang=en&asOf=2018-04-01&kind=Council&via=serves"
    there = ask(service.url + address).body
    for told in (b"1 April 2018", b"Marutto Council"):
        assert page.body.count(told) == there.count(told) > 0
    assert page.body.count(b"<dd") == there.count(b"<dd")
    # What is said in RDF is the same on every day.
    assert ask(service.url + TIER + asked, Accept="text/turtle").headers["Content-Location"] == f"{TIER}.ttl"


def test_who_holds_what_is_no_more_is_told_so(service: Service) -> None:
    now = ask(f"{service.url}{TIER}.ttl")
    changed = parsedate_to_datetime(now.headers["Last-Modified"]).timestamp()
    before, after = formatdate(changed - 60, usegmt=True), formatdate(time.time() + 60, usegmt=True)
    for unmet in ({"If-Match": '"another"'}, {"If-Unmodified-Since": before}):
        status, headers = raw(service, f"{TIER}.ttl", **unmet)
        assert (status, headers["Content-Type"]) == (412, "application/problem+json"), unmet
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "ETag" not in headers, "that of what was not sent"
    for met in (
        {"If-Match": now.headers["ETag"]},
        {"If-Match": "*"},
        {"If-Unmodified-Since": after},
        {"If-Match": now.headers["ETag"], "If-Unmodified-Since": before},
    ):
        status, headers = raw(service, f"{TIER}.ttl", **met)
        assert (status, headers["ETag"]) == (200, now.headers["ETag"]), met


def test_a_redirection_leads_nowhere_but_to_this_host(service: Service) -> None:
    for path in ("/queries?lang=en", "/doc//132241", "/id/132241", "/.well-known/void"):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(service.url).netloc, timeout=PATIENCE)
        connection.request("GET", path, headers={"Host": "elsewhere.example"})
        reply = connection.getresponse()
        body, leads = reply.read(), reply.headers["Location"]
        connection.close()
        assert reply.status in {302, 303, 308}, path
        assert leads.startswith("/"), path
        assert b"elsewhere" not in body, path
        assert f'href="{leads}"'.encode() in body, path


def test_a_language_is_known_in_capitals_too(service: Service) -> None:
    for path in (TIER, "/queries/contractor-history?m=132241", "/lists/councils"):
        sign = "&" if "?" in path else "?"
        page = ask(f"{service.url}{path}{sign}lang=EN", Accept="text/html")
        assert (page.status, page.headers["Content-Language"]) == (200, "en"), path


@pytest.mark.parametrize("path", ["/doc/concept/municipality-kind/town", "/lists/cities", "/queries/meetings"])
def test_the_number_of_a_page_is_read_alike_everywhere(service: Service, path: str) -> None:
    for form in ("text/html", "text/turtle" if path.startswith("/doc") else "text/html"):
        found = [ask(f"{service.url}{path}?page={each}", Accept=form).status for each in ("0", "-1", "x", "9" * 30)]
        assert found == [400, 400, 400, 400], form
        reply = ask(f"{service.url}{path}?page=9999&lang=en", Accept=form)
        assert reply.status == 404
        assert b"There is no page 9999; the last is" in reply.body
