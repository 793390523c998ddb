"""Warming up a new address or domain: the plan, where the site stands in it, and what to do today."""

from diagnostics.mail.warm_up.days import DayCount, DayState, PlanDay, Progress, progress
from diagnostics.mail.warm_up.schedule import TABLES, BadPlan, Plan, plan

__all__ = ["TABLES", "BadPlan", "DayCount", "DayState", "Plan", "PlanDay", "Progress", "plan", "progress"]
