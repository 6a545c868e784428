"""All cases of attribution."""

from typing import Final

from tests.ksql.cases.context import CONTEXT
from tests.ksql.cases.processes import PROCESSES
from tests.ksql.cases.reasons import REASONS
from tests.ksql.cases.sides import SIDES
from tests.ksql.cases.times import TIMES

CASES: Final = (*TIMES, *SIDES, *PROCESSES, *CONTEXT, *REASONS)
