"""One adapter per receiving system; the fields they write are told in docs/gateway.md."""

from supervision.outbound.adapters.credit_china import CreditChina
from supervision.outbound.adapters.credit_publicity import CreditPublicity
from supervision.outbound.adapters.province import Province

ADAPTERS = (Province(), CreditPublicity(), CreditChina())
