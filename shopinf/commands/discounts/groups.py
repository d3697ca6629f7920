"""The groups in which the help of `discounts create` lists its thirty options."""

from __future__ import annotations

WHOSE, GIVES, CALLED, MADE = (
    "Whose codes",
    "What they give",
    "What they are called, lead to and earn",
    "How they are made",
)
_OPTIONS = {
    WHOSE: "campaign file count influencer code slot map_",
    GIVES: "percent amount free_shipping track_only starts ends once_per_customer usage_limit "
    "min_subtotal min_quantity product collection",
    CALLED: "pattern redirect utm commission",
    MADE: "shared_rule own_rules update_terms",
}
PANELS = {name: group for group, names in _OPTIONS.items() for name in names.split()}
