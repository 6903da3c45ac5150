"""The page: what people see of a service in their browser.

static/   plain files, served as they are: HTML, CSS, modules of JavaScript; no build step
assets    finds them, with what a browser must be told of each

The page is a client of the service's own API (docs/api.md) like any other; nothing here knows the service.
"""
