"""The tests' checksum is TensorBoard's."""

import crc32c
from hypothesis import example, given
from hypothesis import strategies as st
from tensorboard.compat.tensorflow_stub import pywrap_tensorflow as tensorboard


@given(st.binary(max_size=1_000))
@example(bytes(range(256)) * 40)
def test_tensorboards_own_gives_the_same(data: bytes) -> None:
    assert tensorboard.crc_finalize(tensorboard.crc_update(tensorboard.CRC_INIT, data)) == crc32c.crc32c(data)
    assert tensorboard.crc32c is crc32c.crc32c
