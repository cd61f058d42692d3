"""Signing in: a token entered once, a cookie in its place, and the proof that a form is one of our own.

Programs show the token itself with each request (RFC 6750). The cookie is worth nothing elsewhere: scripts do not read
it, other sites do not send it along with what they post, and each form repeats a proof that follows from it (a proof
that a page before signing in has too, so that nobody is signed in as somebody else).
"""

import hashlib
import hmac
import re
import secrets
from ipaddress import ip_network

from flask import Blueprint, Response, g, redirect, render_template, request

from sasaeai.desk import sessions, tokens
from sasaeai.desk.tokens import Token
from sasaeai.errors import ServiceError
from sasaeai.journal import log
from sasaeai.web import answers, askers, problems
from sasaeai.web.context import here, language
from sasaeai.web.links import on_host
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import Tree, operation

blueprint = Blueprint("signing", __name__)

DESK = "/submissions"
_COOKIE = "sasaeai-desk"
_FORM = "application/x-www-form-urlencoded"
_WITHIN = re.compile(r"/(?:submissions|revisions)(?:/[0-9a-f]{1,32})?")
"""Where signing in may lead: to pages of the desk only."""

_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def form(**fields: Tree) -> Tree:
    """Describe what a form of the desk takes."""
    proof = {"type": "string", "description": {"ja": "様式の証明（画面から送るとき）。", "en": "Of a page: its proof."}}
    return {"content": {_FORM: {"schema": {"type": "object", "properties": {**fields, "proof": proof}}}}}


@blueprint.get("/sign-in")
@operation(
    "desk",
    "トークンを入力するページ。",
    "The page to enter a token on.",
    gives=[HTML],
    answers=[404, 503],
    parameters=["lang"],
    headers=["Link", "Content-Language"],
)
def ask() -> Response:
    """Show the page to enter a token on."""
    return _page()


@blueprint.post("/sign-in")
@operation(
    "desk",
    "サインインする。",
    "Sign in.",
    method="POST",
    answers=[303, 400, 401, 404, 413, 429, 503],
    parameters=["lang"],
    body=form(token={"type": "string"}, to={"type": "string"}),
)
def enter() -> Response:
    """Sign in who shows a token, and lead to where he wanted to go; the cookie is always a new one."""
    desk, before = here().desk, _cookie()
    try:
        check_form()
        _bounded()
        secret = sessions.begin(desk, request.form.get("token", "").strip(), here().settings.session_hours)
    except ServiceError as error:
        _refused(error)
        return problems.mark(_page(error), error)
    if before:
        sessions.end(desk, before)
    response: Response = redirect(on_host(_wanted()), code=303)  # type: ignore[assignment]
    return _given(response, secret)


@blueprint.post("/sign-out")
@operation(
    "desk",
    "サインアウトする。",
    "Sign out.",
    method="POST",
    answers=[303, 400, 404, 413, 503],
    parameters=["lang"],
    body=form(),
)
def leave() -> Response:
    """End the session, and take the cookie back."""
    check_form()
    sessions.end(here().desk, _cookie())
    response: Response = redirect(on_host("/sign-in"), code=303)  # type: ignore[assignment]
    response.delete_cookie(_name(), path="/", secure=_is_secure(), httponly=True, samesite="Lax")
    return response


@blueprint.after_app_request
def unkept(response: Response) -> Response:
    """Let nobody keep what the desk answers."""
    if request.blueprint in {"signing", "submissions", "revisions"}:
        response.headers["Cache-Control"] = "no-store"
    return response


def asker() -> Token:
    """Return whose token is shown, or whose session it is; ServiceError 401 without either."""
    if "asker" not in g:
        g.asker = _asker()
    known: Token = g.asker
    return known


def check_form() -> None:
    """Refuse a form that is none of ours (or older than its cookie): ServiceError 400. A token needs no proof."""
    given = request.form.get("proof", "")
    told = _cookie() and hmac.compare_digest(proof().encode(), given.encode("utf-8", "replace"))
    # Another site can have a browser send Basic credentials, and no token.
    if not request.headers.get("Authorization", "").lower().startswith("bearer ") and not told:
        raise ServiceError("stale-form", 400)


def proof() -> str:
    """Return what a form of this reader repeats; it follows from the cookie, and the cookie does not follow from it."""
    return hmac.new(_cookie().encode(), b"form", hashlib.sha256).hexdigest()


def to_sign_in(error: ServiceError) -> Response:
    """Lead who reads pages and has not signed in to the page for it; tell others."""
    if error.key != "sign-in-needed" or not answers.reads_pages("application/problem+json", "application/json"):
        return problems.tell(error)
    path = request.path if request.method == "GET" else DESK
    wanted = [("to", path)] if _WITHIN.fullmatch(path) else []
    response: Response = redirect(on_host("/sign-in", *wanted), code=303)  # type: ignore[assignment]
    return response


def _asker() -> Token:
    kind, _, shown = request.headers.get("Authorization", "").partition(" ")
    if kind:
        if kind.lower() != "bearer":
            raise ServiceError("sign-in-needed", 401)
        _bounded()
        try:
            return tokens.bearer(here().desk, shown)
        except ServiceError as error:
            _refused(error)
            raise
    if found := sessions.bearer(here().desk, _cookie()):
        return found
    raise ServiceError("sign-in-needed", 401)


def _bounded() -> None:
    """Refuse a client from whom too many tokens came that are none: ServiceError 429."""
    if here().refusals.level(_client()) >= here().settings.refused_tokens:
        raise ServiceError("too-many-refused", 429, retry_after=60, limit=here().settings.refused_tokens)


def _refused(error: ServiceError) -> None:
    if error.key == "token-refused":
        here().refusals.charge(_client(), 1)
        log("token-refused", client=_client())


def _client() -> str:
    return askers.account(askers.address(request.environ, here().settings.trusted_proxies)) or "unknown"


def _page(error: ServiceError | None = None) -> Response:
    _ = here().desk
    fresh = "" if _cookie() else secrets.token_urlsafe(32)
    g.cookie = _cookie() or fresh
    problem = error.message(language()) if error else None
    response = answers.send_page(render_template("sign-in.html", problem=problem, proof=proof(), to=_wanted()))
    return _given(response, fresh) if fresh else response


def _wanted() -> str:
    wanted = request.values.get("to", "")
    return wanted if _WITHIN.fullmatch(wanted) else DESK


def _given(response: Response, secret: str) -> Response:
    response.set_cookie(_name(), secret, path="/", secure=_is_secure(), httponly=True, samesite="Lax")
    return response


def _cookie() -> str:
    known: str = g.get("cookie") or request.cookies.get(_name(), "")
    return known


def _name() -> str:
    """Name the cookie; a browser takes one of the longer name over HTTPS only, from this very host (RFC 6265bis)."""
    return f"__Host-{_COOKIE}" if _is_secure() else _COOKIE


def _is_secure() -> bool:
    """Tell whether the cookie goes over HTTPS only: always, but for who sits at this machine, or where it is set so."""
    local = askers.is_direct(request.environ, ()) and askers.is_in(request.environ.get("REMOTE_ADDR", ""), _LOOPBACK)
    return not (local or here().settings.plain_sign_in)
