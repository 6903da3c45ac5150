"""The JSON codec: records to JSON and back. The only place that knows the names of JSON members.

    text, fields                        JSON itself; reading members and naming what is wrong with them
    operations, updates, errors, …      one module for each thing that travels
    stored                              how a store keeps records, which is nobody else's business

Rule: what a client sent is refused with `Refused`; what a service answered, if it cannot be read, is a ValueError.
"""
