"""The sidecar: receives events, runs playbooks, files tickets, serves staff."""
