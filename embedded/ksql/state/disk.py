"""What does not fit into memory: entries by key in RocksDB, in the instance's own folder.

It is a cache of this process: what a crash leaves is thrown away, and a recovery makes the state anew. So
nothing is logged ahead or synchronised.

RocksDB, as Kafka Streams has it, through rocksdict: it answers most questions for a key that is not there
from filters in memory, compresses rows that are alike to a fifth, forgets a range of keys at the cost of one
entry, and has a bound for the memory it takes. LMDB has neither compression nor filters, and what it maps
counts as the process's memory. SQLite, in the standard library, stores a row for the same price and needs
five times the disk; it forgets a range page by page, and a key that is not there costs a read.
"""

import pickle
import shutil
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Self

from rocksdict import (
    AccessType,
    BlockBasedIndexType,
    BlockBasedOptions,
    Cache,
    Checkpoint,
    DBCompressionType,
    Options,
    Rdict,
    WriteBatch,
    WriteOptions,
)

CACHE: Final = 32 << 20
"""Bytes of memory for blocks, indexes and filters that have been read."""

WRITE_BUFFER: Final = 16 << 20
"""Bytes of memory in which entries are collected before they are written; there are two at most."""

_FILTER_BITS: Final = 10
"""For each key, so that one question in a hundred for a key that is not there reads the disk."""

_BLOCK: Final = 16 << 10
_FILES: Final = 256
"""Files open at most."""

_BATCH: Final = 1000
_PREFIX: Final = 4
"""Bytes of a part's number, before the keys of its entries."""


def ordered(number: int) -> bytes:
    """A 64-bit number as bytes that sort as numbers do."""
    return (number + (1 << 63)).to_bytes(8, "big")


def number(key: bytes) -> int:
    """The number whose `ordered` bytes a key begins with."""
    return int.from_bytes(key[:8], "big") - (1 << 63)


def decode(value: bytes) -> Any:
    """The entry that was written as these bytes."""
    return pickle.loads(value)  # noqa: S301 - the engine's own


def encode(entry: Any) -> bytes:
    """An entry as bytes."""
    return pickle.dumps(entry, protocol=5)


def _options() -> Options:
    table = BlockBasedOptions()
    table.set_block_cache(Cache(CACHE))
    table.set_block_size(_BLOCK)
    table.set_bloom_filter(_FILTER_BITS, block_based=False)
    table.set_cache_index_and_filter_blocks(True)
    # The cache is divided, and what is larger than a share of it is never kept: a whole file's filter is.
    table.set_index_type(BlockBasedIndexType.two_level_index_search())
    table.set_partition_filters(True)
    table.set_pin_top_level_index_and_filter(True)
    table.set_format_version(5)
    options = Options(raw_mode=True)
    options.create_if_missing(True)  # noqa: FBT003 - rocksdict has no other way
    options.set_block_based_table_factory(table)
    options.set_compression_type(DBCompressionType.lz4())
    options.set_bottommost_compression_type(DBCompressionType.zstd())
    options.set_write_buffer_size(WRITE_BUFFER)
    options.set_max_write_buffer_number(2)
    options.set_max_background_jobs(2)
    options.set_max_open_files(_FILES)
    options.set_keep_log_file_num(1)
    return options


class Disk:
    """All parts of an instance's state that are on disk.

    Args:
        folder: where; it is made, for this user alone, and what is in it is deleted.
    """

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        self._db = Rdict(str(folder), _options())
        without_log = WriteOptions()
        without_log.disable_wal = True  # type: ignore[method-assign,assignment] # an attribute
        self._db.set_write_options(without_log)
        self._parts = 0
        self._garbage: list[int] = []

    def part(self) -> "Part":
        """A new, empty part. When nobody has it any more, `sweep` deletes its entries."""
        self._parts += 1
        part = Part(self._db, self._parts)
        weakref.finalize(part, self._garbage.append, self._parts).atexit = False
        return part

    def sweep(self) -> None:
        """Deletes the entries of parts that nobody has any more."""
        while self._garbage:
            number = self._garbage.pop()
            batch = WriteBatch(raw_mode=True)
            batch.delete_range(_prefix(number), _prefix(number + 1))
            self._db.write(batch)

    def size(self) -> int:
        """Bytes that it takes on disk and in its write buffers."""
        names = ("rocksdb.total-sst-files-size", "rocksdb.cur-size-all-mem-tables")
        return sum(self._db.property_int_value(name) or 0 for name in names)

    def freeze(self, folder: Path) -> "Frozen":
        """What it holds now, to be read in any thread while this goes on; links to the same files."""
        shutil.rmtree(folder, ignore_errors=True)
        checkpoint = Checkpoint(self._db)
        checkpoint.create_checkpoint(str(folder))
        folder.chmod(0o700)
        return Frozen(folder)

    def close(self) -> None:
        """Close it; its parts cannot be used any more."""
        self._db.close()


class Part:
    """The entries of one state, by keys of bytes."""

    __slots__ = ("__weakref__", "_db", "_prefix", "number")

    def __init__(self, db: Rdict, number: int) -> None:
        self._db = db
        self.number = number
        self._prefix = _prefix(number)

    def get(self, key: bytes) -> Any:
        """The entry of a key; None when there is none."""
        found = self._db.get(self._prefix + key)
        return None if found is None else decode(found)

    def put(self, entries: Iterable[tuple[bytes, Any]]) -> None:
        """Writes entries, over what is there under their keys."""
        prefix = self._prefix
        batch = WriteBatch(raw_mode=True)
        for key, entry in entries:
            batch.put(prefix + key, encode(entry))
            if batch.len() >= _BATCH:
                self._db.write(batch)
                batch = WriteBatch(raw_mode=True)
        self._db.write(batch)

    def delete(self, key: bytes) -> None:
        """Deletes the entry of a key, if there is one."""
        self._db.delete(self._prefix + key)

    def take(self, key: bytes) -> Any:
        """The entry of a key, which is deleted; None when there is none."""
        found = self.get(key)
        if found is not None:
            self.delete(key)
        return found

    def drop(self, low: bytes, high: bytes) -> None:
        """Deletes all entries from key `low` to before key `high`, at once."""
        batch = WriteBatch(raw_mode=True)
        batch.delete_range(self._prefix + low, self._prefix + high)
        self._db.write(batch)

    def items(self, low: bytes = b"", high: bytes | None = None) -> Iterator[tuple[bytes, bytes]]:
        """Keys and encoded entries in order of keys, from `low` to before `high`."""
        return _items(self._db, self.number, low, high)


class Frozen:
    """What a `Disk` held at one moment. Use as a context manager, once; the files are deleted then."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._db: Rdict | None = None

    def __enter__(self) -> Self:
        self._db = Rdict(str(self._folder), _options(), access_type=AccessType.read_only())
        return self

    def __exit__(self, *_: object) -> None:
        if self._db is not None:
            self._db.close()
        shutil.rmtree(self._folder)

    def items(self, part: int) -> Iterator[tuple[bytes, bytes]]:
        """The keys and encoded entries of the part of this number, in order of keys."""
        assert self._db is not None  # noqa: S101 - used as a context manager
        return _items(self._db, part, b"", None)


def _items(db: Rdict, number: int, low: bytes, high: bytes | None) -> Iterator[tuple[bytes, bytes]]:
    prefix = _prefix(number)
    end = _prefix(number + 1) if high is None else prefix + high
    entries: Iterator[tuple[Any, Any]] = db.items(from_key=prefix + low)
    for key, value in entries:
        if key >= end:
            return
        yield key[_PREFIX:], value


def _prefix(number: int) -> bytes:
    return number.to_bytes(_PREFIX, "big")
