"""The audio that a phone receives, in real time."""

import numpy as np
import pytest

from caller.pcm import tone
from caller.received_audio import ReceivedAudio


class Stream:
    """A WAV file that grows as baresip writes it: a header of 44 bytes, then packets."""

    def __init__(self, folder, name="dump-1-dec.wav"):
        self.file = (folder / name).open("wb", buffering=0)
        self.file.write(bytes(44))

    def write(self, samples):
        self.file.write(samples.astype("<i2").tobytes())


@pytest.fixture
def stream(tmp_path):
    stream = Stream(tmp_path)
    yield stream
    stream.file.close()


def test_consecutive_packets_are_joined(tmp_path, stream):
    sound, recording = tone(440, 1), ReceivedAudio(tmp_path)
    for number, packet in enumerate(np.split(sound, 50)):
        stream.write(packet)
        recording.read_new((number + 1) * 0.02)
    assert np.array_equal(recording.samples(1.0), sound)


def test_a_gap_between_packets_is_silence_of_its_length(tmp_path, stream):
    recording = ReceivedAudio(tmp_path)
    stream.write(tone(440, 0.5))
    recording.read_new(0.5)
    stream.write(tone(440, 0.1))
    recording.read_new(2.6)
    heard = recording.samples(2.6)
    assert len(heard) == 2.6 * 8000
    assert not heard[4000:20000].any()
    assert np.array_equal(heard[20000:], tone(440, 0.1))


def test_a_gap_at_the_end_is_silence(tmp_path, stream):
    recording = ReceivedAudio(tmp_path)
    stream.write(tone(440, 0.5))
    recording.read_new(0.5)
    assert len(recording.samples(3.0)) == 3 * 8000


def test_a_stall_of_the_reader_adds_no_silence(tmp_path, stream):
    recording = ReceivedAudio(tmp_path)
    stream.write(tone(440, 0.1))
    recording.read_new(0.1)
    stream.write(tone(440, 0.9))
    recording.read_new(1.0)
    assert len(recording.samples(1.0)) == 8000
    assert recording.samples(1.0)[2000:].any()


def test_a_second_stream_in_the_same_file_is_read(tmp_path, stream):
    recording = ReceivedAudio(tmp_path)
    stream.write(tone(440, 0.5))
    recording.read_new(0.5)
    again = Stream(tmp_path)
    again.write(tone(620, 0.1))
    recording.read_new(0.6)
    again.file.close()
    assert np.array_equal(recording.samples(0.6)[4000:], tone(620, 0.1))


def test_outgoing_audio_is_not_read(tmp_path):
    said = Stream(tmp_path, "dump-1-enc.wav")
    said.write(tone(440, 1))
    said.file.close()
    recording = ReceivedAudio(tmp_path)
    recording.read_new(1.0)
    assert not recording.samples(1.0).any()
