"""What a commitment or a rule may demand, so that no reduction touches it."""

from __future__ import annotations

import numpy as np

from formulations.presolve.ledger import Ledger, Mask
from instances.asked import Differs, Includes

ASKING = ("minimum_total_saving", "no_council_worse_off", "each_hosts")
"""Rules that a partnership or a member without value of its own may help to keep."""


def sought(ledger: Ledger) -> Mask:
    """Rows of partnerships that a commitment or a rule may demand, shape (rows,).

    Those of a council that is to host, of a host that somebody is to join, of what is live, and of services in which two councils are
    to be together, that a sequence waits for, or that are in a bundle. All of them under a rule of ASKING, and under investment_limit
    where some one-off is an income, which makes room for others. What is asked besides the rules may demand as much: that a plan differs,
    any; that a council shares a service, those of the host that is named, or of the service. An alternative that has to be taken demands
    none: no reduction touches alternatives.
    """
    rules, choices, asked = ledger.priced.instance.rules, ledger.priced.graph.decided, ledger.priced.asked
    income = bool(rules.investment_limit) and bool((ledger.priced.moves["one_off"] < 0).any())
    any_may = any(isinstance(one, Differs) for one in asked)
    if income or any_may or any(getattr(rules, name) not in (None, False) for name in ASKING):
        return np.ones(len(ledger.partnership), dtype=bool)
    named = {(s, c) for c, s in choices.hosts} | {(s, h) for (_, s), hosts in choices.shares_with.items() for h in hosts}
    named |= {(s, host) for (_, s), (host, _) in choices.live.items()}
    whole = {s for _, _, s in choices.together} | {s for bundle in rules.bundle or () for s in bundle}
    included = [one for one in asked if isinstance(one, Includes)]
    named |= {(one.service, one.host) for one in included if one.host is not None}
    whole |= {one.service for one in included if one.host is None}
    for sequence in rules.sequencing or ():
        whole |= set(sequence.after or ())
        if sequence.category is not None:
            whole |= {s for s, row in ledger.priced.instance.services.items() if row.category == "back_office"}
    wanted: Mask = np.array([p[:2] in named or p[0] in whole for p in ledger.partnerships], dtype=bool)[ledger.partnership]
    return wanted
