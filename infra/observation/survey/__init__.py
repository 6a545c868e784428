"""One look at all of a running stack that can tell whether and where it is broken. Changes nothing."""
