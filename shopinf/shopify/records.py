"""The records of a page: read at one go, and where that fails one by one, so that an odd one costs nobody else.

Pages pass through other hands on their way to us, and come with an empty object for an empty list, an empty text for
nothing, a thousands separator in an amount. What can mean one thing only is mended; a record that cannot be read all
the same is named, with the place that is odd, and never with its value.
"""

from __future__ import annotations

import json
import re
import types
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from shopinf.errors import NoAnswer
from shopinf.unread import Unread

_CHOICE = re.compile("[A-Z]")  # models are called so, keys are not
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d+")
_EMPTY: tuple[Any, ...] = ("", {}, [])
_NAMES = ("name", "title", "code", "handle")  # by which a person finds a record again; no customer has one of these


class Facts(BaseModel):
    """What a store sent, read tolerantly: unknown keys are ignored, and no error shows its values."""

    # Built when it is first needed: most runs need few of the shapes.
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, defer_build=True)


class Unreadable(Exception):
    """A value that a record cannot do without is missing; says where it should stand."""


@dataclass(frozen=True, slots=True)
class Records:
    """What a page has, each as its model, and what of it cannot be read."""

    found: list[Any]
    unread: list[Unread]

    def add(self, record: Any) -> None:
        """One more, read or `Unread`."""
        (self.unread if isinstance(record, Unread) else self.found).append(record)


def read_page(content: bytes, key: str, model: Any, store_name: str) -> Records:
    """The records of one page, each as *model*, which may be a choice of several, the fullest last."""
    try:
        return Records(getattr(_page_model(model, key).model_validate_json(content), "items"), [])  # noqa: B009
    except ValidationError as error:
        first = place_of(error)
    try:
        items = json.loads(content, parse_float=Decimal)[key]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise broken_page(key, store_name, first) from None
    if not isinstance(items, list):
        raise broken_page(key, store_name, first)
    records = Records([], [])
    for index, item in enumerate(items):
        records.add(_mended_record(item, key, model, index))
    return records


def read_record(content: bytes, key: str, model: Any, index: int, store_name: str) -> Any:
    """The record that is by itself in *content*, as its model, or as `Unread`."""
    try:
        return _adapter(model).validate_json(content)
    except ValidationError as error:
        first = place_of(error)
    try:
        item = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise broken_page(key, store_name, first) from None
    return _mended_record(item, key, model, index)


def _mended_record(item: Any, key: str, model: Any, index: int) -> Any:
    try:
        return _adapter(model).validate_python(mended(item, model))
    except ValidationError as error:
        return unreadable(key, item, place_of(error), index)


def broken_page(key: str, store_name: str, at: Unread | str | None = None) -> NoAnswer:
    """A page that is none, or that has a record which nobody can pass over."""
    where = f"{key}.{at.index}.{at.place}" if isinstance(at, Unread) else at or "the start"
    return NoAnswer(
        f"{store_name} sent a page of {key.replace('_', ' ')} that cannot be read (at {where})",
        hint="Run the same command again; a proxy may be in between: shopinf doctor",
    )


def unreadable(kind: str, raw: Any, place: str, index: int = 0) -> Unread:
    """*raw* by what still can be read of it."""
    has = raw if isinstance(raw, dict) else {}
    id, at = has.get("id"), has.get("created_at") or has.get("processed_at")
    number = int(id) if isinstance(id, int | str) and str(id).isdecimal() else None
    name = next((_without_halves(text) for each in _NAMES if isinstance(text := has.get(each), str) and text), None)
    try:
        moment = datetime.fromisoformat(at) if isinstance(at, str) else None
    except ValueError:
        moment = None
    if moment is not None and moment.tzinfo is None:
        moment = None
    return Unread(kind, number, None if kind == "customers" else name, place or "the start", moment, index)


def mended(raw: Any, model: Any) -> Any:
    """*raw* with what is odd and can mean one thing only as it should be, wherever *model* expects something else.

    A model may know more of its own kind, and says so as `mended`.
    """
    kind = _plain(model)
    if isinstance(kind, type) and issubclass(kind, BaseModel) and isinstance(raw, dict):
        if (own := getattr(kind, "mended", None)) is not None:
            raw = own(raw)
        fields = kind.model_fields
        wanted = {field.alias or name: field.annotation for name, field in fields.items()}
        return {name: mended(value, wanted[name]) if name in wanted else value for name, value in raw.items()}
    if get_origin(kind) is list:
        if raw in _EMPTY:
            return []
        (inner,) = get_args(kind)
        return [mended(each, inner) for each in raw] if isinstance(raw, list) else raw
    if kind is str:
        if isinstance(raw, list) and all(isinstance(each, str) for each in raw):
            raw = ", ".join(raw)
        if isinstance(raw, str):
            return _without_halves(raw)
        return None if raw in ({}, []) else raw
    if kind is Decimal and isinstance(raw, str) and _GROUPED.fullmatch(raw.strip()):
        return raw.strip().replace(",", "")
    return None if raw in _EMPTY else raw


def _without_halves(text: str) -> str:
    """*text* with a question mark for half a sign, as is left where something in between cut a text."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _plain(annotation: Any) -> Any:
    """What an annotation means without `None` and without its conditions; of a choice the fullest."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, types.UnionType):
            annotation = [each for each in get_args(annotation) if each is not type(None)][-1]
        else:
            return annotation


def place_of(error: ValidationError) -> str:
    """Where the last of its problems stands; the last of several choices is the fullest."""
    place = error.errors(include_input=False, include_context=False, include_url=False)[-1]["loc"]
    return ".".join(str(part) for part in place if not _CHOICE.match(str(part)))


@lru_cache(maxsize=64)
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


@lru_cache(maxsize=64)
def _page_model(model: Any, key: str) -> type[BaseModel]:
    """`{key: [model, …]}`, its list called `items`; what a store sent never shows in its errors."""
    return create_model(
        "Page",
        __config__=ConfigDict(hide_input_in_errors=True),
        items=(list[model], Field(alias=key)),
    )
