"""What a column's name means beside the other columns, and over its values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from shopinf.sheets.names import PLATFORMS, SIDES

# A column of these beside a given one is what the words say, and nothing else.
_PAID_OUT = frozenset(
    "payoutdate paidat paidon paymentdate datepaid payout payoutid payoutmethod paymentmethod paymentstatus paidamount "
    "amountpaid transactionid transaction iban invoice invoicenumber orderid ordernumber zahlungsdatum".split()
)
_OWNERS = ("affiliate", "partner", "ambassador", "creator", "influencer", "referrer", "publisher")
_SOLD = frozenset(
    "sales total ordertotal totalsales revenue totalrevenue orders totalorders ordercount clicks conversions earnings "
    "balance unpaid "
    "umsatz bestellungen ventes commandes ventas pedidos vendite ordini omzet bestellingen vendas".split()
)
_BARE = re.compile(r"\d+(\.0)?|UC[\w-]{22}")
_ID = re.compile(r"\d{5,}")  # as platforms number their accounts
# What people call a person by one word, which may be half of the name or a handle.
_NAMED = ("name", "nombre", "nome", "nom", "naam", "navn", "namn")
# Columns of creators' names, in which some write handles.
_CREATORS = ("creatorname", "influencername", "profilename", "accountname", "ambassadorusername", "talent")
_NUMBERED = ("nr", "no", "n", "num", "nummer", "number", "numero", "hnr", "nro")


class Weighing:
    """The columns of a sheet while it is found out which field each is: `at` is changed in place.

    `names` are the folded ones, `at` has the column of each field, `mapped` the fields that somebody said.
    """

    def __init__(
        self,
        names: Sequence[str],
        keys: Sequence[str],
        at: dict[str, int],
        mapped: set[str],
        below: Sequence[Sequence[str]],
    ) -> None:
        self.names, self.keys, self.at, self.mapped, self.below = names, keys, at, mapped, below
        self.called: Mapping[str, str] = {key: names[place] for key, place in at.items()}

    def settle(self) -> None:
        """Correct what the names alone got wrong."""
        self._people()
        self._buyers()
        self._creators()
        self._titles()
        self._numbers()
        self._addresses()
        self._money()
        self._weak_handle()

    def _move(self, key: str, to: str) -> None:
        if to in self.keys and to not in self.at and key not in self.mapped:
            self.at[to] = self.at.pop(key)

    def _drop(self, key: str) -> None:
        if key not in self.mapped:
            self.at.pop(key, None)

    def _take(self, key: str, name: str) -> None:
        """The column of that very name is *key*, where nothing else is."""
        if key in self.keys and key not in self.at and name in self.names:
            place = self.names.index(name)
            if place not in self.at.values():
                self.at[key] = place

    def _values(self, place: int) -> list[str]:
        return [text for row in self.below if place < len(row) and (text := row[place].strip())]

    def _people(self) -> None:
        """Of halves of a name: a lone one is the whole, and `Name` beside one half is the other."""
        self._take("first_name", "ad") if "soyad" in self.names else None
        if self.called.get("first_name") in ("nombre", "nome") and "last_name" not in self.at:
            self._move("first_name", "name")
        if self.called.get("last_name") == "nom" and "first_name" not in self.at:
            self._move("last_name", "name")
        if "title" in self.names and "channelid" in self.names:
            self._take("name", "title")
        if self.called.get("name") in _NAMED and "name" in self.at:
            if "first_name" in self.at and "last_name" not in self.at and not self._holds("name", "first_name"):
                self._move("name", "last_name")
            elif "last_name" in self.at and "first_name" not in self.at and not self._holds("name", "last_name"):
                self._move("name", "first_name")

    def _holds(self, whole: str, part: str) -> bool:
        """Is the one column in the other in most rows, as a first name in a whole one?"""
        one, other = self.at[whole], self.at[part]
        rows = [(row[one], row[other]) for row in self.below if max(one, other) < len(row) and row[one] and row[other]]
        return sum(short.casefold() in long.casefold() for long, short in rows) * 2 > len(rows)

    def _buyers(self) -> None:
        """A customer's address beside columns of an affiliate is the buyer's."""
        if self.called.get("email") in ("customeremail", "shippingemail"):
            others = [name for name in self.names if name.startswith(_OWNERS)]
            self._drop("email") if others else None

    def _creators(self) -> None:
        """A column of creators' names has no handles where most of its cells are several words."""
        if "handle" in self.at and self.called.get("handle") in _CREATORS:
            texts = self._values(self.at["handle"])
            spaced = sum(" " in text and "@" not in text and "://" not in text for text in texts)
            if spaced * 2 > len(texts):
                self._move("handle", "name")
                if "handle" in self.at and self.at["handle"] != self.at.get("name"):
                    self._drop("handle")

    def _titles(self) -> None:
        """A column called `Creator` has whole names where its cells are several words and somebody is known better."""
        if self.called.get("influencer") in _OWNERS and "influencer" in self.at and "influencer" not in self.mapped:
            better = {"email", "handle"} | {key for key in self.keys if key.endswith("_handle")}
            texts = self._values(self.at["influencer"])
            if better & set(self.at) and sum(" " in text.strip() for text in texts) * 2 > len(texts):
                self._move("influencer", "name") if "name" in self.keys and "name" not in self.at else None
                self._drop("influencer")

    def _numbers(self) -> None:
        """Numbers of rows and of other systems are nobody's name."""
        if "influencer" in self.at and self.called["influencer"] != "influencer":
            texts = self._values(self.at["influencer"])
            other = {"handle", "email", "name", "first_name", "last_name", "profile_url"} & set(self.at)
            numbers = self.called["influencer"].endswith("id") and texts and all(map(_BARE.fullmatch, texts))
            if numbers and (other or all(len(text) < 7 for text in texts)):
                self._drop("influencer")
        for platform in PLATFORMS:
            key = SIDES[platform]["handle"]
            texts = self._values(self.at[key]) if self.called.get(key, "").endswith("id") and key in self.at else []
            if texts and all(map(_ID.fullmatch, texts)):
                self._drop(key)

    def _addresses(self) -> None:
        """A number right beside the street is the house's, and no phone."""
        if self.called.get("phone") == "numero" and "phone" in self.at and "house_number" in self.keys:
            texts = self._values(self.at["phone"])
            if texts and all(len(re.sub(r"\D", "", text)) < 6 for text in texts):
                self._move("phone", "house_number")
        if "house_number" in self.keys and "house_number" not in self.at and "address1" in self.at:
            place = self.at["address1"] + 1
            beside = self.names[place] if place < len(self.names) and place not in self.at.values() else ""
            if beside in _NUMBERED and all(re.match(r"\d", text) for text in self._values(place)):
                self.at["house_number"] = place
        if "zip" in self.at and "city" not in self.at:
            self._take("city", "by")  # as Danes call it; elsewhere it says who wrote the row

    def _money(self) -> None:
        if not _PAID_OUT.isdisjoint(self.names):  # what was paid or earned, neither a rate nor a discount
            self._drop("commission") if "commission_type" not in self.at else None
            self._drop("amount") if "percent" in self.keys and "code" not in self.at else None
        if "commission" in self.at and "commission_type" not in self.at and not _SOLD.isdisjoint(self.names):
            texts = self._values(self.at["commission"])
            if texts and all(re.fullmatch(r"\D*[\d.,]+[.,]\d\d\D*", text) and "%" not in text for text in texts):
                self._drop("commission")  # what was earned by those sales
        if "value" in self.at and "code" in self.keys and "code" not in self.at:
            texts = self._values(self.at["value"])
            if texts and all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{2,}", text) for text in texts):
                self._move("value", "code")

    def _weak_handle(self) -> None:
        """A nickname, or a name beside a platform, is the handle where there is nothing better."""
        better = {"handle", "profile_url", "influencer"}
        better |= {key for key in self.keys if key.endswith(("_handle", "_url"))}
        if "handle" not in self.keys or better & set(self.at):
            return
        nick = next((name for name in ("nickname", "nick", "spitzname") if name in self.names), None)
        if nick is not None:
            self._take("handle", nick)
        elif "platform" in self.at and "name" in self.at and self.names[self.at["name"]] in _NAMED:
            self.at["handle"] = self.at.pop("name")
