"""The tables of the ledger, a file for each of its parts: the journal and its payouts, the mirror and the people.

Money is integer minor units of the row's currency; times are UTC text that sorts.
"""

# All of them, so that `metadata` knows every table, whoever asks it.
from shopinf.ledger.tables import credits as credits
from shopinf.ledger.tables import journal as journal
from shopinf.ledger.tables import mirror as mirror
from shopinf.ledger.tables import payouts as payouts
from shopinf.ledger.tables import people as people
from shopinf.ledger.tables.common import Id as Id
from shopinf.ledger.tables.common import Moment as Moment
from shopinf.ledger.tables.common import lock_notes as lock_notes
from shopinf.ledger.tables.common import meta as meta
from shopinf.ledger.tables.common import metadata as metadata
