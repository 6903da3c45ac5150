"""The text of docs/lint.md, made from the table of rules."""

from everstep.lint import FAMILIES, Rule

_HEAD = """\
# Rules for durable functions

```sh
everstep check app/            # files or folders; exit code 1 when there is an error
everstep check --json          # or --format github, for the lines of a pull request; --format sarif, for code hosts
```

`everstep check` reads the source of durable functions, written for everstep or for the official SDK, and finds what
goes wrong when they are replayed. Nothing is imported or run. What is durable it learns from imports, decorators and
annotations, never from what something is called; it follows calls into functions of the same project, and a function
that only runs inside a step may do what it likes.

A line is silenced with `# everstep: ignore[ES001]`, behind it or above it. Settings are in pyproject.toml:

```toml
[tool.everstep.check]
paths = ["app"]                # checked when the command names none; default: the project's folder
select = ["ES0", "ES1"]        # only these rules or families; default: all
ignore = ["ES003"]             # not these
level = "info"                 # the least level that is shown; default: warning
exclude = ["app/generated/*"]  # not looked for in folders
```

As a hook of [pre-commit](https://pre-commit.com), in .pre-commit-config.yaml:

```yaml
- repo: …                       # where this repository is
  rev: v0.1.0
  hooks:
    - id: everstep-check
```

This page is generated; after a change write `EVERSTEP_WRITE_LINT_PAGE=1 make test ARGS=tests/lint`.
"""


def page() -> str:
    families = [part for title, rules in FAMILIES.items() for part in (f"## {title}\n", *map(_section, rules))]
    return "\n".join([_HEAD, _index(), *families])


def _index() -> str:
    rows = [
        f"| [{rule.code}](#{rule.code.lower()}) | {rule.title} | {rule.level} |"
        for rules in FAMILIES.values()
        for rule in rules
    ]
    return "\n".join(["| rule | finds | level |", "| --- | --- | --- |", *rows, ""])


def _section(rule: Rule) -> str:
    return f"""\
### {rule.code}

**{rule.title[0].upper()}{rule.title[1:]}** ({rule.level}). {rule.why} {rule.mend}

```python
{_bare(rule.bad)}
```

Better:

```python
{_bare(rule.good)}
```
"""


def _bare(source: str) -> str:
    """Without the import of everstep, which every sample would repeat."""
    lines = [line for line in source.strip().splitlines() if not line.startswith("from everstep import")]
    return "\n".join(lines).strip()
