"""Family names that so many people share that a handle made of them and a first name is nobody's in particular.

The most frequent ones of the census and registry lists of the United States, the United Kingdom, Germany, France,
Spain and Latin America, Italy, the Netherlands, Portugal and Brazil, Poland, Scandinavia, Turkey, China, Korea, Vietnam
and India, in plain letters.
"""

from __future__ import annotations

from functools import cache

_NAMES = """
adams ahmed akhtar ali allen almeida alonso alvarez andersen anderson andersson bailey baker bakker bauer becker bell
bennett bernard bertrand bianchi brown bruno byrne campbell carter carvalho castillo castro chan chang chavez chen cho
choi clark collins colombo conti cook cooper costa cox cruz da-silva das davies davis de-jong de-vries diaz dijkstra
dubois durand edwards esposito evans fernandes fernandez ferrari ferreira fischer flores fontana garcia gomes
gomez gonzales gonzalez gray green greco gupta gutierrez hall hansen harris harrison hernandez herrera hill hoffmann
howard huang hughes hussain ivanov jackson jain james jansen janssen jensen jimenez jin johansson johnson jones jung
karlsson kaya kelly khan kim king klein koch kowalski kruger kumar lam larsen larsson lau laurent le lee lefebvre leroy
lewis li liang lim lima lin lipski liu lombardi lopes lopez lu ma mancini marino marques marshall martin martinez
martins mehta mendoza mercier meyer michel miller mitchell mohamed moore morales moreau moreno moretti morgan morris
morris muller murphy murray navarro nelson neumann ng nguyen nielsen nilsson novak nowak olsen oliveira olsson
ortega ortiz ozturk park parker patel pedersen peeters pereira perez persson petersen peterson petit pham phillips
pinto popov powell price ramirez ramos reed reyes ribeiro ricci richard richardson richter rivera rizzo robert roberts
robinson rodrigues rodriguez rogers romano romero rossi roux ruiz russell russo sahin sanchez santos sanders schmidt
schmitt schneider schroder schulz schwarz scott shah sharma silva simon singh smit smith sousa souza stewart sun suarez
suzuki svensson tan tanaka tang taylor thomas thompson torres tran turner van-den-berg van-dijk vargas vasquez visser
vogel wagner walker wang ward watson weber wang white williams wilson wolf wong wood wright wu xu yang yildiz
yilmaz young yu zhang zhao zhou zhu zimmermann
"""


@cache
def _known() -> frozenset[str]:
    return frozenset(name.replace("-", "") for name in _NAMES.split())


def is_common(family_name: str) -> bool:
    """Is it one of the family names that very many people have?"""
    from anyascii import anyascii

    plain = "".join(sign for sign in anyascii(family_name).casefold() if sign.isalpha())
    return plain in _known() or plain.replace("ue", "u").replace("oe", "o").replace("ae", "a") in _known()
