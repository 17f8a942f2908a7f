"""A proxy on 127.0.0.1 that answers in the place of https hosts, so that what goes to which of them can be seen."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from loopback import Answer, LoopbackServer, _Handler, _Server


def make_certificate(folder: Path, *hosts: str) -> Path:
    """A certificate for these hosts, which vouches for itself, and its key, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
    builder = builder.add_extension(names, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    encoding, plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file = folder / "certificate.pem"
    file.write_bytes(
        builder.sign(key, hashes.SHA256()).public_bytes(encoding)
        + key.private_bytes(encoding, plain, serialization.NoEncryption())
    )
    return file


class TlsProxy(LoopbackServer):
    """A LoopbackServer that plays every host it has a certificate for; requests name theirs in the header `host`.

    Clients reach it as their proxy (`HTTPS_PROXY`) and must trust the certificate (`SSL_CERT_FILE`).
    """

    def __init__(self, answer: Answer, certificate: Path) -> None:
        super().__init__(answer)
        self._server.RequestHandlerClass = _ProxyHandler
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        cast(_ProxyServer, self._server).context = context


class _ProxyServer(_Server):
    context: ssl.SSLContext


class _ProxyHandler(_Handler):
    def do_CONNECT(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        with cast(_ProxyServer, self.server).context.wrap_socket(self.connection, server_side=True) as tls:
            _Handler(tls, self.client_address, self.server)
