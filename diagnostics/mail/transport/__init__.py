"""How a domain receives mail: MX, STARTTLS, MTA-STS, TLS reports, DNSSEC, DANE, BIMI."""

from diagnostics.mail.transport.look import TransportView, look_at_transport
from diagnostics.mail.transport.ways import Ways

__all__ = ["TransportView", "Ways", "look_at_transport"]
