"""Alternatives to sharing: which council may take which one when, and what it is worth (model.md, sections 2 and 3)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from instances import LIVE, Instance
from instances.alternatives import available_options
from instances.commitments import Decided


def priced_options(instance: Instance, decided: Decided) -> pd.DataFrame:
    """The alternatives that exist, with their heads after bias, GBP and GBP a year.

    Columns: council, service, option, tranche; option_saving, option_cost, option_one_off; one_off, full_effect, annual_cost.
    A blank figure is 0; what was taken before the start has been paid for. `npv` is added by `price`.
    """
    table = available_options(instance, decided)
    bias = instance.economics.optimism_bias
    rows = [instance.options[key] for key in zip(table["council"], table["service"], table["option"], strict=True)]
    table["option_saving"] = np.array([row.annual_saving or 0.0 for row in rows], dtype=float) * (1 - bias.savings)
    table["option_cost"] = np.array([row.annual_cost or 0.0 for row in rows], dtype=float) * (1 + bias.costs)
    table["option_one_off"] = np.array([row.one_off_cost or 0.0 for row in rows], dtype=float) * (1 + bias.costs)
    table.loc[table["tranche"] == LIVE, "option_one_off"] = 0.0
    table["one_off"] = table["option_one_off"]
    phase = np.array([instance.phase_in(service)[-1] for service in table["service"]], dtype=float)
    table["full_effect"] = phase * table["option_saving"].to_numpy() - table["option_cost"].to_numpy()
    return table
