"""Types with named fields: dataclasses, attrs classes, named tuples, typed dicts. Each is a JSON object of its fields.

Histories outlive code: a field that the class has lost is ignored, a field that is new takes its default.

An object is rebuilt by its constructor, so that it is whole, and then every saved field is set again where the class
has code that runs at construction: what such code derives must not be derived twice.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass
from typing import Any

from everstep.errors import SerDesError
from everstep.sdk.typed.form import Form, Misfit, member


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a record."""

    name: str
    form: Form
    required: bool
    """Whether saved data without it is refused."""
    argument: str | None
    """What the constructor calls it; None if the constructor does not take it."""


class Record(Form):
    """A class whose instances are made of fields."""

    def __init__(self, kind: type[Any], name: str, *, rework: bool) -> None:
        super().__init__(name)
        self._kind = kind
        self._rework = rework
        self.fields: tuple[Field, ...] = ()
        """Set by whoever makes the record, once the forms of its fields are known."""

    def write(self, value: Any) -> Any:
        if type(value) is not self._kind:
            raise self._other_class(value)
        plain: dict[str, Any] = {}
        for field in self.fields:
            content = getattr(value, field.name, MISSING)
            if content is not MISSING:
                plain[field.name] = _at(field, field.form.write, content)
        return plain

    def read(self, plain: Any) -> Any:
        if isinstance(plain, dict):
            return self._make({field.name: value for field, value in self._contents(plain)})
        if type(plain) is self._kind:
            return plain
        raise self.expected(plain)

    def distance(self, plain: Any) -> int:
        return len(plain.keys() ^ {field.name for field in self.fields}) if isinstance(plain, dict) else 0

    def _contents(self, plain: Mapping[str, Any]) -> Iterator[tuple[Field, Any]]:
        for field in self.fields:
            if field.name in plain:
                yield field, _at(field, field.form.read, plain[field.name])
            elif field.required:
                raise Misfit(f"the field {field.name!r} of {self.name} is missing")

    def _make(self, values: dict[str, Any]) -> Any:
        arguments = {f.argument: values[f.name] for f in self.fields if f.argument is not None and f.name in values}
        try:
            made = self._kind(**arguments)
            for field in self.fields:
                if field.name in values and (self._rework or field.argument is None):
                    object.__setattr__(made, field.name, values[field.name])
        except Exception as error:
            raise Misfit(f"{self.name} refuses its saved fields: {type(error).__name__}: {error}") from error
        return made

    def _other_class(self, value: object) -> Misfit:
        if isinstance(value, self._kind):
            # Written as its base class it would lose what it adds, and nobody would notice before the replay.
            return Misfit(
                f"expected {self.name} itself, got its subclass {type(value).__qualname__}: name that class, or a "
                "union, in the annotation"
            )
        return self.expected(value)


class NamedFields(Record):
    """A named tuple. A plain list or tuple is read too: what other serializers make of one."""

    def read(self, plain: Any) -> Any:
        if isinstance(plain, list | tuple) and type(plain) is not self._kind:
            if len(plain) > len(self.fields):
                raise Misfit(f"expected {self.name} with {len(self.fields)} fields, got {len(plain)}")
            plain = {field.name: item for field, item in zip(self.fields, plain, strict=False)}
        return super().read(plain)


class Keyed(Record):
    """A typed dict. Keys that its class does not list are carried along by `others`."""

    def __init__(self, name: str, others: Form) -> None:
        super().__init__(dict, name, rework=False)
        self._others = others

    def write(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise self.expected(value)
        return self._convert(value, lambda form: form.write)

    def read(self, plain: Any) -> Any:
        if not isinstance(plain, dict):
            raise self.expected(plain)
        return self._convert(plain, lambda form: form.read)

    def _convert(self, content: dict[Any, Any], direction: Callable[[Form], Callable[[Any], Any]]) -> dict[str, Any]:
        known = {field.name: field for field in self.fields}
        done: dict[str, Any] = {}
        for key, value in content.items():
            if not isinstance(key, str):
                raise Misfit(f"the keys of {self.name} are texts, not {type(key).__qualname__}")
            try:
                done[key] = direction(known[key].form if key in known else self._others)(value)
            except Misfit as misfit:
                misfit.at.append(member(key))
                raise
        missing = [field.name for field in self.fields if field.required and field.name not in done]
        if missing:
            raise Misfit(f"the key {missing[0]!r} of {self.name} is missing")
        return done


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A record before the forms of its fields are known."""

    record: Record
    fields: tuple[tuple[str, str | None, bool], ...]
    """Name, the constructor's argument, and whether it is required."""


def outline(kind: type[Any], name: str, others: Form) -> Outline | None:
    """What kind of record a class is, or None if it is none. Raises SerDesError if it cannot be rebuilt."""
    if hasattr(kind, "__required_keys__") and hasattr(kind, "__total__"):
        # The annotations of a typed dict are its fields, and nothing else is known of it.
        required = kind.__required_keys__
        keys = (*required, *kind.__optional_keys__)
        return Outline(record=Keyed(name, others), fields=tuple((key, key, key in required) for key in keys))
    if hasattr(kind, "__dataclass_fields__"):
        return _dataclass(kind, name)
    if hasattr(kind, "__attrs_attrs__"):
        return _attrs(kind, name)
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        defaults = getattr(kind, "_field_defaults", {})
        fields = tuple((field, field, field not in defaults) for field in kind._fields)
        return Outline(record=NamedFields(kind, name, rework=False), fields=fields)
    return None


def _dataclass(kind: Any, name: str) -> Outline:
    fields: list[tuple[str, str | None, bool]] = []
    for field in kind.__dataclass_fields__.values():
        has_default = field.default is not MISSING or field.default_factory is not MISSING
        # The public `fields()` hides InitVars, and nothing else tells them from class variables.
        match field._field_type.name:
            case "_FIELD":
                fields.append((field.name, field.name if field.init else None, field.init and not has_default))
            case "_FIELD_INITVAR" if not has_default:
                raise SerDesError(
                    f"{name} cannot be rebuilt from its fields: its InitVar {field.name!r} is not saved and has no "
                    "default; give it one, or give the operation a serdes"
                )
            case _:
                pass
    rework = hasattr(kind, "__post_init__") or not kind.__dataclass_params__.init
    return Outline(record=Record(kind, name, rework=rework), fields=tuple(fields))


def _attrs(kind: Any, name: str) -> Outline:
    attributes = kind.__attrs_attrs__
    # `attrs.NOTHING` is not importable here without importing attrs; its name is part of attrs' documented interface.
    fields = tuple((a.name, a.alias if a.init else None, a.init and repr(a.default) == "NOTHING") for a in attributes)
    rework = hasattr(kind, "__attrs_post_init__") or any(a.converter is not None for a in attributes)
    return Outline(record=Record(kind, name, rework=rework), fields=fields)


def _at(field: Field, convert: Callable[[Any], Any], content: Any) -> Any:
    try:
        return convert(content)
    except Misfit as misfit:
        misfit.at.append(f".{field.name}")
        raise
