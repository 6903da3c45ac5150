"""The durable-execution service: keeps histories, decides when to invoke again, answers the API.

Rules live in `core.machine`; here they meet a store, a clock, an invoker and HTTP. Only `service.app` sees all of
them together.
"""
