"""Runs authors' functions in worker processes, behind the Lambda invoke route."""
