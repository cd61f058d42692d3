"""The flow of a thing's page: what is said of it field by field, and what points to it, with who says so and when."""

from sasaeai.thing.about import About, about
from sasaeai.thing.links import Group, Linked, Part
from sasaeai.thing.page import Page, Wanted, body, document, page
from sasaeai.thing.said import Said, Section, Value
from sasaeai.thing.ward import city_of

__all__ = [
    "About",
    "Group",
    "Linked",
    "Page",
    "Part",
    "Said",
    "Section",
    "Value",
    "Wanted",
    "about",
    "body",
    "city_of",
    "document",
    "page",
]
