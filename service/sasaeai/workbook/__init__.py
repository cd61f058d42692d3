"""The door to spreadsheets: workbooks written, and workbooks and CSV files read as people send them."""

from sasaeai.workbook.annotating import annotated
from sasaeai.workbook.opening import Bounds, Grid, Raw, opened
from sasaeai.workbook.writing import Help, Note, Table, write

__all__ = ["Bounds", "Grid", "Help", "Note", "Raw", "Table", "annotated", "opened", "write"]
