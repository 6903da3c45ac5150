"""A SAM template as plain data, brought up to date with what the code says.

    template, functions --update--> the same template, changes and notes for people

What is the code's: that each durable function has a resource, its handler, its DurableConfig as far as it is declared,
a name if others invoke it by name, and the right to invoke what it invokes. Everything else in the template is its
author's, and stays. A resource belongs to the function that its CodeUri and Handler lead to, whatever it is called.

The right to save progress needs no statement: SAM gives every function that has a DurableConfig the managed policy
AWSLambdaBasicDurableExecutionRolePolicy. Rights to invoke name the target by its ARN, built from its name, and not by
a reference to its resource: functions that invoke each other would be a circle that CloudFormation refuses.
"""

import posixpath
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from everstep.core.names import FunctionName, parse_function
from everstep.scaffold.declared import Call, Function

Section: TypeAlias = MutableMapping[str, Any]

TRANSFORM = "AWS::Serverless-2016-10-31"
FUNCTION_TYPE = "AWS::Serverless::Function"
RUNTIME = "python3.13"
ALIAS = "live"
"""Durable functions are invoked through a version or an alias, so that executions in flight keep their code."""
EXECUTION_SECONDS_DEFAULT = 86_400
"""A DurableConfig must say how long; where nobody does, it is a day, as for everstep's own service."""
SID = "ChainedInvokes"
"""Marks the statement that is ours among the author's policies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was done to a template, and what its author should know, as sentences."""

    changes: Sequence[str]
    """Empty: it was up to date."""
    notes: Sequence[str]


def update(template: Section, functions: Sequence[Function]) -> Outcome:
    """Bring the template up to date, in place, so that comments keep their places."""
    draft = _Draft(template, functions)
    draft.begin()
    for function in functions:
        draft.write(function)
    draft.look_for_strangers()
    return Outcome(changes=draft.changes, notes=draft.notes)


@dataclass(slots=True)
class _Draft:
    """Owns a template while it is written to."""

    template: Section
    functions: Sequence[Function]
    changes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    # ------------------------------------------------------------------ the template
    def begin(self) -> None:
        """Give an empty template its head, and every template its transform."""
        if not self.template:
            self.template["AWSTemplateFormatVersion"] = "2010-09-09"
            self.template["Transform"] = TRANSFORM
            self.template["Globals"] = {"Function": {"Runtime": RUNTIME, "MemorySize": 256, "Timeout": 60}}
        transforms = self.template.get("Transform")
        if transforms is None:
            self._set("the template", self.template, "Transform", TRANSFORM)
        elif TRANSFORM not in (transforms if isinstance(transforms, list) else [transforms]):
            self.notes.append(f"the template has a Transform, but not {TRANSFORM}, which functions need")
        if not isinstance(self.template.get("Resources"), MutableMapping):
            self.template["Resources"] = {}

    def write(self, function: Function) -> None:
        found = self._resource_of(function)
        logical_id, properties = found or self._add(function)
        known = len(self.changes)
        if found is not None and "DurableConfig" not in {**self._globals, **properties}:
            self.notes.append(
                f"{logical_id}: Lambda makes a function durable only when it creates it; if it is deployed already, "
                "give the resource another name, so that CloudFormation creates it anew"
            )
        self._write_alias(logical_id, properties)
        self._write_name(logical_id, properties, function, is_new=found is None)
        self._write_durable_config(logical_id, properties, function)
        self._write_rights(logical_id, properties, function)
        if found is None:
            del self.changes[known:]  # that it is new says it all

    def look_for_strangers(self) -> None:
        """Note the resources that lead into the app's files, but to no durable function there."""
        files = {function.file for function in self.functions}
        known = {(function.file, function.name) for function in self.functions}
        for logical_id, properties in self._resources():
            led_to = set(self._leads_to(properties))
            if "DurableConfig" in properties and led_to.isdisjoint(known) and files & {file for file, _ in led_to}:
                self.notes.append(f"{logical_id}: there is no durable function {properties.get('Handler')} any more")

    @property
    def _globals(self) -> Section:
        section = self.template.get("Globals") or {}
        found: Section = section.get("Function") or {}
        return found

    # ------------------------------------------------------------------ resources
    def _resources(self) -> Iterator[tuple[str, Section]]:
        for logical_id, resource in self.template["Resources"].items():
            if isinstance(resource, MutableMapping) and resource.get("Type") == FUNCTION_TYPE:
                properties = resource.get("Properties")
                if isinstance(properties, MutableMapping):
                    yield str(logical_id), properties

    def _resource_of(self, function: Function) -> tuple[str, Section] | None:
        for logical_id, properties in self._resources():
            if (function.file, function.name) in self._leads_to(properties):
                return logical_id, properties
        return None

    def _leads_to(self, properties: Section) -> Iterator[tuple[str, str]]:
        """The file and function that a resource runs; a package's module may be a folder."""
        handler = properties.get("Handler", self._globals.get("Handler"))
        root = properties.get("CodeUri", self._globals.get("CodeUri", "."))
        if isinstance(handler, str) and isinstance(root, str):
            module, _, name = handler.replace("/", ".").rpartition(".")
            base = posixpath.normpath(posixpath.join(root, module.replace(".", "/")))
            yield f"{base}.py", name
            yield f"{base}/__init__.py", name

    def _add(self, function: Function) -> tuple[str, Section]:
        logical_id = self._free_id(function)
        properties: Section = {"CodeUri": f"{function.root}/", "Handler": function.handler}
        if "Runtime" not in self._globals:
            properties["Runtime"] = RUNTIME
        self.template["Resources"][logical_id] = {"Type": FUNCTION_TYPE, "Properties": properties}
        self.changes.append(f"{logical_id} is new: {function.handler}")
        return logical_id, properties

    def _free_id(self, function: Function) -> str:
        ids = (_camel(f"{prefix}{function.name}") + "Function" for prefix in ("", f"{function.module}_"))
        return next((each for each in ids if each not in self.template["Resources"]), _camel(function.handler))

    def _set(self, where: str, section: Section, key: str, value: object) -> None:
        if section.get(key) != value:
            _put(section, key, value)
            self.changes.append(f"{where}: {key} is now {_plain(value)}")

    # ------------------------------------------------------------------ one function
    def _write_alias(self, logical_id: str, properties: Section) -> None:
        if "AutoPublishAlias" not in properties and "AutoPublishAlias" not in self._globals:
            self._set(logical_id, properties, "AutoPublishAlias", ALIAS)

    def _write_name(self, logical_id: str, properties: Section, function: Function, *, is_new: bool) -> None:
        """A function that is invoked by name must have that name; all others are named by CloudFormation."""
        is_named = any(_is_named(function, call) for other in self.functions for call in other.calls)
        if not is_named and not any(call.is_successor for call in function.calls):
            return
        has = properties.get("FunctionName")
        if has is None:
            self._set(logical_id, properties, "FunctionName", function.name)
            if not is_new:
                self.notes.append(f"{logical_id}: CloudFormation replaces a function whose FunctionName changes")
        elif is_named and has != function.name:
            self.notes.append(f"{logical_id}: the code invokes it as {function.name!r}, its FunctionName is {has}")

    def _write_durable_config(self, logical_id: str, properties: Section, function: Function) -> None:
        declared = {
            "ExecutionTimeout": function.execution_timeout_seconds,
            "RetentionPeriodInDays": function.retention_days,
        }
        inherited: Section = self._globals.get("DurableConfig") or {}
        has = properties.get("DurableConfig")
        config: Section = has if isinstance(has, MutableMapping) else {}
        if declared["ExecutionTimeout"] is None and "ExecutionTimeout" not in {**inherited, **config}:
            declared["ExecutionTimeout"] = EXECUTION_SECONDS_DEFAULT
        for key, value in declared.items():
            if value is not None and config.get(key, inherited.get(key)) != value:
                self._set(f"{logical_id}: DurableConfig", config, key, value)
                _put(properties, "DurableConfig", config)

    # ------------------------------------------------------------------ rights
    def _write_rights(self, logical_id: str, properties: Section, function: Function) -> None:
        arns = list(dict.fromkeys(self._arns(logical_id, properties, function)))
        resources = [{"Fn::Sub": arn} if "${" in arn else arn for arn in arns]
        has = properties.get("Policies")
        policies = has if isinstance(has, list) else [] if has is None else [has]
        ours = next((policy for policy in policies if _is_ours(policy)), None)
        if "Role" in properties or "Role" in self._globals:
            if resources:
                self.notes.append(f"{logical_id}: it has a Role; that needs lambda:InvokeFunction for what it invokes")
        elif resources:
            statement = {"Sid": SID, "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": resources}
            if ours is None:
                policies.append({"Statement": [statement]})
                _put(properties, "Policies", policies)
                self.changes.append(f"{logical_id}: it may invoke {_names(arns)}")
            elif _resources_of(ours) != arns:
                _statement_of(ours)["Resource"] = resources
                self.changes.append(f"{logical_id}: it may now invoke {_names(arns)}")
        elif ours is not None:
            policies.remove(ours)
            if not policies:
                del properties["Policies"]
            self.changes.append(f"{logical_id}: it invokes nothing any more")

    def _arns(self, logical_id: str, properties: Section, function: Function) -> Iterator[str]:
        for call in function.calls:
            if call.target is None and not call.is_successor:
                self.notes.append(
                    f"{call.place}: the name of what is invoked is no constant; if the template does not say so yet, "
                    f"allow {logical_id} to invoke it"
                )
                continue
            target = self._target(call, properties, function)
            if target is None:
                self.notes.append(f"{call.place}: {call.target!r} is no name of a function")
                continue
            is_ours = any(_is_named(other, call) for other in self.functions)
            if target.qualifier is None and is_ours:
                self.notes.append(
                    f"{call.place}: Lambda invokes the durable function {call.target!r} only with a qualifier; "
                    f"write '{call.target}:{ALIAS}'"
                )
            yield _arn(call.target or target.name, target)

    def _target(self, call: Call, properties: Section, function: Function) -> FunctionName | None:
        own = properties.get("FunctionName")
        text = call.target or (own if isinstance(own, str) else function.name)
        parsed = parse_function(text)
        if parsed is not None and call.is_successor:  # the version that runs, whichever that will be
            return FunctionName(name=parsed.name, qualifier="*", region=parsed.region, account=parsed.account)
        return parsed


def _put(section: Section, key: str, value: object) -> None:
    """What is new goes behind the handler: whatever stands last keeps the blank lines that follow it."""
    insert = getattr(section, "insert", None)  # a mapping that remembers comments has it, a plain one has no places
    if insert is None or key in section or "Handler" not in section:
        section[key] = value
    else:
        insert(list(section).index("Handler") + 1, key, value)


def _is_named(function: Function, call: Call) -> bool:
    """Whether a call means this function by its bare name; an ARN may mean one of another account."""
    return call.target is not None and call.target.partition(":")[0] == function.name


def _arn(text: str, target: FunctionName) -> str:
    """The target as IAM wants it. What the name leaves out is where the stack is."""
    if text.startswith("arn:"):
        return target.arn
    account = target.account if text.partition(":")[0].isdigit() else "${AWS::AccountId}"
    name = f"{target.name}:{target.qualifier}" if target.qualifier else target.name
    return f"arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:{account}:function:{name}"


def _is_ours(policy: object) -> bool:
    return isinstance(policy, MutableMapping) and any(each.get("Sid") == SID for each in _statements(policy))


def _statement_of(policy: Section) -> Section:
    return next(each for each in _statements(policy) if each.get("Sid") == SID)


def _resources_of(policy: Section) -> list[str]:
    resources = _statement_of(policy).get("Resource", ())
    return [_plain(each) for each in (resources if isinstance(resources, list) else [resources])]


def _statements(policy: Section) -> Iterable[Section]:
    statements = policy.get("Statement", ())
    listed = statements if isinstance(statements, list) else [statements]
    return [each for each in listed if isinstance(each, MutableMapping)]


def _plain(value: object) -> str:
    return str(next(iter(value.values()))) if isinstance(value, MutableMapping) else str(value)


def _names(arns: Iterable[str]) -> str:
    return ", ".join(arn.rpartition(":function:")[2] for arn in arns)


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.replace(".", "_").split("_"))
