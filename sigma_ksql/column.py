"""What a rule's field is in SQL, and what its values are there."""

import re
from dataclasses import dataclass
from typing import Final

from sigma.exceptions import SigmaFeatureNotSupportedByBackendError
from sigma.types import SigmaNumber, SigmaString, SigmaType

_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Column:
    """What a field is in SQL: a column or another expression. `folded` text is in lower case already."""

    sql: str
    is_number: bool = False
    folded: bool = False


def fitting(field: str, value: SigmaType, column: Column | None) -> SigmaType:
    """A value as its column compares with it; as it is where the column is not known.

    Raises:
        SigmaFeatureNotSupportedByBackendError: the column never is that, or nobody said what the value is.
    """
    if isinstance(value, SigmaString) and value.contains_placeholder():
        raise SigmaFeatureNotSupportedByBackendError(
            f"{field}: no processing pipeline says what the placeholder in {value} is"
        )
    if column is None:
        return value
    if not column.is_number:
        return SigmaString(str(value)) if isinstance(value, SigmaNumber) else value
    if not isinstance(value, SigmaString) or value.contains_special():
        return value
    written = str(value)
    if not _NUMBER.fullmatch(written):
        raise SigmaFeatureNotSupportedByBackendError(f"{field} is a number, and never {written!r}")
    return SigmaNumber(float(written) if "." in written else int(written))
