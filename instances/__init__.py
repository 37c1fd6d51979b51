"""Instances: councils, services, costs, contracts and rules of a region, read from tables and checked."""

from instances.calendar import LIVE, Calendar, financial_year
from instances.errors import Fault, InstanceError
from instances.instance import Instance, OverrideChange
from instances.overrides import apply
from instances.read import read, shipped

__all__ = ["LIVE", "Calendar", "Fault", "Instance", "InstanceError", "OverrideChange", "apply", "financial_year", "read", "shipped"]
