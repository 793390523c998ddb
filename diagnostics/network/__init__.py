"""The one door to the network: names, TCP and TLS, under an egress policy and limits.

Nothing else in `diagnostics` opens a socket. What goes wrong is raised as what
happened (`errors`), never as what it means: that is a check's to say.
"""

from diagnostics.network.batch import Answer, Remembers, ask_all
from diagnostics.network.certificate import Certificate
from diagnostics.network.door import Network, TLSMode
from diagnostics.network.egress import EgressPolicy
from diagnostics.network.errors import (
    ConnectRefused,
    ConnectTimedOut,
    DNSUnavailable,
    Dropped,
    HostUnknown,
    NetworkError,
    NoRoute,
    NotAllowed,
    NotHTTP,
    Silent,
    TLSFailed,
    TooMuch,
)
from diagnostics.network.http import Response, fetch
from diagnostics.network.nameservers import read_nameserver
from diagnostics.network.overlay import Overlay
from diagnostics.network.query import DNS, DNSAnswer, End, MailExchanger, RecordType, TLSARecord, is_name
from diagnostics.network.resolver import Addresses, Resolver
from diagnostics.network.shared import Seen, SharedDNS
from diagnostics.network.stream import Stream

__all__ = [
    "DNS",
    "Addresses",
    "Answer",
    "Certificate",
    "ConnectRefused",
    "ConnectTimedOut",
    "DNSAnswer",
    "DNSUnavailable",
    "Dropped",
    "EgressPolicy",
    "End",
    "HostUnknown",
    "MailExchanger",
    "Network",
    "NetworkError",
    "NoRoute",
    "NotAllowed",
    "NotHTTP",
    "Overlay",
    "RecordType",
    "Remembers",
    "Resolver",
    "Response",
    "Seen",
    "SharedDNS",
    "Silent",
    "Stream",
    "TLSARecord",
    "TLSFailed",
    "TLSMode",
    "TooMuch",
    "ask_all",
    "fetch",
    "is_name",
    "read_nameserver",
]
