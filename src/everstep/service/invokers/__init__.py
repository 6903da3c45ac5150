"""Adapters of the `Invoker` port: ways to call a function."""
