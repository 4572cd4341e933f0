"""Pictures in an S3 bucket, or in one of the many servers that speak its language (MinIO, OSS, COS, Ceph)."""

from collections.abc import Generator
from datetime import timedelta
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import S3Store

from services.pictures.shelf import CHUNK, ShelfAway, Stored
from services.settings import Settings

CONNECT_TIMEOUT = timedelta(seconds=2)
TIMEOUT = timedelta(seconds=20)
"""For the largest picture to get over."""
RETRIES = 1


class Bucket:
    """A bucket, below a prefix."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    def put(self, name: str, content: bytes) -> None:
        """In one request, which S3 carries out whole or not at all."""
        try:
            self._store.put(_path_of(name), content, use_multipart=False)
        except (BaseError, OSError) as error:
            raise _away(error) from None

    def drop(self, name: str) -> None:
        """The object; S3 says the same where there is none."""
        try:
            self._store.delete(_path_of(name))
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise _away(error) from None

    def open(self, name: str) -> Stored | None:
        """The object; asked for once, read as it comes."""
        try:
            found = self._store.get(_path_of(name))
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise _away(error) from None

        def chunks() -> Generator[bytes, None, None]:
            try:
                yield from map(bytes, found.stream(min_chunk_size=CHUNK))
            except (BaseError, OSError) as error:
                raise _away(error) from None

        return Stored(found.meta["size"], chunks())


def bucket_of(settings: Settings) -> Bucket:
    """The bucket of `LIANBAN_PHOTOS` with the endpoint and keys beside it."""
    place = urlsplit(settings.photos or "")
    endpoint, secret = settings.s3_endpoint or "", settings.s3_secret
    store = S3Store(
        place.netloc,
        prefix=place.path.strip("/") or None,
        endpoint=endpoint,
        region=settings.s3_region,
        access_key_id=settings.s3_key_id,
        secret_access_key=secret.get_secret_value() if secret else None,
        # An endpoint that carries the bucket in its name (as OSS wants it) is not given it in the path too.
        virtual_hosted_style_request=(urlsplit(endpoint).hostname or "").startswith(f"{place.netloc}."),
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "connect_timeout": CONNECT_TIMEOUT,
            "timeout": TIMEOUT,
        },
        retry_config={"max_retries": RETRIES, "retry_timeout": TIMEOUT},
    )
    return Bucket(store)


def _path_of(name: str) -> str:
    return f"{name[:2]}/{name}"


def _away(error: Exception) -> ShelfAway:
    """Its first line alone: what follows are pages about the request."""
    return ShelfAway(str(error).partition("\n")[0])
