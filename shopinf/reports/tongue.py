"""The language that pages, statements, workbooks and mails speak: our words, and numbers and days as they are written.

    tongue = tongue_of(letterhead.language)
    tongue.say("page.nothing")                               # a sentence without anything in it
    tongue.say("stamp.truncated", stores=names, day=since)   # numbers, money, days and lists are written its way
    tongue.say("count.orders", 306)                          # `306 orders`, `1 order`: the plural that the number takes

All words stand in `tongues/<language>.toml`, one file a language and the same keys in each. A sentence that counts has
a form for each plural that its language knows (CLDR: one, many, other) and the number in it as `{n}`. So a new sentence
is a line in six files, and a call of `say`; tests/reports/test_tongues.py tells what is missing. Whole sentences are
translated, never pieces of them that other languages would put together in another order.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from shopinf.letterhead import Language
from shopinf.money import Money, digits

if TYPE_CHECKING:
    from babel import Locale

# The country whose numbers and days a language has here: for English the one whose days read the same everywhere.
_LOCALES = {
    Language.EN: "en_GB",
    Language.DE: "de_DE",
    Language.FR: "fr_FR",
    Language.ES: "es_ES",
    Language.IT: "it_IT",
    Language.NL: "nl_NL",
}

Words = str | Mapping[str, str]  # a sentence, or its form for each plural


class Tongue:
    """One language: its words by their keys, and how it writes numbers, money and days."""

    def __init__(self, language: Language, words: Mapping[str, Words]) -> None:
        from babel import Locale

        self.language = language
        self._words = words
        self._locale: Locale = Locale.parse(_LOCALES[language])

    # Words

    def say(self, key: str, n: int | Decimal | None = None, /, **values: Any) -> str:
        """The words of *key* with *values* in them; *n* chooses the plural, and is `{n}`.

        Numbers, Money, days, moments and lists of names are written as the language has them. Where a value is markup
        the whole is, and everything else in it is escaped.
        """
        words = self._words[key]
        if not isinstance(words, str):
            assert n is not None, key
            words = words[self.plural(n)]
            values["n"] = n
        written = {name: self.written(value) for name, value in values.items()}
        if any(isinstance(value, Markup) for value in written.values()):
            return Markup(escape(words)).format(**written)
        return words.format(**written)

    def plural(self, n: int | Decimal) -> str:
        """The plural that *n* of something take, by CLDR: `one`, `many`, `other`."""
        return str(self._locale.plural_form(n if n >= 0 else -n))

    def heading(self, column: str) -> str:
        """A column as people read it; one that has no heading of its own goes by its name."""
        key = f"heading.{column}"
        return self.say(key) if key in self._words else column.replace("_", " ").capitalize()

    def listed(self, names: Sequence[str]) -> str:
        """`maya, leo and ana`."""
        from babel.lists import format_list

        return format_list(list(names), locale=self._locale)

    def few(self, names: Sequence[str], most: int = 5) -> str:
        """The first few of *names*, and how many more there are: `maya, leo and 3 more`."""
        more = len(names) - most
        return self.say("list.more", more, names=", ".join(names[:most])) if more > 0 else ", ".join(names)

    # Numbers and money

    def written(self, value: Any) -> str:
        """A value as it stands in a sentence or a cell."""
        match value:
            case str():
                return value
            case None:
                return "–"
            case Money():
                return self.amount(value)
            case bool():
                return str(value)
            case int() | Decimal():
                return self.count(value)
            case datetime():
                return self.moment(value)
            case date():
                return self.day(value)
            case _:
                return self.listed([str(each) for each in value])

    def count(self, number: int | Decimal) -> str:
        """`12,340`; of a fraction all that there is."""
        from babel.numbers import format_decimal

        return format_decimal(number, locale=self._locale, decimal_quantization=False)

    def amount(self, money: Money) -> str:
        """`12,340.50`: the currency's own decimals, thousands set apart, no sign for the currency."""
        from babel.numbers import format_decimal

        places = digits(money.currency)
        pattern = f"#,##0{'.' if places else ''}{'0' * places}"
        return format_decimal(Decimal(str(money)), pattern, locale=self._locale)

    def money(self, money: Money) -> str:
        """`12,340.50 EUR`."""
        return f"{self.amount(money)} {money.currency}"

    def percent(self, number: Decimal) -> str:
        """`12.5%`: *number* is in hundredths already."""
        from babel.numbers import format_percent

        return format_percent(number / 100, locale=self._locale, decimal_quantization=False)

    def change(self, number: Decimal) -> str:
        """A change with its sign: `+12.5%`."""
        return f"{'−' if number < 0 else '+' if number else '±'}{self.percent(abs(number))}"

    def short(self, number: Decimal) -> str:
        """An amount as an axis has it: `750`, `7.5k`, `1.2m`."""
        from babel.numbers import format_compact_decimal

        text = format_compact_decimal(number, locale=self._locale, fraction_digits=2)
        return text if any(sign.isalpha() for sign in text) else self.count(number.normalize() if number else 0)

    # Days

    def day(self, day: date) -> str:
        """`3 Jun 2026`."""
        from babel.dates import format_date

        return format_date(day, "medium", locale=self._locale)

    def days(self, first: date, last: date) -> str:
        """From one day to another, both included: `1–30 June 2026`."""
        from babel.dates import format_date

        begin, end = (format_date(day, "long", locale=self._locale) for day in (first, last))
        if first == last:
            return end
        # What both have in common is said once, with the last: each of these languages writes the day first.
        if (first.year, first.month) == (last.year, last.month):
            return f"{begin.split()[0]}–{end}"
        return f"{self._skeleton('MMMMd', first) if first.year == last.year else begin} – {end}"

    def moment(self, at: datetime) -> str:
        """`3 Jun 2026, 14:05`, on the wall clock that *at* is on."""
        from babel.dates import format_time, get_datetime_format

        clock = format_time(at.replace(tzinfo=None), "short", locale=self._locale)
        return str(get_datetime_format("medium", locale=self._locale)).format(clock, self.day(at))

    def month(self, day: date) -> str:
        """`June 2026`."""
        return self._skeleton("yMMMM", day)

    def stretch(self, label: str) -> str:
        """A day, the first day of a week, or a month, of the way `periods.label` writes it."""
        return self.day(date.fromisoformat(label)) if len(label) > len("2026-06") else self._month_of(label, "yMMMM")

    def mark(self, label: str) -> str:
        """The same as short as an axis needs it: `3 Jun`, `Jun 2026`."""
        if len(label) > len("2026-06"):
            return self._skeleton("MMMd", date.fromisoformat(label))
        return self._month_of(label, "yMMM")

    def _month_of(self, label: str, skeleton: str) -> str:
        return self._skeleton(skeleton, date.fromisoformat(f"{label}-01"))

    def _skeleton(self, skeleton: str, day: date) -> str:
        from babel.dates import format_skeleton

        return format_skeleton(skeleton, day, locale=self._locale)


@cache
def tongue_of(language: Language) -> Tongue:
    """The tongue of *language*, read once."""
    return Tongue(language, catalogue(language))


def catalogue(language: Language) -> dict[str, Words]:
    """All words of *language* by their keys: `page.nothing`, `heading.net_sales`."""
    text = resources.files("shopinf.reports").joinpath("tongues", f"{language}.toml").read_text("utf-8")
    return {
        f"{section}.{name}": words
        for section, entries in tomllib.loads(text).items()
        for name, words in entries.items()
    }
