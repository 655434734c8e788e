"""Field packs: the work divided among teams, codes leased to them, forms that guard the rows."""

from citygrid_core.census.packs.capacity import Capacity, capacity
from citygrid_core.census.packs.divide import Share, divide
from citygrid_core.census.packs.expectation import expected_components, street_lengths
from citygrid_core.census.packs.forms import FormField, form_of, gate, layer_id, limits
from citygrid_core.census.packs.leases import lease_sizes

__all__ = [
    "Capacity",
    "FormField",
    "Share",
    "capacity",
    "divide",
    "expected_components",
    "form_of",
    "gate",
    "layer_id",
    "lease_sizes",
    "limits",
    "street_lengths",
]
