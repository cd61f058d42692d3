"""Files from strangers, examined in processes of their own: what a file can do to a process, it does to that one."""

from sasaeai.examiner.client import SOCKET, Examined, Examiner, Step

__all__ = ["SOCKET", "Examined", "Examiner", "Step"]
