"""A store that counts what it is asked: a page is built from a bounded number of queries."""

from typing import Any

from sasaeai.store import Answer
from sasaeai.store.local import LocalStore


class CountingStore(LocalStore):
    """Answer as a LocalStore does, and keep the texts of the queries asked."""

    asked: list[str]

    def query(self, text: str, **how: Any) -> Answer:
        self.asked.append(text)
        return super().query(text, **how)

    def __init__(self, *what: Any, **how: Any) -> None:
        self.asked = []
        super().__init__(*what, **how)
