"""What is particular to each question and each list, read off the headers of their files into OpenAPI's words."""

from collections.abc import Iterator, Mapping

from sasaeai import catalogue
from sasaeai.catalogue import Parameter, Question
from sasaeai.lists import Listing
from sasaeai.lists.entries import MUNICIPALITY
from sasaeai.lists.wishes import STATE, parameter_of
from sasaeai.vocabulary import CONCEPT, LANGUAGES, Words
from sasaeai.web.context import Context
from sasaeai.web.operations import One, Tree, parameter, several, tables

SCHEMAS: Mapping[str, Tree] = {
    "municipality": {"type": "string"},
    "day": {"type": "string"},
    "fiscal-year": {"type": "string"},
    "language": {"type": "string", "enum": [*LANGUAGES]},
    "concept": {"type": "string"},
    "iri": {"type": "string", "format": "iri"},
    "text": {"type": "string"},
}
"""What the text given for each type of parameter is like, as far as a schema can say."""


def cities(context: Context) -> Tree:
    """Tell of the parameter that names cities, with those of the questions' examples for instance."""
    named = [code for each in context.questions.values() for code in each.example.get("parameters", {}).get("m", ())]
    example = list(dict.fromkeys(map(str, named)))[:2]
    ja, en = "市区町村のコードか名称。", "Codes or names of municipalities."
    return parameter("m", ja, en, several({"type": "string"}), example=example)


def indicators(context: Context) -> Iterator[One]:
    """Tell of every indicator, and what it means there that something is not stated."""
    for each in context.measures.indicators.values():
        said = {language: f"{each.summary[language]}\n\n{each.not_stated[language]}" for language in LANGUAGES}
        yield One(each.name, each.title, said, [])


def questions(context: Context) -> Iterator[One]:
    """Tell of every question of the catalogue."""
    for each in context.questions.values():
        example = {name: values for name, values in catalogue.example(each, LANGUAGES[0]).items() if name != "lang"}
        yield One(
            each.name,
            each.title,
            _whole(each),
            [_asked(known) for known in each.parameters.values()],
            [(name, value) for name, values in example.items() for value in values],
            tables(each.columns),
            each.deprecated is not None,
        )


def _whole(question: Question) -> Words:
    """Return what a question answers, and what is to be minded."""
    said = [question.summary, *([question.caveat] if question.caveat else [])]
    return {each: "\n\n".join(words[each] for words in said) for each in LANGUAGES}


def drawn(context: Context) -> Iterator[One]:
    """Tell of the questions whose answers are drawn."""
    return (each for each in questions(context) if context.questions[each.name].chart)


def _asked(told: Parameter) -> Tree:
    wanted = catalogue.WANTED[told.type]
    where = f"{CONCEPT}{told.scheme}" if told.scheme else ""
    ja = f"{told.label['ja']}。{wanted['ja']}{where and f'（{where}）'}。"
    en = f"{told.label['en']}. {wanted['en']}{where and f' ({where})'}."
    schema = dict(SCHEMAS[told.type])
    if told.default is not None:
        schema["default"] = told.default
    example = [str(told.example)] if told.repeatable else str(told.example)
    more = {"required": True} if told.required else {}
    return parameter(told.name, ja, en, several(schema) if told.repeatable else schema, example=example, **more)


def listings(context: Context) -> Iterator[One]:
    """Tell of every list."""
    for each in context.shelf.listings.values():
        yield One(each.name, each.title, each.summary, list(_wished(each)), schemas=tables(each.columns))


def _wished(listing: Listing) -> Iterator[Tree]:
    yield {"$ref": "#/components/parameters/q"}
    text = several({"type": "string"})
    if MUNICIPALITY in listing.columns:
        ja, en = "市区町村のコード。「-」は値のないもの。", "Codes of municipalities; - for what has none."
        yield parameter(parameter_of(MUNICIPALITY), ja, en, text)
    for column in (each for each in listing.facets if each != MUNICIPALITY):
        words = listing.columns[column]
        ja, en = f"{words['ja']}の鍵。「-」は値のないもの。", f"Keys of “{words['en']}”; - for what has none."
        yield parameter(column, ja, en, text)
    yield parameter(STATE, "基準日における状態の鍵。", "Keys of the state on the day asked about.", text)
    orders = {"type": "string", "enum": [f"{sign}{each}" for each in listing.sortable for sign in ("", "-")]}
    yield parameter(
        "sort", "並べ替える列。「-」は逆順。", "The column to sort by; - from the last to the first.", orders
    )
