"""The flow of the stored questions: read their headers, take typed values, ask, answer.

A file `queries/catalogue/<name>.rq` is the registration: its `#+` header (YAML, grlc's way) says what it asks, of
whom and with which example; its text runs unchanged in any SPARQL tool.
"""

from sasaeai.catalogue.asking import answer, arguments_of, example, fill
from sasaeai.catalogue.description import EXAMPLES, LICENCE, examples
from sasaeai.catalogue.parameters import WANTED, Parameter
from sasaeai.catalogue.questions import Question, questions, read

__all__ = [
    "EXAMPLES",
    "LICENCE",
    "WANTED",
    "Parameter",
    "Question",
    "answer",
    "arguments_of",
    "example",
    "examples",
    "fill",
    "questions",
    "read",
]
