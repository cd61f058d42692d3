"""What is read once and kept until the data change: things taken last, and what is known of cities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sasaeai.repository import Repository
from sasaeai.statements.dossiers import dossiers
from sasaeai.statements.keeping import Last
from sasaeai.vocabulary import ID

from .counting import CountingStore
from .test_city import HEAD


@dataclass(frozen=True)
class Book:
    """Something kept: its title, and the version it was read from."""

    title: str
    version: str


class Library:
    """Reads books of a version, and remembers which it was asked for."""

    def __init__(self, version: str = "1") -> None:
        self.version = version
        self.asked: list[list[str]] = []

    def read(self, titles: Sequence[str]) -> Mapping[str, tuple[Book, int]]:
        self.asked.append(list(titles))
        return {title: (Book(title, self.version), len(title)) for title in titles}


def test_only_what_is_not_kept_is_read_and_all_of_that_at_once() -> None:
    library, last = Library(), Last[Book](most=10)
    assert list(last.take(["a", "b"], "1", library.read)) == ["a", "b"]
    assert list(last.take(["c", "b", "a", "d"], "1", library.read)) == ["c", "b", "a", "d"]
    assert library.asked == [["a", "b"], ["c", "d"]]


def test_what_was_taken_longest_ago_makes_room() -> None:
    library, last = Library(), Last[Book](most=5)
    for title in ("aa", "bb", "aa", "cc"):
        last.take([title], "1", library.read)
    library.asked.clear()
    for title in ("aa", "cc", "bb"):
        last.take([title], "1", library.read)
    assert library.asked == [["bb"]]


def test_what_weighs_too_much_is_given_and_not_kept() -> None:
    library, last = Library(), Last[Book](most=5)
    for _ in range(2):
        assert last.take(["abcdef"], "1", library.read)["abcdef"].title == "abcdef"
    assert library.asked == [["abcdef"]] * 2


def test_what_is_taken_together_is_of_one_version_and_nothing_older_is_kept() -> None:
    library, last = Library(), Last[Book](most=10)
    last.take(["a"], "1", library.read)
    library.version = "2"  # published after the asker had looked which version there is
    assert {each.version for each in last.take(["a", "b"], "1", library.read).values()} == {"2"}
    assert library.asked == [["a"], ["b"], ["a", "b"]]
    last.take(["a", "b"], "2", library.read)
    assert len(library.asked) == 3


def test_what_is_known_of_a_city_is_read_once_and_anew_when_the_data_change(repository: Repository) -> None:
    store = CountingStore(repository)
    city = f"{ID}011002"
    assert dossiers(store, repository, [city], "ja")[0].things == {}
    asked = len(store.asked)
    dossiers(store, repository, [city], "ja")
    assert len(store.asked) == asked
    store.publish({"https://w3id.org/sasaeai/graph/011002/page": HEAD.encode()})
    (known,) = dossiers(store, repository, [city], "ja")
    assert known.things[f"{city}/tier/1"].name.text == "第1層"
    assert known.version == store.version()
