"""Sasaeai: the public knowledge graph of 生活支援体制整備事業, and the service that answers over it."""
