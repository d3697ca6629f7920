"""Strict twins of the tolerant shapes: what reads a page as a store should send it, many times as fast.

A twin is made of its model, so what is read of a record is written down once. It takes the plain kinds only, numbers
for numbers and texts for texts; what it refuses is read by the model itself. Amounts stay the texts or
numbers that they are, of which `exact` makes what they mean; with *texts* times stay texts as well.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from pydantic import BaseModel
from pydantic.fields import FieldInfo

# What is raised by a record that is not quite as it should be: of another shape, or with an amount or a time that is
# none. The library's own errors are ValueErrors.
ODD = (ValueError, ArithmeticError, RecursionError)


@cache
def listed(key: str, model: type[BaseModel] | None = None) -> Callable[[bytes], list[Any]]:
    """What reads a page's records under *key*, each as the twin of *model*, or without one only as its bytes.

    Raises one of ODD where the page, or any of them, is not quite as it is.
    """
    kind: Any = msgspec.Raw if model is None else _twin(model, texts=False)
    page = msgspec.defstruct("Listed", [("items", list[kind])], rename={"items": key})
    decoder = msgspec.json.Decoder(page)

    def records(content: bytes) -> list[Any]:
        found: list[Any] = decoder.decode(content).items  # type: ignore[attr-defined]
        return found

    return records


@cache
def reader(model: type[BaseModel], *, texts: bool = False) -> Callable[[Any], Any]:
    """What reads the bytes of one record as the twin of *model*; raises one of ODD where it is another."""
    return msgspec.json.Decoder(_twin(model, texts)).decode


def exact(amount: Decimal | str | float | None) -> Decimal | None:
    """An amount of a model, or of a twin; one that is none, or no usual number, raises ArithmeticError.

    A number that is no text becomes the same as where the model reads it: what it is shortest, `38.88` and `5`.
    """
    if amount is None or isinstance(amount, Decimal):
        return amount
    if isinstance(amount, float):
        if amount and not 1e-4 <= abs(amount) < 1e15:
            raise ArithmeticError
        return Decimal(repr(amount).removesuffix(".0"))
    found = Decimal(amount)
    if not found.is_finite():
        raise ArithmeticError
    return found


@cache
def _twin(model: type[BaseModel], texts: bool) -> type[msgspec.Struct]:
    fields = [_field(name, field, texts) for name, field in model.model_fields.items()]
    fields.sort(key=len)  # those that must be there first
    return msgspec.defstruct(model.__name__, fields, gc=False)  # a record never has itself in it


def _field(name: str, field: FieldInfo, texts: bool) -> Any:
    assert field.alias is None, name
    kind = _kind(field.annotation, texts)
    if field.default_factory is not None:
        return name, kind, msgspec.field(default_factory=field.default_factory)  # type: ignore[arg-type]
    return (name, kind) if field.is_required() else (name, kind, field.default)


def _kind(annotation: Any, texts: bool) -> Any:
    """The plain kind that *annotation* stands for; its conditions are the model's own affair."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(inner[0], texts)
    if origin in (Union, types.UnionType):
        return reduce(or_, [_kind(each, texts) for each in inner])
    if origin is list:
        return list[_kind(inner[0], texts)]  # type: ignore[misc]
    if annotation is datetime:
        return str if texts else Annotated[datetime, msgspec.Meta(tz=True)]
    if annotation is Decimal:
        return str | float | int
    return (
        _twin(annotation, texts) if isinstance(annotation, type) and issubclass(annotation, BaseModel) else annotation
    )
