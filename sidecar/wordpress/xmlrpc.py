"""The road over XML-RPC: `aftercare.command`, called through python-wordpress-xmlrpc.

Its transport is ours: the egress policy and the limits of `http.post`, and answers parsed by
defusedxml. Its one fault on Python 3.10 and later is mended here, and nowhere else.
"""

from __future__ import annotations

import collections.abc
import xmlrpc.client
from collections.abc import Callable
from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.xmlrpc import DefusedExpatParser
from wordpress_xmlrpc import AnonymousMethod, Client, base
from wordpress_xmlrpc.exceptions import InvalidCredentialsError, XmlrpcDisabledError

from sidecar.wordpress.http import NoReply, Reply

# python-wordpress-xmlrpc 2.3 says `collections.Iterable`, which Python 3.10 took away; in base.py
# `collections` is used for nothing else.
base.collections = collections.abc


class CommandMethod(AnonymousMethod):  # type: ignore[misc]  # the library has no types
    """What wp-plugin's class-xmlrpc.php answers."""

    method_name = "aftercare.command"
    method_args = ("site", "message_id", "timestamp", "signature", "body")


class SiteClient(Client):  # type: ignore[misc]
    """The library's client without its first call: a site that hides its list of methods is still asked."""

    def __init__(self, url: str, transport: xmlrpc.client.Transport) -> None:
        self.url = url
        self.server = xmlrpc.client.ServerProxy(url, transport=transport, allow_none=True)
        self.supported_methods = (CommandMethod.method_name,)


class BoundedTransport(xmlrpc.client.Transport):
    """Sends by *send*, which bounds what may come back."""

    def __init__(self, send: Callable[[bytes], Reply]) -> None:
        super().__init__()
        self._send = send

    def request(self, host: Any, handler: str, request_body: Any, verbose: bool = False) -> Any:
        """One call. Raises NoReply, xmlrpc.client.Fault, xmlrpc.client.ResponseError."""
        reply = self._send(bytes(request_body))
        if reply.status != 200:
            raise NoReply(f"XML-RPC answered with status {reply.status}")
        target = xmlrpc.client.Unmarshaller()
        parser = DefusedExpatParser(target, forbid_dtd=True)
        parser.feed(reply.content)
        parser.close()
        return target.close()


def call(send: Callable[[bytes], Reply], url: str, *strings: str) -> dict[str, str]:
    """The struct that `aftercare.command` answers. Raises NoReply; its `fault` is the site's own, if it gave one."""
    try:
        answer = SiteClient(url, BoundedTransport(send)).call(CommandMethod(*strings))
    except NoReply:
        raise
    except (InvalidCredentialsError, XmlrpcDisabledError) as error:  # how the library says faults 403 and 405
        raise NoReply(f"XML-RPC is switched off or refuses us: {str(error)[:200]}") from error
    except xmlrpc.client.Fault as fault:
        raise SiteFault(fault.faultCode, str(fault.faultString)) from fault
    except DefusedXmlException as error:
        raise NoReply("XML-RPC answered with XML that is not accepted (entities or a DTD)") from error
    except Exception as error:  # XML that is broken breaks expat and the unmarshaller in many ways
        raise NoReply(f"XML-RPC answered with something that is not XML-RPC ({type(error).__name__})") from error
    if not isinstance(answer, dict) or not all(isinstance(answer.get(key), str) for key in ANSWER):
        raise NoReply("XML-RPC answered with something else than the plugin does")
    return {key: answer[key] for key in ANSWER}


ANSWER = ("id", "timestamp", "signature", "body")


class SiteFault(NoReply):
    """The site answered with an XML-RPC fault."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"XML-RPC answered with fault {code}: {text[:200]}")
        self.code = code
        self.text = text
