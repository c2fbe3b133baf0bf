"""Devices that cannot be automated: people walk up, and their own browser is the client.

This package is above the harness, because every verdict is made there (`harness/verdict.py`), and
above the report, because a visitor's device is a row of it.
"""
