"""Where executions are remembered: adapters of `service.ports.Store`. Rules live in the core; these only remember."""
