"""A pySigma backend for ksqlDB, of use without the lab: Sigma rules become conditions."""

from sigma_ksql.backend import KsqlBackend
from sigma_ksql.column import Column

__all__ = ["Column", "KsqlBackend"]
