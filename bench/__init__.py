"""Measurements that people may repeat: `make bench`."""
