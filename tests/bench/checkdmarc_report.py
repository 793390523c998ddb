"""The baseline of `dns_report`: checkdmarc's whole report of each domain, in a Python that has checkdmarc and not us.

`PYTHON tests/bench/checkdmarc_report.py PORT DOMAIN…` prints one JSON line: the seconds of each domain. Its HTTPS
requests (the MTA-STS policy, the BIMI logo) fail at once, for ours are off too; SMTP is off by its default.
"""

import json
import sys
import time

import checkdmarc
import dns.nameserver
import requests


def off(*args, **options):
    raise requests.ConnectionError("off in this benchmark")


def main() -> None:
    requests.Session.get = off
    servers = [dns.nameserver.Do53Nameserver("127.0.0.1", int(sys.argv[1]))]
    seconds = []
    for domain in sys.argv[2:]:
        began = time.perf_counter()
        checkdmarc.check_domains([domain], nameservers=servers)
        seconds.append(time.perf_counter() - began)
    print(json.dumps(seconds))


main()
