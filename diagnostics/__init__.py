"""Aftercare's checks: a library of its own that needs no sidecar.

A check looks at one thing and returns findings. Facts come in through the
Context it is handed; only `network.py` opens sockets.
"""
