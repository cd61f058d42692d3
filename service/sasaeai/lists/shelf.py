"""The lists of a repository, read once for each version of the data and language, and kept in the process."""

from collections.abc import Mapping

from sasaeai.errors import ServiceError
from sasaeai.lists import Listing
from sasaeai.lists.entries import Entries
from sasaeai.lists.gathering import Gathering
from sasaeai.statements import select
from sasaeai.statements.keeping import Keeper
from sasaeai.store import Store
from sasaeai.store.parameters import Term, iri, literal

_TRIES = 3


class Shelf:
    """Keep the lists of a repository that were asked for."""

    def __init__(self, store: Store, listings: Mapping[str, Listing]) -> None:
        self.listings = listings
        self._store = store
        self._keeper = Keeper[Entries](store)

    def take(self, listing: Listing, language: str) -> Entries:
        """Return the things of a list: by a query (one for each of its parts) where the data are new, else by none."""
        return self._keeper.take((listing.name, language), lambda: self._read(listing, language))

    def take_all(self, language: str) -> dict[Listing, Entries]:
        """Return the things of every list, all of one version of the data."""
        for _ in range(_TRIES):
            taken = {listing: self.take(listing, language) for listing in self.listings.values()}
            if len({each.version for each in taken.values()}) <= 1:
                return taken
        raise ServiceError("busy", 503, retry_after=1)

    def _read(self, listing: Listing, language: str) -> Entries:
        """Read a list until all of it is of one version of the data; ServiceError 503 if it changes all along."""
        asked: list[dict[str, Term]] = [{"lang": literal(language)}]
        for place, classes in listing.parts.items():
            asked = [{**each, place: iri(one)} for each in asked for one in classes]
        for _ in range(_TRIES):
            gathering, versions = Gathering(listing), set()
            for values in asked:
                table = select(self._store, listing.query, **values)
                gathering.add(table)
                versions.add(table.version)
            if len(versions) == 1:
                return gathering.entries(versions.pop())
        raise ServiceError("busy", 503, retry_after=1)
