"""The service's own API for people, under /everstep/v1/: docs/api.md says what it is.

rows      the routes, described
looking, acting, streaming    the handlers
reading   queries and bodies -> what is asked for
shapes    what is answered -> plain JSON
"""
