"""Benchmarks: figures of the parts that must be good at something. Never part of the tests.

Read ratios and orders of magnitude, not single numbers: machines are noisy, and everything here shares one.
"""
