"""`Record`: what all records have in common, frozen, validated, altered only by copying; and their types of field."""

from __future__ import annotations

import contextlib
import inspect
import json
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    model_validator,
)  # fmt: skip
from pydantic_core import PydanticCustomError

from corridor.errors import DataError
from corridor.messages import placed, problems_of

Name = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


def parse_list(value: Any) -> Any:
    """Read the list in one cell of a table: 'a' as ('a',), 'a;b' and '["a", "b"]' as ('a', 'b')."""
    if not isinstance(value, str):
        return value
    if value.lstrip()[:1] == "[":
        with contextlib.suppress(ValueError, RecursionError):
            names = json.loads(value)
            if all(isinstance(name, str) for name in names):
                return tuple(names)
    return tuple(part.strip() for part in value.split(";") if part.strip())


def format_list(names: Sequence[str]) -> str:
    """Return names as the text of one cell that `parse_list` reads again: 'a;b', or JSON where that would not do.

    Examples
    --------
    >>> format_list(["KAZ", "RUS"]), format_list(["a;b"])
    ('KAZ;RUS', '["a;b"]')
    """
    plain = ";".join(names)
    return plain if names and parse_list(plain) == tuple(names) else json.dumps(list(names), ensure_ascii=False)


_CODES = r"^\s*[A-Z]{3}\s*(;\s*[A-Z]{3}\s*)*$"
Names = Annotated[
    tuple[Name, ...],
    BeforeValidator(parse_list),
    WithJsonSchema({"type": ["string", "array"], "minLength": 1, "items": {"type": "string", "minLength": 1}}),
]


def _one_or_more(names: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse an empty list, which people read as "all" and programs as "none"."""
    if not names:
        raise ValueError("must name at least one (got an empty list); None, an empty cell in a table, admits all")
    return names


OneOrMore = Annotated[
    tuple[Name, ...],
    BeforeValidator(parse_list),
    AfterValidator(_one_or_more),
    WithJsonSchema(
        {"type": ["string", "array"], "minLength": 1, "minItems": 1, "items": {"type": "string", "minLength": 1}}
    ),
]
Countries = Annotated[
    tuple[Country, ...],
    BeforeValidator(parse_list),
    WithJsonSchema(
        {"type": ["string", "array"], "pattern": _CODES, "items": {"type": "string", "pattern": "^[A-Z]{3}$"}}
    ),
]


if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass as _Model
else:
    _Model = type(BaseModel)


class _FriendlyErrors(_Model):
    """Words rules broken by a caller in Python as readers of files do; these readers use pydantic's own errors."""

    if TYPE_CHECKING:
        model_fields: dict[str, Any]

    def __call__(cls, *args: Any, **fields: Any) -> Any:
        if args:
            raise DataError(f"{cls.__name__} takes its fields by name: {', '.join(cls.model_fields)}")
        try:
            return super().__call__(**fields)
        except ValidationError as error:
            problems = [problem for _, problem in problems_of(error, cls.model_fields)]
            own = f"{cls.__name__} "
            raise DataError(
                [p if isinstance(p, str) and p.startswith(own) else placed(cls.__name__, p) for p in problems]
            ) from None

    @property
    def __signature__(cls) -> inspect.Signature:
        """Fields with their defaults, for help and completion; their types are in the docstring."""
        return inspect.Signature(
            [
                inspect.Parameter(
                    name,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=inspect.Parameter.empty
                    if field.is_required()
                    else field.get_default(call_default_factory=True),
                )
                for name, field in cls.model_fields.items()
            ]
        )

    @__signature__.setter
    def __signature__(cls, _: object) -> None:
        """Pass over the one that pydantic makes when a record is first built: help is asked for before that."""

    def __dir__(cls) -> list[str]:
        """Return the methods and properties that records have of their own; pydantic's work too, but are not listed."""
        return sorted(
            {
                name
                for base in cls.__mro__
                if isinstance(base, _FriendlyErrors)
                for name, value in vars(base).items()
                if not name.startswith(("_", "model_"))
                and (callable(value) or isinstance(value, property | cached_property | classmethod | staticmethod))
            }
        )


_LISTED = re.compile(r"^(Parameters|Attributes)\n---", re.MULTILINE)
"""Docstrings that list the fields themselves."""


def _parameters(fields: Mapping[str, Any]) -> str:
    """Return the fields of a record as the parameter list of a docstring."""
    return "\n".join(
        f"{name} : {_type_name(field.annotation)}{'' if field.is_required() else ', optional'}\n    {text}"
        for name, field in fields.items()
        for text in [f"{(field.description or name)[0].upper()}{(field.description or name)[1:]}."]
    )


def _type_name(annotation: Any) -> str:
    """Return a type as docstrings name it."""
    origin, inner = get_origin(annotation), [part for part in get_args(annotation) if part is not type(None)]
    if origin is Annotated:
        return _type_name(inner[0])
    if origin is Literal:
        return f"{{{', '.join(map(repr, inner))}}}"
    if origin is tuple:
        name = _type_name(inner[0])
        return f"{name} or list of {name}"
    if origin is dict:
        return "dict"
    if inner:
        return " or ".join(dict.fromkeys(map(_type_name, inner)))
    return str(getattr(annotation, "__name__", annotation))


class Record(BaseModel, metaclass=_FriendlyErrors):
    """A frozen, validated record; `replace` returns an altered copy."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Append the list of fields to the docstring."""
        text = inspect.cleandoc(cls.__doc__ or "")
        if cls.model_fields and not _LISTED.search(text):
            cls.__doc__ = f"{text}\n\nParameters\n----------\n{_parameters(cls.model_fields)}"

    def __dir__(self) -> list[str]:
        """Return the fields, and the methods and properties of records."""
        return sorted({*type(self).model_fields, *dir(type(self))})

    def _repr_html_(self) -> str:
        from corridor.show.record_card import record_card

        return record_card(self)

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some fields changed, validated again.

        Raises
        ------
        DataError
            If a changed field is unknown or breaks its rule.
        """
        return type(self)(**{**self.__dict__, **changes})

    def _replace_raw(self, **changes: Any) -> Self:
        """Return what `replace` does; what breaks a rule raises pydantic's own error, for readers that word it."""
        return type(self).model_validate({**self.__dict__, **changes})


class Numbers(Record):
    """A record without yes or no: true and false, which would count as 1 and 0, are no numbers."""

    @model_validator(mode="before")
    @classmethod
    def _has_no_truth_values(cls, data: Any) -> Any:
        for name, value in data.items() if isinstance(data, Mapping) else ():
            field = cls.model_fields.get(name)
            if (
                field is not None
                and is_truth_value(value)
                and str not in (field.annotation, *get_args(field.annotation))
            ):
                raise ValueError(f"{name} must be a number (got {bool(value)})")
        return data


def is_truth_value(value: object) -> bool:
    """Tell whether something is true or false, of Python or of numpy."""
    return type(value).__name__ in ("bool", "bool_")


def no_truth_value(value: Any) -> Any:
    """Return what may be a number, which true and false are not."""
    if is_truth_value(value):
        raise PydanticCustomError("float_type", "must be a number")
    return value


def is_regime(value: object) -> bool:
    """Tell whether something can be the name of a regime, as it stands in cells and keys of files."""
    return isinstance(value, str) and bool(value) and value == value.strip() and value.isprintable()
