"""A city's workbook: its documents as sheets that staff can mend, and what comes back, read and checked."""

from sasaeai.intake.export import template

__all__ = ["template"]
