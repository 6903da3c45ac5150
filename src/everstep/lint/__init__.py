"""A static check of durable functions: source text in, findings out. Nothing is imported, nothing runs.

check ---> program    files, read when an import leads to them
              `-- syntax     one file, taken apart
   |-----> cast       who plays what: replayed, or inside a step
   |          `-- names      what an expression means
   |-----> table      the rules, one module for each family; each is shown every part as a scene
   `-----> ignores    comments that silence a finding
"""

from everstep.lint.check import Report, check
from everstep.lint.findings import Code, Finding, Level, Rule
from everstep.lint.settings import Settings, SettingsError, parse_settings
from everstep.lint.table import FAMILIES, RULES

__all__ = [
    "FAMILIES",
    "RULES",
    "Code",
    "Finding",
    "Level",
    "Report",
    "Rule",
    "Settings",
    "SettingsError",
    "check",
    "parse_settings",
]
