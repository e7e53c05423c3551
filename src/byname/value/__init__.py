"""What each customer is worth: chosen by back-test on the company's own past, with ranges."""

from byname.value.bgnbd import BgNbd
from byname.value.gamma_gamma import GammaGamma
from byname.value.terms import Terms
from byname.value.triples import Triples

__all__ = ["BgNbd", "GammaGamma", "Terms", "Triples"]
