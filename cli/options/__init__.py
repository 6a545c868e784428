"""Kinds of options that verbs share."""
