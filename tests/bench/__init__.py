"""Benchmarks: each takes turns with a baseline in the same run and prints one JSON line."""
