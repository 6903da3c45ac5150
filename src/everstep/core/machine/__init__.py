"""The service's mind: what a command does to an execution.

    decide(execution, command, now) -> Delta     what would change; refuses by raising `Refused`
    evolve(execution, delta) -> Execution        the execution after the change
    due_at(execution) -> Millis | None           when time itself will change it next

`decide` is where every rule lives. A store writes the `Delta` and remembers; it never judges.
"""
