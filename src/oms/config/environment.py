"""What the environment may say: every variable, its meaning, its default."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[3]


class Environment(BaseSettings):
    """Settings read from `OMS_…` variables. Nothing else configures the portal."""

    model_config = SettingsConfigDict(env_prefix="OMS_", extra="ignore")

    profile: Literal["production", "demo", "test"] = "demo"
    var: Path = Field(default=ROOT / "var", description="Folder of data, secrets and papers")
    database_url: str = Field(default="", description="sqlite:///file or postgresql://…")
    base_url: str = Field(default="http://localhost:8000", description="Address people type")
    allowed_hosts: str = Field(default="", description="Comma-separated; base_url's is added")
    trusted_proxies: int = Field(default=0, ge=0, description="Proxies in front that we run")
    time_zone: str = "Europe/Moscow"
    region: str = Field(default="77", description="Territorial fund that owns this register (F010)")
    redis_url: str = Field(default="", description="Shared cache; the database when empty")
    log_level: str = "INFO"

    anchors: Path | None = Field(
        default=None, description="Folder of the journal's anchors, best on another machine"
    )

    smtp_url: str = Field(default="", description="smtp://[user:password@]host:port[?tls=1]")
    mail_from: str = "Кабинет ОМС <robot@oms.example>"
    sms_url: str = Field(default="", description="SMS: https://… or smpp[s]://user:password@host")
    sms_token: str = ""
    sms_2_url: str = Field(default="", description="A second provider of SMS")
    sms_2_token: str = ""
    sms_weights: str = Field(default="1:1", description="How the two share the work")
    push_contact: str = Field(
        default="", description="Whom push services may write to; the sender of e-mail when empty"
    )
    push_services: str = Field(
        default="", description="Further hosts of push services browsers may name, comma-separated"
    )
    breached_passwords: str = Field(
        default="", description="Leaked passwords: file:/sorted/list or https://…/range/"
    )
    registers_url: str = Field(default="", description="Adapter to the state's registers")
    registers_token: str = ""
    ferzl_url: str = Field(default="", description="ФЕРЗЛ over SOAP: look-up of persons")
    ferzl_token: str = ""
    exchange_folder: str = Field(
        default="", description="Files of insurers are taken from its in/, answers put into out/"
    )
    linkage: Literal["duckdb", "spark"] = Field(
        default="duckdb", description="Where the whole register is searched for duplicates"
    )
    linkage_spark_master: str = Field(default="local[*]", description="Spark's master, if spark")
    outbox_url: str = Field(default="", description="Demo: where caught e-mail and SMS are read")

    openid_providers: str = Field(
        default="", description="Who else vouches for people: JSON list, or a file with it"
    )

    signer_pkcs12: Path | None = Field(default=None, description="Key of the papers' signature")
    signer_pkcs12_password: str = ""
    signer_pkcs11_module: Path | None = None
    signer_pkcs11_token: str = ""
    signer_pkcs11_pin: str = ""
    signer_pkcs11_label: str = ""
    gost_key: Path | None = Field(
        default=None, description="PEM file: key of a second, GOST signature beside papers"
    )
    gost_certificate: Path | None = Field(
        default=None, description="PEM file: its certificate, then earlier ones of ours"
    )
    identity_roots: Path | None = Field(
        default=None, description="PEM file: authorities whose people's signatures count"
    )
    identity_crls: Path | None = Field(default=None, description="Folder of revocation lists")
    trust_roots: Path | None = Field(default=None, description="PEM file of trusted roots")

    documents_s3_url: str = Field(default="", description="Endpoint of an S3-compatible store")
    documents_s3_bucket: str = Field(default="", description="Documents lie there when set")
    documents_s3_key: str = ""
    documents_s3_secret: str = ""
    documents_s3_region: str = ""
    scan_thresholds: dict[str, float] = Field(
        default={}, description="JSON: limits of a scan's quality that differ from ours"
    )
    tessdata: str = Field(default="", description="Folder of Tesseract's languages; found if empty")
    clamd_url: str = Field(default="", description="unix:/path or tcp://host:3310")

    @property
    def is_demo(self) -> bool:
        """Whether the synthetic world, its log-ins and its outbox are shown."""
        return self.profile == "demo"

    @property
    def is_test(self) -> bool:
        """Whether tests run: cheap password hashes, tasks on demand."""
        return self.profile == "test"
