"""The HTTP side of the service: routes, answers, and the server they run on."""
