"""Authorities of the tests, made by OpenSSL: RSA, elliptic curve, GOST R 34.10-2012."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

CONFIG = """
[req]
distinguished_name = none
string_mask = utf8only
[none]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[person]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
[person_with_list]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
crlDistributionPoints = URI:{lists}
[server]
basicConstraints = CA:FALSE
keyUsage = critical,keyEncipherment
[ca]
default_ca = here
[here]
database = index.txt
crlnumber = number
default_md = {digest}
default_crl_days = 30
"""
KEYS = {
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "weak-rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
    "ec": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "gost256": ["-algorithm", "gost2012_256", "-pkeyopt", "paramset:TCA"],
    "gost512": ["-algorithm", "gost2012_512", "-pkeyopt", "paramset:A"],
}
DIGESTS = {"gost256": "md_gost12_256", "gost512": "md_gost12_512"}
ANNA = "/CN=Проверкина Анна Викторовна/SN=Проверкина/GN=Анна Викторовна"
WITH_NUMBERS = f"{ANNA}/1.2.643.100.3=11223344595/1.2.643.3.131.1.1=500100732259"


@dataclass
class Authority:
    """A root in a folder, and what it can do."""

    folder: Path
    kind: str
    lists_at: str = "http://127.0.0.1:9/none.crl"

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.lists.mkdir()
        digest = DIGESTS.get(self.kind, "sha256")
        text = CONFIG.format(digest=digest, lists=self.lists_at)
        (self.folder / "openssl.cnf").write_text(text)
        (self.folder / "index.txt").touch()
        (self.folder / "number").write_text("01\n")
        self._key("root.key")
        self.openssl(
            *("req", "-config", "openssl.cnf", "-x509", "-new", "-key", "root.key", "-utf8"),
            *("-days", "3650", "-subj", f"/CN=УЦ {self.kind}", "-extensions", "root"),
            *("-out", "root.pem"),
        )
        self.publish()

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    @property
    def lists(self) -> Path:
        return self.folder / "crls"

    def openssl(self, command: str, *arguments: str) -> None:
        """Run OpenSSL here, the GOST engine at hand."""
        engine = ["-engine", "gost"] if self.kind.startswith("gost") else []
        subprocess.run(
            ["openssl", command, *engine, *arguments],
            cwd=self.folder,
            check=True,
            capture_output=True,
        )

    def person(
        self,
        name: str = "anna",
        *,
        subject: str = WITH_NUMBERS,
        extensions: str = "person",
        kind: str = "",
        days: int = 365,
    ) -> str:
        """Make a key and a certificate; return their name."""
        self._key(f"{name}.key", kind)
        self.openssl(
            *("req", "-config", "openssl.cnf", "-new", "-key", f"{name}.key", "-utf8"),
            *("-subj", subject, "-out", f"{name}.csr"),
        )
        self.openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", "root.pem", "-CAkey", "root.key"),
            *("-days", str(days), "-extfile", "openssl.cnf", "-extensions", extensions),
            *("-out", f"{name}.pem"),
        )
        return name

    def sign(self, content: bytes, *options: str, by: str = "anna", form: str = "DER") -> bytes:
        """Sign as a person's own tool would."""
        (self.folder / "content").write_bytes(content)
        self.openssl(
            *("cms", "-sign", "-binary", "-in", "content", "-signer", f"{by}.pem"),
            *("-inkey", f"{by}.key", "-outform", form, "-out", "signature", *options),
        )
        return (self.folder / "signature").read_bytes()

    def revoke(self, name: str = "anna") -> None:
        """Revoke a certificate and publish the list."""
        self._list("-revoke", f"{name}.pem")
        self.publish()

    def publish(self, *options: str) -> None:
        """Write the list of revoked certificates anew."""
        self._list("-gencrl", *options, "-out", "crls/root.crl")

    def _list(self, *arguments: str) -> None:
        keys = ("-keyfile", "root.key", "-cert", "root.pem")
        self.openssl("ca", "-config", "openssl.cnf", *keys, *arguments)

    def _key(self, file: str, kind: str = "") -> None:
        self.openssl("genpkey", *KEYS[kind or self.kind], "-out", file)
