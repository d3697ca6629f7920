"""The store's customers: who they are, and what they have bought so far."""

from __future__ import annotations

from typing import Any

from . import money
from .people import FIRST_CUSTOMER, STEP, person, record
from .premises import Premises

Json = dict[str, Any]


class Regulars(Premises):
    """A store that knows its customers."""

    def add_customer(self, email: str | None = None, **fields: Any) -> Json:
        """Add a customer; what is not given is invented."""
        with self.lock:
            number = self._next_person
            self._next_person += 1
            key = self.customers.next_id(FIRST_CUSTOMER, STEP)
            who = person(self.seed, number)
            if email:
                who["email"] = email
            who |= {k: v for k, v in fields.items() if k in ("first_name", "last_name", "phone")}
            now = fields.get("created_at") or self.time()
            made = record(key, who, self.currency, now, now, number)
            made |= {"total_spent": money.text(0, self.currency), **fields}
            if email is None and "email" in fields:
                made["email"] = fields["email"]
            self.customers[key] = made
            if made["email"]:
                self._customers_by_email[made["email"].casefold()] = key
            return made

    def customer_by_email(self, email: str) -> Json | None:
        """Find a customer by e-mail, whatever the case."""
        wanted = email.casefold()
        known = self._customers_by_email.get(wanted)
        if known is not None and known in self.customers and self.customers[known]["email"] == email:
            return self.customers[known]
        for customer in self.customers.kept():
            if (customer.get("email") or "").casefold() == wanted:
                return customer
        if self._people_by_email is None:
            numbers = range(len(self._people))
            self._people_by_email = {person(self.seed, n)["email"]: self._people.id_of(n) for n in numbers}
        key = self._people_by_email.get(wanted)
        if key is None or key not in self.customers or self.customers[key]["email"] != wanted:
            return None
        return self.customers[key]

    def influencers(self) -> list[Json]:
        """List who of the generated customers has followers: id, name, e-mail, handle."""
        listed = []
        for number in range(0, len(self._people), 9):
            who = person(self.seed, number)
            keys = ("first_name", "last_name", "email", "handle")
            listed.append({"customer_id": self._people.id_of(number), **{k: who[k] for k in keys}})
        return listed

    def orders_of(self, customer_id: int) -> list[int]:
        """List the ids of a customer's orders, oldest first."""
        number = self._people.number_of(customer_id) if len(self._people) else None
        past = self._people.orders_of(self._people.rank[number]) if number is not None else []
        found = [self._past.id_of(n) for n in past] + list(self._buyers.get(customer_id, ()))
        return [key for key in found if key in self.orders]

    def settle_customer(self, order: Json) -> None:
        """Bring a customer's purchase totals up to date after a change of one order."""
        customer = order.get("customer")
        if not customer or customer["id"] not in self.customers:
            return
        known = self.customers[customer["id"]]
        count = spent = 0
        last: Json | None = None
        for key in self.orders_of(known["id"]):
            one = self.orders.peek(key)
            if one["test"]:
                continue
            count += 1
            spent += money.minor(one["current_total_price"], self.currency)
            if last is None or one["created_at"] >= last["created_at"]:
                last = one
        known["orders_count"], known["total_spent"] = count, money.text(spent, self.currency)
        known["last_order_id"], known["last_order_name"] = (last["id"], last["name"]) if last else (None, None)
        known["updated_at"] = self.time()
        self.customers.tell(known["id"])
