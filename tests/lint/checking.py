"""Short ways to ask the check, for the tests."""

from collections.abc import Mapping
from textwrap import dedent

from everstep.lint import Finding, Level, Settings, check

HEAD = """\
import asyncio, contextlib, glob, logging, os, random, subprocess, threading, time, uuid
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import boto3, httpx, requests
from everstep import *
from everstep import (
    AsyncDurableContext, DurableContext, Duration, ParallelBranch, StepConfig, WithRetryConfig, durable_execution,
    durable_parallel_branch, durable_step, durable_wait_for_callback, durable_with_child_context, with_retry,
)
from everstep.errors import SuspendExecution
"""
NIGHT = 'context.wait(3600, name="night")'
"""Without an operation nothing is replayed."""


def findings(sources: str | Mapping[str, str], *paths: str, settings: Settings | None = None) -> list[Finding]:
    """The findings in one file, or in the files of a project of which the paths are checked, all by default."""
    files = {"app.py": sources} if isinstance(sources, str) else sources
    return list(check(paths or files, files.get, settings).findings)


def told(sources: str | Mapping[str, str], *paths: str, settings: Settings | None = None) -> list[str]:
    """The codes of all findings above the level of a note, in the order of the source."""
    found = findings(sources, *paths, settings=settings)
    return [finding.rule.code for finding in found if finding.rule.level is not Level.INFO]


def handler(body: str, *, head: str = "") -> str:
    """The source of a durable function with this body, after everything that it may want to import, and a wait."""
    return program(f"@durable_execution\ndef handler(event, context: DurableContext):\n    {NIGHT}", body, head)


def async_handler(body: str, *, head: str = "") -> str:
    return program(
        f"@durable_execution\nasync def handler(event, context: AsyncDurableContext):\n    await {NIGHT}", body, head
    )


def program(signature: str, body: str, head: str = "") -> str:
    inner = "\n".join(f"    {line}" for line in dedent(body).strip().splitlines())
    return f"{HEAD}{dedent(head)}\n{signature}\n{inner}\n"
