"""The questions told in RDF, as examples of what an endpoint can be asked."""

from collections.abc import Iterable

from sasaeai.catalogue.asking import example, fill
from sasaeai.catalogue.questions import Question
from sasaeai.prefixes import PREFIXES, Prefixes, declarations, expanded
from sasaeai.store.parameters import Term, iri, literal
from sasaeai.store.writing import Statement, in_language, statement
from sasaeai.vocabulary import BASE, LANGUAGES

EXAMPLES = BASE + "queries/"
"""The document that describes the questions in RDF; each is `#` and its name."""

LICENCE = "https://spdx.org/licenses/MIT"
"""The licence of queries, as `LICENSE` says."""


def examples(questions: Iterable[Question], prefixes: Prefixes, endpoint: str) -> list[Statement]:
    """Describe the questions as examples of what an endpoint can be asked, each filled in with its own example.

    They are told as the SPARQL examples vocabulary does (https://purl.expasy.org/sparql-examples/ontology#): SHACL for
    the text and its prefixes, schema.org for endpoint and keywords.
    """
    described = [*declarations(prefixes), statement(EXAMPLES, expanded(prefixes, "dct:license"), iri(LICENCE))]
    for question in questions:
        about: list[tuple[str, Term]] = [
            ("rdf:type", iri(expanded(prefixes, "sh:SPARQLExecutable"))),
            ("rdf:type", iri(expanded(prefixes, "sh:SPARQLSelectExecutable"))),
            *(("rdfs:label", in_language(words, tag)) for tag, words in question.title.items()),
            *(("rdfs:comment", in_language(words, tag)) for tag, words in question.summary.items()),
            ("sh:prefixes", iri(PREFIXES)),
            ("sh:select", literal(fill(question, example(question, LANGUAGES[0])))),
            *(("schema:keywords", literal(tag)) for tag in question.tags),
            ("schema:target", iri(endpoint)),
            ("foaf:page", iri(EXAMPLES + question.name)),
            *([("owl:deprecated", literal(True))] if question.deprecated else []),
            *([("dct:isReplacedBy", iri(f"{EXAMPLES}#{question.replaced_by}"))] if question.replaced_by else []),
        ]
        subject = f"{EXAMPLES}#{question.name}"
        described += [statement(subject, expanded(prefixes, name), value) for name, value in about]
    return described
