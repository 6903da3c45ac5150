"""What people see of executions, and what they do about them, without HTTP.

story      an execution as a tree with attempts and invocations, from its operations and its history
feed       changes as they come, for whoever watches
logbook    what functions said, kept beside their executions
bulk       one act on many executions
page       all of it together: what the service's own API answers from
"""
