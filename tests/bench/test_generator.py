"""The load generators of the benchmark: statistics of SIPp, voice packets and keys."""

from pathlib import Path

import numpy as np

from bench.rtp_endpoint import PACKET, RATE, a_law_table, dtmf_packets, is_tone
from bench.sipp import SCENARIOS, CallCounts, CallLoad, count_refused, parse_statistics
from caller.pcm import tone

LOG = """CurrentTime;SuccessfulCall(P);SuccessfulCall(C);FailedCall(C);Retransmissions(C);CurrentCall;
1;0;0;0;0;5;
2;4;4;1;2;0;
3;4
"""


def packet(wave: np.ndarray) -> bytes:
    """Each sample as the nearest of the 256 values of G.711."""
    return np.abs(wave[:, None] - a_law_table()[None, :]).argmin(axis=1).astype(np.uint8).tobytes()


def test_complete_lines_of_sipp_statistics_are_parsed() -> None:
    assert parse_statistics(LOG) == [CallCounts(0, 0, 0, 5), CallCounts(4, 1, 2, 0)]
    assert [outcome.is_clean for outcome in parse_statistics(LOG)] == [True, False]


def test_refused_calls_are_those_of_the_last_line_and_of_any_code(tmp_path: Path) -> None:
    assert count_refused(tmp_path) == 0
    (tmp_path / "scenario_7_counts.csv").write_text(
        "CurrentTime;0_INVITE_Sent;3_480_Recv;4_486_Recv;4_486_Retrans;5_503_Recv;6_200_Recv;\n"
        "1;5;0;2;9;0;3;\n"
        "2;9;1;4;9;2;2;\n"
    )
    assert count_refused(tmp_path) == 1 + 4 + 2


def test_a_call_that_may_be_refused_has_a_scenario_that_acknowledges_each_refusal() -> None:
    load = CallLoad(1, 1, 700, may_be_refused=True)
    scenario = (SCENARIOS / load.scenario).read_text()
    assert all(f'<recv response="{code}" optional="true" next="1"/>' in scenario for code in (480, 486, 503))


def test_a_tone_is_distinguished_from_others_from_noise_and_from_silence() -> None:
    wave = tone(1000, 0.02).astype(float) / 32768
    noise = np.random.default_rng(1).normal(0, 0.2, PACKET)
    tones = [is_tone(packet(each), 1000) for each in (wave, noise, np.zeros(PACKET))]
    assert tones == [True, False, False]
    assert not is_tone(packet(wave), 660)


def test_the_table_of_a_law() -> None:
    values = a_law_table()
    assert (values[0xD5], values[0x55]) == (1 / 4096, -1 / 4096)
    assert values.max() == 4032 / 4096
    assert len(set(values.tolist())) == 256


def test_a_key_lasts_100_ms_and_its_end_is_sent_three_times() -> None:
    packets = dtmf_packets("#", first=7, stamp=800, source=1)
    ends = [bool(each[13] & 0x80) for each in packets]
    held = [int.from_bytes(each[14:16], "big") * 1000 // RATE for each in packets]
    assert ends == [False] * 4 + [True] * 3
    assert held == [20, 40, 60, 80, 100, 100, 100]
    assert {each[12] for each in packets} == {11}
    assert [int.from_bytes(each[2:4], "big") for each in packets] == list(range(7, 14))
    assert packets[0][1] & 0x80 and not packets[1][1] & 0x80
