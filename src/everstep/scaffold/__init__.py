"""Beginnings: new projects, and the SAM template that says how an app is deployed.

projects/      what `everstep new` writes, as it is written
starting       one of them under a name of its own
declared       what a template needs to know of a durable function
  calls          found in the source: which functions it invokes
sam            a template as plain data, brought up to date
document       the text of a template as data and back, comments and tags included
"""
