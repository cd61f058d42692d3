"""The door to the shapes as columns: which sheets a city's workbook has, and what may stand in each of their cells."""

from sasaeai.fields.names import Names
from sasaeai.fields.sheets import Column, Field, Fields, RowKind, Sheet
from sasaeai.fields.turtle import Statement, read_statements, written_as_turtle

__all__ = [
    "Column",
    "Field",
    "Fields",
    "Names",
    "RowKind",
    "Sheet",
    "Statement",
    "read_statements",
    "written_as_turtle",
]
