"""Photos are kept in a folder or in a bucket, with the same words."""

from collections.abc import Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer

from audit.store.files import Files

KEY = "ab/abcdef.jpg"


@pytest.fixture(scope="module")
def bucket() -> Iterator[dict[str, str]]:
    """The words for a bucket of an S3 that is only there for these tests."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    words = {
        "endpoint": f"http://{host}:{port}",
        "region": "eu-west-1",
        "access_key_id": "key",
        "secret_access_key": "secret",
    }
    boto3.client(
        "s3",
        endpoint_url=words["endpoint"],
        region_name=words["region"],
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    ).create_bucket(
        Bucket="photos", CreateBucketConfiguration={"LocationConstraint": words["region"]}
    )
    yield words
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def files(request, tmp_path) -> Files:
    if request.param == "folder":
        return Files(str(tmp_path / "photos"))
    return Files("s3://photos/some/folder", **request.getfixturevalue("bucket"))


def test_what_was_put_is_there_and_nothing_else(files):
    files.put(KEY, b"\xff\xd8 picture")

    assert files.get(KEY) == b"\xff\xd8 picture"
    assert files.get("ab/other.jpg") is None


def test_putting_it_again_changes_nothing(files):
    for _ in range(2):
        files.put(KEY, b"the same")

    assert files.get(KEY) == b"the same"


def test_a_file_without_bytes_is_a_file(files):
    files.put(KEY, b"")

    assert files.get(KEY) == b""


def test_another_opening_of_the_same_place_finds_it(files):
    files.put(KEY, b"kept")

    assert Files(files.place, **files.bucket).get(KEY) == b"kept"


def test_nobody_but_the_owner_needs_to_read_the_folder(tmp_path):
    files = Files(str(tmp_path / "photos"))

    files.put(KEY, b"kept")

    assert sorted(path.name for path in tmp_path.rglob("*")) == ["ab", "abcdef.jpg", "photos"]


def test_a_place_that_cannot_be_written_to_is_an_error_of_the_system(tmp_path):
    (tmp_path / "photos").write_text("a file is in the way")

    with pytest.raises(OSError, match="photo"):
        Files(str(tmp_path / "photos")).put(KEY, b"kept")


def test_a_bucket_that_does_not_answer_is_an_error_of_the_system(bucket):
    with pytest.raises(OSError, match="photo"):
        Files("s3://no-such-bucket", **bucket).put(KEY, b"kept")
