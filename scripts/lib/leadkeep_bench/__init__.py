"""Measures Leadkeep from outside and within, each figure beside what the machine does without it.

scripts/bench builds and then runs this; tests/bench holds the part that is measured in process.
"""
