"""The table of docs/official-names.md, made from the names that `everstep.compat.aws_sdk` knows."""

from collections.abc import Iterator

from everstep.compat.aws_sdk.names import MODULES, OFFICIAL_VERSION, ROOT, UNNEEDED, UNNEEDED_MODULES

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


def document() -> str:
    return "\n".join([_HEAD, *_sections(), ""])


def _sections() -> Iterator[str]:
    for module, names in MODULES.items():
        if names:
            yield f"## `{_official(module)}`\n"
            yield "| official | everstep |\n| --- | --- |"
            yield from (f"| `{name}` | `{target.replace(':', '.')}` |" for name, target in sorted(names.items()))
            yield ""
    yield "## Not offered\n"
    yield "Public by spelling, but nothing that authors use.\n"
    yield "| official | why nobody needs it here |\n| --- | --- |"
    for module, reasons in sorted(UNNEEDED.items()):
        yield from (f"| `{_official(module)}.{name}` | {reason} |" for name, reason in sorted(reasons.items()))
    yield from (f"| all of `{_official(module)}` | {reason} |" for module, reason in sorted(UNNEEDED_MODULES.items()))


def _official(module: str) -> str:
    return f"{ROOT}.{module}".rstrip(".")
