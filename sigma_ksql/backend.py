"""The backend: what pySigma asks for, in ksqlDB's words."""

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.conversion.base import TextQueryBackend
from sigma.conversion.deferred import DeferredQueryExpression
from sigma.conversion.state import ConversionState
from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import SigmaError, SigmaFeatureNotSupportedByBackendError
from sigma.processing.pipeline import ProcessingPipeline
from sigma.rule import SigmaRule
from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaType,
)

from sigma_ksql import cidr, text
from sigma_ksql.column import Column, fitting

_FLAGS: Final = {
    SigmaRegularExpressionFlag.IGNORECASE: "i",
    SigmaRegularExpressionFlag.MULTILINE: "m",
    SigmaRegularExpressionFlag.DOTALL: "s",
}
_PYSIGMAS_ENDING: Final = re.compile(r" \(while converting rule .*\)$")
Field = ConditionFieldEqualsValueExpression


Callback = Callable[[SigmaRule | SigmaCorrelationRule, str | None, int, Any, Any], Any]


class KsqlBackend(TextQueryBackend):
    """Sigma rules as boolean expressions of ksqlDB 0.29 and newer, one for each condition of a rule.

    They are true or false and never NULL, so that NOT does what a rule means: ksqlDB compares with NULL as
    false. Nothing in them fails on a NULL, which would cost the row. Refused are correlation rules, values
    without a field, parts of a time, parts of another field, and placeholders that no pipeline has filled.

    Args:
        processing_pipeline: renames the rules' fields to columns; see pySigma.
        collect_errors: put refused rules into `errors` instead of raising.
        columns: what the fields are, after the pipeline; any other is refused, and so is what a column's type
            never is. Without it, each field is the column of its name, a rule's number is compared with a
            number, and its text with text.
    """

    name: ClassVar[str] = "ksqlDB"
    formats: ClassVar[dict[str, str]] = {"default": "Conditions for WHERE and CASE"}
    requires_pipeline: ClassVar[bool] = False
    convert_or_as_in: ClassVar[bool] = True
    group_expression: ClassVar[str | None] = "({expr})"
    or_token: ClassVar[str] = "OR"  # noqa: S105 - a word of SQL
    and_token: ClassVar[str] = "AND"  # noqa: S105 - a word of SQL
    not_token: ClassVar[str] = "NOT"  # noqa: S105 - a word of SQL
    eq_token: ClassVar[str] = " = "  # noqa: S105 - a word of SQL
    compare_op_expression: ClassVar[str | None] = "{field} {operator} {value}"
    compare_operators: ClassVar[dict[CompareOperators, str] | None] = {
        CompareOperators.LT: "<",
        CompareOperators.LTE: "<=",
        CompareOperators.GT: ">",
        CompareOperators.GTE: ">=",
    }
    field_equals_field_expression: ClassVar[str | None] = "{field1} = {field2}"
    field_null_expression: ClassVar[str | None] = "{field} IS NULL"
    field_exists_expression: ClassVar[str | None] = "{field} IS NOT NULL"

    def __init__(
        self,
        processing_pipeline: ProcessingPipeline | None = None,
        *,
        collect_errors: bool = False,
        columns: Mapping[str, Column] | None = None,
    ) -> None:
        super().__init__(processing_pipeline, collect_errors)
        self._columns = columns

    def convert_rule(
        self, rule: SigmaRule, output_format: str | None = None, callback: Callback | None = None
    ) -> list[Any]:
        """The conditions of a rule.

        Raises:
            SigmaError: naming the rule; what it asks for has no counterpart in ksqlDB.
        """
        try:
            return super().convert_rule(rule, output_format, callback)
        except SigmaError as error:
            raise _naming(rule, str(error)) from error
        except (NotImplementedError, TypeError, ValueError, KeyError) as error:
            raise _naming(rule, str(error)) from error

    def convert_correlation_rule(
        self,
        rule: SigmaCorrelationRule,
        output_format: str | None = None,
        method: str | None = None,
        callback: Callback | None = None,
    ) -> list[Any]:
        """Refused: a correlation is a statement with a window of its own, and not a condition."""
        del output_format, method, callback
        raise _naming(rule, "correlation rules are not supported")

    def escape_and_quote_field(self, field_name: str) -> str:
        """A field as ksqlDB's SQL writes it.

        Raises:
            SigmaFeatureNotSupportedByBackendError: there is no such field.
        """
        if self._columns is None:
            return text.name(field_name)
        if field_name not in self._columns:
            raise SigmaFeatureNotSupportedByBackendError(
                f"there is no field {field_name}; there are {', '.join(sorted(self._columns))}"
            )
        return self._columns[field_name].sql

    def decide_convert_condition_as_in_expression(
        self, cond: ConditionOR | ConditionAND, state: ConversionState
    ) -> bool:
        """Whether a list becomes IN: values of one kind for one column, without wildcards."""
        if not super().decide_convert_condition_as_in_expression(cond, state):
            return False
        items = [arg for arg in cond.args if isinstance(arg, Field)]
        return len({type(self._fitting(item)) for item in items}) == 1 and len(items) > 1

    def convert_condition_as_in_expression(
        self, cond: ConditionOR | ConditionAND, state: ConversionState
    ) -> str | DeferredQueryExpression:
        """Column IN (values)."""
        del state
        items = [arg for arg in cond.args if isinstance(arg, Field)]
        column = self.escape_and_quote_field(items[0].field)
        values = [self._fitting(item) for item in items]
        texts = [value for value in values if isinstance(value, SigmaString)]
        if texts:
            written = ", ".join(text.literal(value) for value in texts)
            return f"{self._subject(items[0].field, texts[0])} IN ({written})"
        return f"{column} IN ({', '.join(str(value) for value in values)})"

    def convert_condition_field_eq_val_str(
        self, cond: Field, state: ConversionState
    ) -> str | DeferredQueryExpression:
        """Column matches text, in upper or lower case."""
        del state
        value = self._fitting(cond)
        if isinstance(value, SigmaString):
            return text.matches(self._as_text(cond.field), self._subject(cond.field, value), value)
        return f"{self.escape_and_quote_field(cond.field)} = {value}"

    def convert_condition_field_eq_val_str_case_sensitive(
        self, cond: Field, state: ConversionState
    ) -> str | DeferredQueryExpression:
        """Column matches text to the letter."""
        return self.convert_condition_field_eq_val_str(cond, state)

    def convert_condition_field_eq_val_num(
        self, cond: Field, state: ConversionState
    ) -> str | DeferredQueryExpression:
        """Column is a number, or the text of one."""
        return self.convert_condition_field_eq_val_str(cond, state)

    def convert_condition_field_eq_val_bool(
        self, cond: Field, state: ConversionState
    ) -> str | DeferredQueryExpression:
        """Column is true or false; as text where the columns' types are known."""
        word = "true" if isinstance(cond.value, SigmaBool) and bool(cond.value) else "false"
        if self._columns is None:
            return f"{text.name(cond.field)} = {word.upper()}"
        return self.convert_condition_field_eq_val_str(Field(cond.field, SigmaString(word)), state)

    def convert_condition_field_eq_val_re(
        self, cond: Field, state: ConversionState
    ) -> str | DeferredQueryExpression:
        """Column has a part that matches a regular expression, which Java interprets."""
        del state
        assert isinstance(cond.value, SigmaRegularExpression)  # noqa: S101
        written = str(cond.value.regexp)
        if "(?P" in written:
            raise SigmaFeatureNotSupportedByBackendError(
                "ksqlDB's regular expressions are Java's, which have no (?P...): write (...) for the group"
            )
        flags = "".join(sorted(_FLAGS[flag] for flag in cond.value.flags))
        pattern = f"(?{flags}){written}" if flags else written
        return f"REGEXP_EXTRACT({text.quoted(pattern)}, {self._as_text(cond.field)}) IS NOT NULL"

    def convert_condition_field_eq_val_cidr(
        self, cond: Field, state: ConversionState
    ) -> str | DeferredQueryExpression:
        """Column is an address of a network; see `cidr.pattern` for how addresses have to be written."""
        del state
        assert isinstance(cond.value, SigmaCIDRExpression)  # noqa: S101
        pattern = text.quoted(cidr.pattern(cond.value.network))
        return f"REGEXP_EXTRACT({pattern}, {self._as_text(cond.field)}) IS NOT NULL"

    def convert_condition_field_compare_op_val(
        self, cond: Field, state: ConversionState
    ) -> str | DeferredQueryExpression:
        """Column is less or greater than a number."""
        if self._columns is not None and cond.field in self._columns and not self._is_number(cond.field):
            raise SigmaFeatureNotSupportedByBackendError(
                f"{cond.field} is text, and neither less nor greater"
            )
        return super().convert_condition_field_compare_op_val(cond, state)

    def convert_condition_field_eq_field_escape_and_quote(self, field1: str, field2: str) -> tuple[str, str]:
        """Two columns as they compare: numbers as such, all else as text in upper or lower case."""
        if self._is_number(field1) and self._is_number(field2):
            return self.escape_and_quote_field(field1), self.escape_and_quote_field(field2)
        return f"LCASE({self._as_text(field1)})", f"LCASE({self._as_text(field2)})"

    def convert_condition_val_str(
        self,
        cond: ConditionValueExpression,
        state: ConversionState,  # noqa: ARG002 - pySigma's signature
    ) -> str | DeferredQueryExpression:
        """Refused: a table has no text of the whole event to search."""
        raise _keyword(cond)

    convert_condition_val_num = convert_condition_val_str
    convert_condition_val_re = convert_condition_val_str

    def _fitting(self, cond: Field) -> SigmaType:
        column = None if self._columns is None else self._columns.get(cond.field)
        return fitting(cond.field, cond.value, column)

    def _is_number(self, field: str) -> bool:
        return self._columns is not None and field in self._columns and self._columns[field].is_number

    def _as_text(self, field: str) -> str:
        column = self.escape_and_quote_field(field)
        return f"CAST({column} AS VARCHAR)" if self._is_number(field) else column

    def _subject(self, field: str, value: SigmaString) -> str:
        """The column as this value compares with it: Sigma tells cases apart with `|cased` alone."""
        folded = self._columns is not None and field in self._columns and self._columns[field].folded
        column = self._as_text(field)
        return column if folded or isinstance(value, SigmaCasedString) else f"LCASE({column})"


def _keyword(cond: ConditionValueExpression) -> SigmaError:
    return SigmaFeatureNotSupportedByBackendError(f"values without a field are not supported: {cond.value}")


def _naming(rule: SigmaRule | SigmaCorrelationRule, what: str) -> SigmaError:
    place = f"{rule.source.path}: " if rule.source is not None else ""
    told = _PYSIGMAS_ENDING.sub("", what)
    return SigmaFeatureNotSupportedByBackendError(f"{place}rule {rule.title!r}: {told}")
