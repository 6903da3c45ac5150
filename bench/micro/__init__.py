"""The hot paths alone: timed by pytest-benchmark, and counted in instructions, which no neighbour can disturb."""
