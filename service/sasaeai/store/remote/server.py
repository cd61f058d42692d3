"""A SPARQL 1.1 server, spoken to through SPARQLWrapper: queries, updates, and its graph store.

Every request is a form POST (Virtuoso hangs on direct bodies) or a PUT of the graph store protocol, says what it
accepts, and has a timeout. No redirect is followed, for what is sent is meant for the address in the settings, with
the name and password in it; and neither stands in an error or in the journal.
"""

import base64
import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from SPARQLWrapper import POST, SPARQLWrapper

from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME
from sasaeai.journal import log
from sasaeai.settings import Settings
from sasaeai.store import Dataset
from sasaeai.vocabulary import BASE

SOLUTIONS, TRIPLES = BY_NAME["srj"], BY_NAME["nt"]
"""What is asked of the server; the formats of our answers are written here, the same from every server."""

_PIECE = 1 << 16
_SHORTENED = ("X-SPARQL-MaxRows", "X-SQL-State")
"""Headers by which Virtuoso says that it has left something out."""

_BUSY = {408, 429, 503, 504}
_SAID = 200


@dataclass(frozen=True)
class Account:
    """Hold how somebody is known to a server: `method` is none, basic or digest."""

    method: str = "none"
    user: str = ""
    password: str = field(default="", repr=False)

    def sign(self, request: urllib.request.Request, seconds: float) -> None:
        """Put into a request who sends it, before its body: a server may hang up on whom it does not know."""
        if not self.user or self.method == "none":
            return
        if self.method == "basic":
            known = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            request.add_unredirected_header("Authorization", f"Basic {known}")
        elif challenge := _challenge(request.full_url, seconds):
            passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            passwords.add_password(None, request.full_url, self.user, self.password)
            known = urllib.request.HTTPDigestAuthHandler(passwords).get_authorization(request, challenge) or ""
            request.add_unredirected_header("Authorization", f"Digest {known}")


def _challenge(address: str, seconds: float) -> dict[str, str] | None:
    """Have the server ask who it is (RFC 7616 §3.3); None where it does not want to know."""
    try:
        _opener().open(urllib.request.Request(address), timeout=seconds).close()
    except urllib.error.HTTPError as error:
        with error:
            for each in error.headers.get_all("WWW-Authenticate", ()):
                scheme, _, words = each.partition(" ")
                if scheme.lower() == "digest":
                    return urllib.request.parse_keqv_list(urllib.request.parse_http_list(words))
    return None


def _opener() -> urllib.request.OpenerDirector:
    """Make what opens a request: it knows no way round by a proxy or to another address."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow no redirect: it comes back as the error that its status is."""


class _Form(SPARQLWrapper):
    """Write a request as SPARQLWrapper does, of a kind that is known: it need not guess it from a stranger's text."""

    def __init__(self, address: str, kind: str, text: str, accept: str) -> None:
        self._kind = kind
        super().__init__(address)
        self.setMethod(POST)
        self.setOnlyConneg(True)
        self.setQuery(text)
        self.addCustomHttpHeader("Accept", accept)

    def _parseQueryType(self, query: str) -> str:  # noqa: N802, ARG002 — SPARQLWrapper's own
        return self._kind

    def isSparqlUpdateRequest(self) -> bool:  # noqa: N802
        """Say that an update is one, and nothing else is: a query never goes where updates are taken."""
        return self._kind == "INSERT"

    def request(self) -> urllib.request.Request:
        """Return the request, without any credentials."""
        return self._createRequest()


class Server:
    """Speak to the server that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._query, self._update, self._graphs = settings.store_query, settings.store_update, settings.store_graphs
        self._seconds = settings.store_seconds
        self._reader = Account(settings.store_auth, settings.store_reader, settings.store_reader_password)
        self._writer = Account(settings.store_auth, settings.store_user, settings.store_password)

    def ask(
        self, text: str, *, triples: bool, seconds: float, limit: int, dataset: Dataset | None = None
    ) -> tuple[bytes, str]:
        """Return the answer to a query, JSON results or N-Triples, and its media type.

        Raises ServiceError 503: `deadline`, `answer-too-large`, `too-many-rows` where the server has left some out,
        `engine-refuses`, `engine-lost` when it is not there or goes before the answer is whole.
        """
        accept = TRIPLES if triples else SOLUTIONS
        # Relative IRIs mean the same at every server.
        form = _Form(self._query, "CONSTRUCT" if triples else "SELECT", f"BASE <{BASE}>\n{text}", accept.media_type)
        for each in dataset.default_graphs if dataset else ():
            form.addDefaultGraph(each)
        for each in dataset.named_graphs if dataset else ():
            form.addNamedGraph(each)
        return self._sent(form.request(), self._reader, seconds, limit)

    def update(self, text: str) -> None:
        """Have the server carry out an update; after ServiceError `engine-lost` it may have done so or not."""
        form = _Form(self._update, "INSERT", text, "*/*")
        self._sent(form.request(), self._writer, self._seconds, _PIECE)

    @property
    def takes_graphs(self) -> bool:
        """Say whether the server has a graph store."""
        return bool(self._graphs)

    def put(self, graph: str, triples: Iterable[bytes]) -> None:
        """Put N-Triples in the place of a graph (SPARQL 1.1 Graph Store HTTP Protocol §5.3)."""
        separator = "&" if "?" in self._graphs else "?"
        address = f"{self._graphs}{separator}{urllib.parse.urlencode({'graph': graph})}"
        # Of Turtle, which N-Triples are, every server knows the media type.
        headers = {"Content-Type": "text/turtle;charset=utf-8", "Accept": "*/*"}
        request = urllib.request.Request(address, b"\n".join(triples), headers, method="PUT")
        self._sent(request, self._writer, self._seconds, _PIECE)

    def _sent(self, request: urllib.request.Request, account: Account, seconds: float, limit: int) -> tuple[bytes, str]:
        until = time.monotonic() + seconds
        try:
            account.sign(request, seconds)
            with _opener().open(request, timeout=seconds) as reply:
                if any(name in reply.headers for name in _SHORTENED):
                    raise ServiceError("too-many-rows", 503, retry_after=60, limit=reply.headers[_SHORTENED[0]] or "?")
                return _read(reply, until, seconds, limit), reply.headers.get_content_type()
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error, request.full_url) from None
        except TimeoutError as error:
            raise deadline(seconds) from error
        except urllib.error.URLError as error:
            raise (deadline(seconds) if isinstance(error.reason, TimeoutError) else lost()) from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise lost() from error


def _read(reply: http.client.HTTPResponse, until: float, seconds: float, limit: int) -> bytes:
    """Read an answer, bounded in bytes and time, and see that it is whole (RFC 9112 §8)."""
    body = bytearray()
    while piece := reply.read1(_PIECE):
        body += piece
        if len(body) > limit:
            raise ServiceError("answer-too-large", 503, retry_after=60, limit=limit)
        if time.monotonic() > until:
            raise deadline(seconds)
    length = reply.headers["Content-Length"]
    if length is not None and len(body) < int(length):
        raise lost()
    return bytes(body)


def _refusal(error: urllib.error.HTTPError, address: str) -> ServiceError:
    if error.code in _BUSY:
        return ServiceError("busy", 503, retry_after=10)
    # Its first line says what is wrong; what follows may be the query, which is its asker's own.
    said = error.read(_PIECE).decode(errors="replace").partition("\n")[0][:_SAID]
    log("engine-refuses", status=error.code, said=said, host=urllib.parse.urlsplit(address).netloc)
    return ServiceError("engine-refuses", 503, retry_after=60)


def deadline(seconds: float) -> ServiceError:
    """Tell that the server has not answered in time."""
    return ServiceError("deadline", 503, retry_after=max(1, round(seconds)), seconds=f"{seconds:g}")


def lost() -> ServiceError:
    """Tell that the server is not there, or has gone before its answer was whole."""
    return ServiceError("engine-lost", 503, retry_after=5)
