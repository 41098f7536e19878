"""Options that are numbers, with the limits they must keep."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from ..errors import InputError
from .kinds import Answer, Form, Option


@dataclass(frozen=True)
class Number(Option):
    """A finite number.

    Attributes
    ----------
    minimum : float, optional
        Smallest value that is allowed.
    maximum : float, optional
        Largest value that is allowed.
    above, below : float, optional
        Limits that the value must not reach.
    reason : str
        Why the value has limits, for the sentence of a refusal: "where the iteration converges".
    """

    _: KW_ONLY
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None
    reason: str = ""

    kind = "number"
    metavar = "NUMBER"
    _article: ClassVar[str] = "a number"

    def parse(self, text: str) -> float:
        """The number that is written, such as "-1.5e-3"."""
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or "_" in text or not self._exact(value):
            raise InputError(f'{self.key} must be {self._article}, not "{text}"')
        if self.minimum is not None and value < self.minimum:
            raise InputError(f"{self.key} must be at least {self.minimum:g}, not {text}")
        return self._checked(value, text)

    def check(self, value: Any) -> float:
        """The number as a float."""
        try:
            number = math.nan if isinstance(value, str) else float(value)
        except (TypeError, ValueError):
            number = math.nan
        return self._checked(number, value)

    def _checked(self, value: float, shown: Any) -> float:
        if self.maximum is not None and math.isfinite(value) and value > self.maximum:
            raise InputError(f"{self.key} must be at most {self.maximum:g}, not {shown}")
        if not math.isfinite(value) or not self._allowed(value):
            raise InputError(f"{self.key} must {self._demand()}, not {shown}")
        return value

    def _exact(self, value: float) -> bool:
        """Whether a finite number is of this kind."""
        return True

    def _allowed(self, value: float) -> bool:
        return (
            self._exact(value)
            and (self.minimum is None or value >= self.minimum)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def _demand(self) -> str:
        """The limits in words."""
        reason = f", {self.reason}" if self.reason else ""
        if self.above is not None and self.below is not None:
            return f"lie between {self.above:g} and {self.below:g}{reason}"
        if self.above == 0:
            return f"be a positive number{reason}"
        if self.above is not None:
            return f"be {self._article} > {self.above:g}{reason}"
        if self.below is not None:
            return f"be {self._article} < {self.below:g}{reason}"
        if self.minimum is not None:
            return f"be {self._article} ≥ {self.minimum:g}{reason}"
        return f"be {self._article}{reason}"

    def ask(self, form: Form[Answer], text: str) -> Answer:
        """Add a line for a number."""
        return form.number(self, text)


@dataclass(frozen=True)
class Count(Number):
    """A whole number; at least 1 unless `minimum` says otherwise."""

    _: KW_ONLY
    minimum: float | None = 1

    kind = "integer"
    metavar = "N"
    _article = "a whole number"

    def _exact(self, value: float) -> bool:
        return value == int(value)

    def parse(self, text: str) -> int:
        """The whole number that is written; "17.0" is one."""
        return int(super().parse(text))

    def check(self, value: Any) -> int:
        """The number as an int; True and False are none."""
        if isinstance(value, bool):
            raise InputError(f"{self.key} must {self._demand()}, not {value}")
        return int(super().check(value))
