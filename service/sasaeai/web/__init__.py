"""The edge to HTTP: one module a flow, and what they share. Only here Flask is spoken."""
