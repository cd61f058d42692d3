"""The mistakes of callers: raised anywhere, worded in two languages (`errors.yaml`), rendered once at the edge."""

from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml

MEMBERS = ("line", "column", "excerpt", "requested_version", "present_version", "report", "successors")
"""The parameters of mistakes that programs are told by name, beside the words (RFC 9457 §3.2)."""


@lru_cache(maxsize=1)
def messages() -> dict[str, dict[str, str]]:
    """Read what each mistake is called, and what it says in each language to the person who made it."""
    said: dict[str, dict[str, str]] = yaml.safe_load((Path(__file__).parent / "errors.yaml").read_text("utf-8"))
    return said


class ServiceError(Exception):
    """Tell a caller what is wrong and how to mend it.

    `key` names the entry of `messages`, `status` is the HTTP status, `parameters` fill the words.
    A parameter may be a mapping from language to text. `retry_after` is in whole seconds.
    """

    def __init__(self, key: str, status: int, *, retry_after: int | None = None, **parameters: Any) -> None:
        super().__init__(key)
        self.key = key
        self.status = HTTPStatus(status)
        self.retry_after = retry_after
        self.parameters = parameters

    def message(self, language: str) -> str:
        """Word the mistake in `ja` or `en`."""
        words = {
            name: value.get(language, "") if isinstance(value, dict) else value
            for name, value in self.parameters.items()
        }
        return messages()[self.key][language].format_map(words)

    @property
    def members(self) -> dict[str, Any]:
        """Return what programs are told beside the words."""
        return {name: self.parameters[name] for name in MEMBERS if name in self.parameters}

    def __str__(self) -> str:
        """Return the English words."""
        return self.message("en")
