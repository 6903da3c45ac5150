"""The table of docs/official-names.md, made from the names that `everstep.compat.aws_sdk` knows."""

from collections.abc import Iterator
from types import ModuleType

from everstep.compat.aws_sdk import names as sdk
from everstep.compat.aws_sdk.names import OFFICIAL_VERSION, ROOT
from everstep.compat.aws_testing import names as testing

_HEAD = f"""\
# The official SDK's names

Every public name of `{ROOT}` {OFFICIAL_VERSION} and where everstep has it. Code that uses these names moves by a change
of import, or not at all:

```sh
everstep dev --aws-sdk-alias app.py        # also `run` and `host`
```

or, in a program of your own, before anything imports the official SDK:

```python
from everstep.compat import aws_sdk

aws_sdk.install()
```

An alias is the same class, not a copy: what everstep raises is what `except` catches. Names in `stand_ins` mean nothing
in everstep and exist so that code which mentions them can be imported. This file is generated; after a change write
`EVERSTEP_WRITE_OFFICIAL_NAMES=1 make test ARGS=tests/compat`.
"""

_TESTING_HEAD = f"""
# The official testing package's names

Every public name of `{testing.ROOT}` {testing.OFFICIAL_VERSION}. Tests that use these names run
unedited after

```python
from everstep.compat import aws_testing

aws_testing.install()    # in conftest.py, before anything imports the official packages; it installs aws_sdk too
```

The runners of `compat.aws_testing.runners` are those of `everstep.testing` with the official signatures: input is JSON
text, and a time comes second.
"""


def document() -> str:
    return "\n".join([_HEAD, *_sections(sdk), _TESTING_HEAD, *_sections(testing), ""])


def _sections(table: ModuleType) -> Iterator[str]:
    for module, names in table.MODULES.items():
        if names:
            yield f"## `{_official(table, module)}`\n"
            yield "| official | everstep |\n| --- | --- |"
            yield from (f"| `{name}` | `{target.replace(':', '.')}` |" for name, target in sorted(names.items()))
            yield ""
    yield f"## Not offered of `{table.ROOT}`\n"
    yield "Public by spelling, but nothing that authors use.\n"
    yield "| official | why nobody needs it here |\n| --- | --- |"
    for module, reasons in sorted(table.UNNEEDED.items()):
        yield from (f"| `{_official(table, module)}.{name}` | {reason} |" for name, reason in sorted(reasons.items()))
    yield from (
        f"| all of `{_official(table, module)}` | {reason} |"
        for module, reason in sorted(table.UNNEEDED_MODULES.items())
    )


def _official(table: ModuleType, module: str) -> str:
    return f"{table.ROOT}.{module}".rstrip(".")
