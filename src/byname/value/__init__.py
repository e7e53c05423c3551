"""What each customer is worth: purchase models on distinct histories, spend per order, lifetime value."""

from byname.value.bgnbd import BgNbd
from byname.value.clv import Outlook, Terms, Values, outlook, values_of_people
from byname.value.gamma_gamma import GammaGamma
from byname.value.triples import Triples

__all__ = ["BgNbd", "GammaGamma", "Outlook", "Terms", "Triples", "Values", "outlook", "values_of_people"]
