"""The verbs of `./lab`, one module each."""
