"""A value that may be of several types.

It is written as its own type writes it, and the reader asks each member whether it can read that, preferring the one
that needs the least imagination. If that would not be the writer's member, the value says its type:

    int | None              5                      ->  5
    Cat | Dog               Dog(barks=True)        ->  {"barks": true}             only Dog has that field
    datetime | str          "2026-01-02"           ->  {"$type": "str", "$value": "2026-01-02"}

Rule: the order in which members are listed never matters, because Python takes `A | B` and `B | A` for the same type
and any of the two may have been seen first.
"""

from collections import Counter
from typing import Any

from everstep.sdk.typed.form import Form, Misfit

_TYPE, _VALUE = "$type", "$value"


class Maybe(Form):
    """A type or None: by far the most frequent union, and never ambiguous."""

    def __init__(self, form: Form, null: Form) -> None:
        super().__init__(f"{form.name} | None")
        self._form = form
        self.same = form.same | null.same if form.same else frozenset()

    def write(self, value: Any) -> Any:
        return None if value is None else self._form.write(value)

    def read(self, plain: Any) -> Any:
        return None if plain is None else self._form.read(plain)

    def distance(self, plain: Any) -> int:
        return 0 if plain is None else self._form.distance(plain)


class Either(Form):
    """Any other union."""

    def __init__(self, members: list[Form]) -> None:
        self._members = sorted(members, key=lambda form: (form.rank, form.name))
        super().__init__(" | ".join(form.name for form in self._members))
        counts = Counter(form.name for form in self._members)
        self._by_name = {form.name: form for form in self._members if counts[form.name] == 1}

    def write(self, value: Any) -> Any:
        member, plain = self._writer(value)
        if not _says_its_type(plain) and self._read_best(plain)[0] is member:
            return plain
        if member.name not in self._by_name:
            raise Misfit(
                f"two types of {self.name} have one name and look alike in JSON; rename one, or give each a Literal "
                "field that tells which it is"
            )
        return {_TYPE: member.name, _VALUE: plain}

    def read(self, plain: Any) -> Any:
        if _says_its_type(plain) and plain[_TYPE] in self._by_name:
            return self._by_name[plain[_TYPE]].read(plain[_VALUE])
        return self._read_best(plain)[1]

    def _writer(self, value: Any) -> tuple[Form, Any]:
        """The member whose type is the value's own, else the first that takes it; and what it writes."""
        taken: list[tuple[Form, Any]] = []
        misfits: list[Misfit] = []
        for member in self._members:
            try:
                plain = member.write(value)
                if type(member.read(plain)) is type(value):
                    return member, plain
                taken.append((member, plain))
            except Misfit as misfit:
                misfits.append(misfit)
        if not taken:
            raise self._refusal(value, misfits)
        return taken[0]

    def _read_best(self, plain: Any) -> tuple[Form, Any]:
        """The member that reads this best, and what it reads."""
        able: list[tuple[Form, Any]] = []
        misfits: list[Misfit] = []
        for member in self._members:
            try:
                able.append((member, member.read(plain)))
            except Misfit as misfit:
                misfits.append(misfit)
        if not able:
            raise self._refusal(plain, misfits)
        return min(able, key=lambda reading: reading[0].distance(plain))

    def _refusal(self, got: object, misfits: list[Misfit]) -> Misfit:
        """The one member that fitted but for something inside knows best what is wrong."""
        deep = [misfit for misfit in misfits if misfit.at]
        return deep[0] if len(deep) == 1 else self.expected(got)


def _says_its_type(plain: Any) -> bool:
    return type(plain) is dict and plain.keys() == {_TYPE, _VALUE} and isinstance(plain[_TYPE], str)
