"""A pySigma backend for ksqlDB, of use without the lab: Sigma rules become conditions."""

from sigma_ksql.backend import Column, KsqlBackend

__all__ = ["Column", "KsqlBackend"]
