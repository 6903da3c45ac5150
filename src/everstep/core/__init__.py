"""The protocol of durable executions, pure.

Records, names, limits, the JSON codec and the service's state machine. Nothing in here performs I/O, reads a
clock, draws a random number or looks at the environment: time comes in as an argument, chance comes in as an
id, and consequences go out as return values.
"""
