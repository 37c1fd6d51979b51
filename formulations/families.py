"""The constraint families: index set and rule of each, and which of them link partnerships."""

from __future__ import annotations

from typing import Any

from formulations import (
    at_most,
    bundle,
    commitments,
    conflicts,
    contiguity,
    delivery_capacity,
    differs,
    each_hosts,
    excludes,
    host_capacity,
    hosting_limit,
    includes,
    investment_limit,
    join_after_open,
    maximum_partnerships,
    minimum_saving,
    minimum_total_saving,
    no_council_worse_off,
    onboarding_capacity,
    one_arrangement,
    partner_limit,
    partnership_size,
    payback,
    sequencing,
    tiers,
)

FAMILIES: dict[str, tuple[Any, Any]] = {
    "one_arrangement": (one_arrangement.one_arrangement_index, one_arrangement.one_arrangement_rule),
    "join_after_open": (join_after_open.join_after_open_index, join_after_open.join_after_open_rule),
    "conflicts": (conflicts.conflicts_index, conflicts.conflicts_rule),
    "contiguity_separator": (contiguity.contiguity_separator_index, contiguity.contiguity_separator_rule),
    "contiguity_clique": (contiguity.contiguity_clique_index, contiguity.contiguity_clique_rule),
    "contiguity_flow": (contiguity.contiguity_flow_index, contiguity.contiguity_flow_rule),
    "contiguity_through": (contiguity.contiguity_through_index, contiguity.contiguity_through_rule),
    "partnership_size_minimum": (partnership_size.partnership_size_minimum_index, partnership_size.partnership_size_minimum_rule),
    "partnership_size_maximum": (partnership_size.partnership_size_maximum_index, partnership_size.partnership_size_maximum_rule),
    "maximum_partnerships": (maximum_partnerships.maximum_partnerships_index, maximum_partnerships.maximum_partnerships_rule),
    "minimum_saving": (minimum_saving.minimum_saving_index, minimum_saving.minimum_saving_rule),
    "delivery_capacity": (delivery_capacity.delivery_capacity_index, delivery_capacity.delivery_capacity_rule),
    "programme_capacity": (delivery_capacity.programme_capacity_index, delivery_capacity.programme_capacity_rule),
    "host_capacity": (host_capacity.host_capacity_index, host_capacity.host_capacity_rule),
    "tier_one_step": (tiers.tier_epochs, tiers.tier_one_step_rule),
    "tier_spend": (tiers.tier_buyers, tiers.tier_spend_rule),
    "tier_reached": (lambda m: list(m.TIER_STEPS), tiers.tier_reached_rule),
    "tier_only_there": (tiers.tier_only_there_index, tiers.tier_only_there_rule),
    "minimum_total_saving": (minimum_total_saving.minimum_total_saving_index, minimum_total_saving.minimum_total_saving_rule),
    "no_council_worse_off": (no_council_worse_off.no_council_worse_off_index, no_council_worse_off.no_council_worse_off_rule),
    "payments_balance": (no_council_worse_off.payments_balance_index, no_council_worse_off.payments_balance_rule),
    "payment_at_most": (no_council_worse_off.payment_at_most_index, no_council_worse_off.payment_at_most_rule),
    "payment_at_least": (no_council_worse_off.payment_at_most_index, no_council_worse_off.payment_at_least_rule),
    "payback": (payback.payback_index, payback.payback_rule),
    "investment_limit": (investment_limit.investment_limit_index, investment_limit.investment_limit_rule),
    "onboarding_capacity": (onboarding_capacity.onboarding_capacity_index, onboarding_capacity.onboarding_capacity_rule),
    "hosting_limit": (hosting_limit.hosting_limit_index, hosting_limit.hosting_limit_rule),
    "each_hosts": (each_hosts.each_hosts_index, each_hosts.each_hosts_rule),
    "sequencing": (sequencing.sequencing_index, sequencing.sequencing_rule),
    "bundle": (bundle.bundle_index, bundle.bundle_rule),
    "partner_link": (partner_limit.partner_link_index, partner_limit.partner_link_rule),
    "partner_limit": (partner_limit.partner_limit_index, partner_limit.partner_limit_rule),
    "must_host": (commitments.must_host_index, commitments.must_host_rule),
    "must_join": (commitments.must_join_index, commitments.must_join_rule),
    "must_take": (commitments.must_take_index, commitments.must_take_rule),
    "together": (commitments.together_index, commitments.together_rule),
    "together_same": (commitments.together_same_index, commitments.together_same_rule),
    "differs": (differs.differs_index, differs.differs_rule),
    "at_most": (at_most.at_most_index, at_most.at_most_rule),
    "includes": (includes.includes_index, includes.includes_rule),
    "excludes": (excludes.excludes_index, excludes.excludes_rule),
}
"""Constraint families in the order of declaration: index set and rule of each."""

LINKING = frozenset(
    {
        "one_arrangement",
        "maximum_partnerships",
        "delivery_capacity",
        "programme_capacity",
        "minimum_total_saving",
        "no_council_worse_off",
        "payments_balance",
        "payment_at_most",
        "payment_at_least",
        "investment_limit",
        "hosting_limit",
        "each_hosts",
        "sequencing",
        "bundle",
        "partner_link",
        "partner_limit",
        "must_host",
        "must_join",
        "must_take",
        "together",
        "together_same",
        "differs",
        "at_most",
        "includes",
        "excludes",
    }
)
"""Families whose rows link partnerships, by their moves or by payments and partners. The rows of all others are about one host of one
service."""


def _smallest(m: Any) -> list[Any]:
    """Partnerships that need more members than the two that every partnership has."""
    return [(s, h, v) for s, h, v in partnership_size.partnership_size_minimum_index(m) if partnership_size.least_members(m, s, v) > 2]


MONEY = ("minimum_total_saving", "no_council_worse_off", "investment_limit")
"""Rules whose rows link partnerships and hold figures of the moves."""
INSIDE: dict[str, Any] = {
    "partnership_size_minimum": _smallest,
    "minimum_saving": minimum_saving.minimum_saving_index,
    "host_capacity": host_capacity.host_capacity_index,
    "payback": payback.payback_index,
    "onboarding_capacity": onboarding_capacity.onboarding_capacity_index,
}
"""Families about one host of one service that the pricing problem does not keep: index set of the rows that get a price like the rows
that link, so that the bound counts them as far as linear programming goes. Where purchases are no variables the rows are without them,
and `formulations.decomposition` adds them."""
