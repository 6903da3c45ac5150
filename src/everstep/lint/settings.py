"""What a project wants to be told: `[tool.everstep.check]` in its pyproject.toml.

[tool.everstep.check]
paths = ["app"]                 # what is checked when the command names nothing
select = ["ES0", "ES1"]         # only these rules, or families; default: all
ignore = ["ES003"]              # not these
level = "info"                  # the least level that is shown; default: warning
exclude = ["app/generated/*"]   # files that are not looked for
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from everstep.lint.findings import Code, Level
from everstep.lint.table import RULES


class SettingsError(ValueError):
    """A setting cannot be right; the message says which, and what is possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Raises SettingsError for codes that no rule has."""

    paths: tuple[str, ...] = (".",)
    select: tuple[str, ...] = ()
    """Codes or their beginnings; empty for all."""
    ignore: tuple[str, ...] = ()
    level: Level = Level.WARNING
    exclude: tuple[str, ...] = ()
    """Patterns with `*` for paths, from the folder of pyproject.toml."""

    def __post_init__(self) -> None:
        for code in (*self.select, *self.ignore):
            if not any(known.startswith(code) for known in RULES):
                raise SettingsError(f"there is no rule {code!r}; the rules are {RULES_IN_WORDS}")

    def in_force(self) -> frozenset[Code]:
        """The codes of the rules that are asked for."""
        return frozenset(
            code
            for code in RULES
            if (not self.select or code.startswith(self.select)) and not (self.ignore and code.startswith(self.ignore))
        )


RULES_IN_WORDS = f"{min(RULES)} to {max(RULES)}, see docs/lint.md"


def parse_settings(table: Mapping[str, object]) -> Settings:
    """The settings in a table of TOML. Raises SettingsError."""
    known = [field.name for field in fields(Settings)]
    values: dict[str, tuple[str, ...]] = {}
    level = Level.WARNING
    for key, value in table.items():
        if key not in known:
            raise SettingsError(f"{key!r} is no setting; there are {', '.join(known)}")
        if key == "level":
            level = _level(value)
        elif isinstance(value, list) and all(isinstance(each, str) for each in value):
            values[key] = tuple(value)
        else:
            raise SettingsError(f"{key} must be a list of texts, got {value!r}")
    return Settings(level=level, **values)


def _level(value: object) -> Level:
    try:
        return Level(str(value))
    except ValueError:
        raise SettingsError(f"level must be one of {', '.join(Level)}, got {value!r}") from None
