"""Sending domains with one planted fault each."""

from tests.planted.faults.dkim import DKIM
from tests.planted.faults.dmarc import DMARC
from tests.planted.faults.others import OTHERS
from tests.planted.faults.spf import SPF

FAULTS = (*SPF, *DKIM, *DMARC, *OTHERS)

__all__ = ["FAULTS"]
