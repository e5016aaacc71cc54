"""A company's certificate authority, made up for a test, and what servers show of it."""

import datetime
import ssl
from pathlib import Path

from cryptography import x509  # comes with moto
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Harlan Fab root")])
        root = self._builder(self._name, self._key.public_key())
        signs = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        root = root.add_extension(x509.BasicConstraints(True, None), True).add_extension(signs, True)
        self.file = folder / "root.pem"
        self.file.write_bytes(root.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def shown_by(self, name: str) -> ssl.SSLContext:
        """What the server called `name` shows."""
        key = ec.generate_private_key(ec.SECP256R1())
        about = self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key.public_key())
        about = about.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
        about = about.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), False
        )
        file = self._folder / f"{name}.pem"
        form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, *form)
            + about.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _builder(self, name: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return x509.CertificateBuilder(
            issuer_name=self._name,
            subject_name=name,
            public_key=key,
            serial_number=x509.random_serial_number(),
            not_valid_before=now - datetime.timedelta(days=1),
            not_valid_after=now + datetime.timedelta(days=2),
        ).add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
