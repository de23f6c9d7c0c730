"""Where uploaded documents lie: a folder, or an S3-compatible store."""

from typing import Any

from oms.config.environment import Environment


def documents(env: Environment) -> dict[str, Any]:
    """Django's description of the documents' storage."""
    if not env.documents_s3_bucket:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": env.var / "documents"},
        }
    from botocore.config import Config  # belongs to the extra `s3`

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.documents_s3_bucket,
            "endpoint_url": env.documents_s3_url or None,
            "access_key": env.documents_s3_key or None,
            "secret_key": env.documents_s3_secret or None,
            "region_name": env.documents_s3_region or None,
            "file_overwrite": True,  # the name is the content's hash
            "default_acl": None,
            "querystring_auth": True,
            "client_config": Config(
                connect_timeout=5, read_timeout=20, retries={"max_attempts": 2}
            ),
        },
    }
