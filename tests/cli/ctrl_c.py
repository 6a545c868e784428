"""Ctrl-C at a moment of a Python process that is certain, however fast the machine is."""

from typing import Final

CTRL_C: Final = """
import os, signal, sys
def press(event, of):
    if event == "import" and of[0] == os.environ["PRESSED_AT"]:
        os.kill(os.getpid(), signal.SIGINT)
sys.addaudithook(press)
"""
"""Sends this process the signal of Ctrl-C when it is about to import a module."""
