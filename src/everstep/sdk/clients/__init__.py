"""Ways to reach a service: signed HTTP, a boto3 client of the author's own, or a direct call in the same process."""
