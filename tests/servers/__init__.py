"""Real servers for tests and the demo: one file starts one of them, on loopback, on ports that were free."""
