"""Documents in an S3-compatible store: the same room, the same life."""

import boto3
import pytest
from moto.server import ThreadedMotoServer
from tests.domain.documents.conftest import AT, photo

from oms.config import stores
from oms.config.environment import Environment
from oms.domain.documents import actions, queries, storage, upkeep
from oms.domain.journal.actions import SYSTEM
from oms.gateways.antivirus import EICAR
from oms.kit.tasks import run_all_now

KEYS = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "ru-central1"}


@pytest.fixture(scope="module")
def server():
    one = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    one.start()
    host, port = one.get_host_and_port()
    yield f"http://{host}:{port}"
    one.stop()


@pytest.fixture
def bucket(server, settings):
    made = boto3.resource("s3", endpoint_url=server, **KEYS).Bucket("documents")
    made.create(CreateBucketConfiguration={"LocationConstraint": "ru-central1"})
    env = Environment(
        documents_s3_bucket="documents",
        documents_s3_url=server,
        documents_s3_key="key",
        documents_s3_secret="secret",
        documents_s3_region="ru-central1",
    )
    settings.STORAGES = {**settings.STORAGES, "documents": stores.documents(env)}
    yield made
    made.objects.all().delete()
    made.delete()


def test_a_documents_life_in_a_store_of_objects(bring, owner, bucket, store) -> None:
    content = photo()
    document = bring(content)
    run_all_now()
    document.refresh_from_db()
    assert queries.content(document) == content
    assert queries.preview(document, width=320) == queries.preview(document, width=320)
    names = {one.key for one in bucket.objects.all()}
    assert {name.split("/")[0] for name in names} == {"originals", "previews"}
    assert all(content[:64] not in one.get()["Body"].read() for one in bucket.objects.all())
    assert not store.exists()
    upkeep.begin_rotation(by=SYSTEM, at=AT)
    assert len(list(upkeep.rotate())) == 1
    assert queries.content(document) == content
    assert [file.is_intact for file in upkeep.check(by=SYSTEM, at=AT)] == [True]
    actions.remove(document=document, by=owner, at=AT)
    run_all_now()
    assert list(bucket.objects.all()) == []
    with pytest.raises(storage.Damaged):
        storage.fetch(document.file.sha256)


def test_quarantine_and_strays_in_a_store_of_objects(bring, bucket) -> None:
    bring(photo(comment=EICAR))
    run_all_now()
    assert [one.key.split("/")[0] for one in bucket.objects.all()] == ["quarantine"]
    storage.keep(b"nobody's")
    assert upkeep.sweep(at=AT) == 0
    assert upkeep.sweep(at=AT.replace(year=2126)) == 1


def test_a_store_that_is_down_is_an_expected_no(bring, server, settings) -> None:
    env = Environment(
        documents_s3_bucket="documents",
        documents_s3_url="http://127.0.0.1:9",
        documents_s3_key="key",
        documents_s3_secret="secret",
    )
    settings.STORAGES = {**settings.STORAGES, "documents": stores.documents(env)}
    with pytest.raises(storage.NotKept):
        bring()
