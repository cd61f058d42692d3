"""The edge to HTTP: one module a flow, and what they share. Only here Flask is spoken."""

from sasaeai.web import entity, pages, questions, sparql

BLUEPRINTS = (pages.blueprint, sparql.blueprint, entity.blueprint, questions.blueprint)
"""The flows as the web has them."""
