"""What was handed in and what was accepted: the desk's records, in one SQLite file under the state directory.

A function of its modules is one transaction: once it returns, what it did outlives `kill -9` and a cut of the power.
"""

from sasaeai.desk.database import FILE, Desk

__all__ = ["FILE", "Desk"]
