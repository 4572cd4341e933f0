"""The settings of a bucket for photos are whole, or the process does not start."""

import pytest

from services.settings import Settings, SettingsError

WHOLE = {
    "LIANBAN_PHOTOS": "s3://lianban/photos",
    "LIANBAN_S3_ENDPOINT": "https://s3.example.org",
    "LIANBAN_S3_KEY_ID": "key",
    "LIANBAN_S3_SECRET": "canary-of-the-bucket",
}


def test_a_bucket_with_all_that_it_needs_is_taken() -> None:
    assert Settings.read(WHOLE).photos == "s3://lianban/photos"


def test_the_secret_of_the_bucket_is_never_printed() -> None:
    assert "canary-of-the-bucket" not in repr(Settings.read(WHOLE))


@pytest.mark.parametrize("name", ["LIANBAN_S3_ENDPOINT", "LIANBAN_S3_KEY_ID", "LIANBAN_S3_SECRET"])
def test_what_a_bucket_lacks_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.read({other: value for other, value in WHOLE.items() if other != name})


@pytest.mark.parametrize("place", ["s3:///prefix", "https://bucket/prefix", "bucket", "s3://bucket/x?y=1"])
def test_a_place_that_is_no_bucket_is_refused(place: str) -> None:
    with pytest.raises(SettingsError, match="LIANBAN_PHOTOS"):
        Settings.read(WHOLE | {"LIANBAN_PHOTOS": place})


def test_an_endpoint_that_is_no_address_is_refused() -> None:
    with pytest.raises(SettingsError, match="LIANBAN_S3_ENDPOINT"):
        Settings.read(WHOLE | {"LIANBAN_S3_ENDPOINT": "s3.example.org"})
