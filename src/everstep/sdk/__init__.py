"""Writing durable functions: contexts, handler, replay, drivers, clients.

Knows `core` (records, names, limits, wire), never the service's state machine.
"""
