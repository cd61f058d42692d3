"""The flow of the whole: the dataset's description, with what it holds counted, and the files it can be fetched as."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SDO, VOID, XSD

from sasaeai import description
from sasaeai.description import Description
from sasaeai.formats import BY_NAME
from sasaeai.repository import Repository
from sasaeai.store import Dump, Store
from sasaeai.vocabulary import BASE, DATASET, LANGUAGES, LICENCE

DCAT = Namespace("http://www.w3.org/ns/dcat#")
"""DCAT 3, of which rdflib knows the version before."""

SPDX = Namespace("http://spdx.org/rdf/terms#")
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_QUERIES = ("dataset", "dataset-counts", "dataset-classes", "dataset-graphs")


@dataclass(frozen=True)
class Part:
    """Hold a part of the whole: its IRI, what it is called, and how many statements or things it has."""

    iri: str
    label: str | None
    language: str | None
    count: int


@dataclass(frozen=True)
class Page:
    """Hold what the page of the dataset shows."""

    title: str
    description: str
    rights: str
    counts: dict[str, int]
    graphs: Sequence[Part]
    classes: Sequence[Part]
    dumps: Sequence[Dump]
    version: str


@dataclass(frozen=True)
class Whole:
    """Hold the description of the dataset, what its page shows in each language, and the JSON-LD that stands in it."""

    described: Description
    pages: Mapping[str, Page]
    embedded: str

    @property
    def version(self) -> str:
        """Return the version of the data that is described."""
        return self.described.version


def whole(store: Store, repository: Repository) -> Whole:
    """Describe the dataset once for everybody: everything in it is counted."""
    described = describe(store, repository)
    graph = Graph().parse(data=described.triples, format="nt")
    pages = {language: _page(graph, store.dumps(), described.version, language) for language in LANGUAGES}
    return Whole(described, pages, description.embedded(described, repository))


def describe(store: Store, repository: Repository) -> Description:
    """Describe the dataset and the files it can be fetched as; ServiceError 503 while these are being written."""
    dumps = store.dumps()
    described = description.construct(store, [repository.query(name).text for name in _QUERIES])
    graph, whole = Graph(), URIRef(DATASET)
    for term in (DCAT.version, OWL.versionInfo, SDO.version, DCTERMS.identifier):
        graph.add((whole, term, Literal(described.version)))
    if since := store.since(described.version):
        graph.add((whole, DCTERMS.modified, Literal(since.isoformat(), datatype=XSD.dateTime)))
        graph.add((whole, SDO.dateModified, Literal(since.isoformat(), datatype=XSD.dateTime)))
    for dump in dumps:
        _distribute(graph, whole, dump)
    return described.with_triples(graph)


def _page(graph: Graph, dumps: Sequence[Dump], version: str, language: str) -> Page:
    whole = URIRef(DATASET)

    def words(subject: URIRef, *terms: URIRef) -> Literal | None:
        found = [text for term in terms for text in graph.objects(subject, term) if isinstance(text, Literal)]
        found.sort(key=lambda text: (text.language != language, str(text)))
        return found[0] if found else None

    def parts(relation: URIRef, name: URIRef | None, count: URIRef) -> list[Part]:
        found = []
        for part in graph.objects(whole, relation):
            iri = URIRef(str(graph.value(part, name) if name else part))
            label = words(iri, DCTERMS.title, RDFS.label)
            text, tongue = (str(label), label.language) if label else (None, None)
            found.append(Part(str(iri), text, tongue, int(str(graph.value(part, count)))))
        return sorted(found, key=lambda part: part.iri)

    named = ("triples", "distinctSubjects", "properties", "classes")
    return Page(
        str(words(whole, DCTERMS.title) or DATASET),
        str(words(whole, DCTERMS.description) or ""),
        str(words(whole, DCTERMS.rights) or ""),
        {name: int(str(graph.value(whole, VOID[name]))) for name in named},
        parts(VOID.subset, None, VOID.triples),
        parts(VOID.classPartition, VOID["class"], VOID.entities),
        dumps,
        version,
    )


def _distribute(graph: Graph, whole: URIRef, dump: Dump) -> None:
    """Describe a file with the whole graph in it (DCAT 3 §6.8, SPDX for its checksum, schema.org)."""
    here = URIRef(f"{BASE}dump/{dump.name}")
    checksum = URIRef(f"{BASE}dataset#checksum-{dump.name}")
    graph.add((whole, DCAT.distribution, here))
    graph.add((whole, VOID.dataDump, here))
    graph.add((whole, SDO.distribution, here))
    for kind in (DCAT.Distribution, SDO.DataDownload):
        graph.add((here, RDF.type, kind))
    graph.add((here, DCTERMS.title, Literal(dump.name)))
    graph.add((here, DCTERMS.license, URIRef(LICENCE)))
    for term in (DCAT.downloadURL, DCAT.accessURL, SDO.contentUrl):
        graph.add((here, term, here))
    content = BY_NAME[dump.name.split(".")[1]].media_type
    graph.add((here, DCAT.mediaType, URIRef(_MEDIA_TYPES + content)))
    if dump.media_type != content:
        graph.add((here, DCAT.compressFormat, URIRef(_MEDIA_TYPES + dump.media_type)))
    graph.add((here, SDO.encodingFormat, Literal(dump.media_type)))
    graph.add((here, DCAT.byteSize, Literal(dump.size, datatype=XSD.nonNegativeInteger)))
    graph.add((here, SDO.contentSize, Literal(f"{dump.size} B")))
    graph.add((here, SDO.sha256, Literal(dump.sha256)))
    graph.add((here, SPDX.checksum, checksum))
    graph.add((checksum, RDF.type, SPDX.Checksum))
    graph.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
    graph.add((checksum, SPDX.checksumValue, Literal(dump.sha256, datatype=XSD.hexBinary)))
