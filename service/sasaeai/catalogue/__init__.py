"""The flow of the stored questions: read their headers, take typed values, ask, answer.

A file `queries/catalogue/<name>.rq` is the registration: its `#+` header (YAML, grlc's way) says what it asks, of
whom and with which example; its text runs unchanged in any SPARQL tool.
"""

from sasaeai.catalogue.asking import answer, arguments_of, example, fill, resolved
from sasaeai.catalogue.by_city import ByCity
from sasaeai.catalogue.chart import Line, lines
from sasaeai.catalogue.description import EXAMPLES, LICENCE, examples
from sasaeai.catalogue.parameters import WANTED, Parameter
from sasaeai.catalogue.questions import Chart, Question, moved, questions, read
from sasaeai.catalogue.replies import EVIDENCE, FORMATS, Reply, ask, write

__all__ = [
    "EVIDENCE",
    "EXAMPLES",
    "FORMATS",
    "LICENCE",
    "WANTED",
    "ByCity",
    "Chart",
    "Line",
    "Parameter",
    "Question",
    "Reply",
    "answer",
    "arguments_of",
    "ask",
    "example",
    "examples",
    "fill",
    "lines",
    "moved",
    "questions",
    "read",
    "resolved",
    "write",
]
