"""What the code says of a durable function, as far as its deployment is concerned."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One place where a function invokes another."""

    target: str | None
    """As the code names it: `ship:live`; None if the name is no constant, so that only running tells."""
    place: str
    """File and line, for people."""
    is_successor: bool = False
    """It is a `continue_as_new`, which calls the same version; without a target, of the function itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A durable function of the app. Paths are seen from the template's folder, with forward slashes."""

    name: str
    """In its module, and for other functions that invoke it."""
    module: str
    """Dotted, seen from the root."""
    root: str
    """The folder that is deployed."""
    file: str
    """The module's source."""
    execution_timeout_seconds: int | None = None
    retention_days: int | None = None
    calls: tuple[Call, ...] = ()

    @property
    def handler(self) -> str:
        """As Lambda names it."""
        return f"{self.module}.{self.name}"
