"""Files from strangers, examined in processes of their own: what a file can do to a process, it does to that one."""

from sasaeai.examiner.client import Examined, Examiner, Step

__all__ = ["Examined", "Examiner", "Step"]
