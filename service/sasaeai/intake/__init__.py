"""A city's workbook: its documents as sheets that staff can mend, and what comes back, read and checked."""

from sasaeai.intake.examining import Intake, Report, examine
from sasaeai.intake.export import template
from sasaeai.intake.findings import Finding
from sasaeai.intake.report import as_csv, as_json, as_turtle, as_workbook, rows
from sasaeai.validation import Progress

__all__ = [
    "Finding",
    "Intake",
    "Progress",
    "Report",
    "as_csv",
    "as_json",
    "as_turtle",
    "as_workbook",
    "examine",
    "rows",
    "template",
]
