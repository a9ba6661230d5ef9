"""What every implementation of the port `Vad` has to do, on real (synthetic) telephone speech."""

from collections.abc import Callable

import pytest

from ringfence.core.errors import BadInput
from ringfence.voice.speech.fake import LevelVad
from ringfence.voice.speech.ports import Vad
from ringfence.voice.speech.resample import resample
from ringfence.voice.speech.vad.silero import SileroVad
from tests.support.callers import caller, noise, silence, windows

MAKERS: dict[str, Callable[[], Vad]] = {
    "level": LevelVad,
    "level-16k": lambda: LevelVad(16_000),
    "silero": SileroVad,
    "silero-16k": lambda: SileroVad(16_000),
    "silero-ungated": lambda: SileroVad(gate=False),
}


@pytest.fixture(params=MAKERS)
def vad(request: pytest.FixtureRequest) -> Vad:
    return MAKERS[request.param]()


def answers(vad: Vad, pcm: bytes, *, batch: int = 1) -> list[float]:
    """The probabilities of one stream, fed `batch` windows to a tick; `pcm` is at 8 kHz."""
    stream = vad.open()
    found: list[float] = []
    for at, window in enumerate(windows(resample(pcm, 8_000, vad.rate), stream.window), 1):
        stream.feed(window)
        if at % batch == 0:
            found += [probability for owner, probability in vad.tick() if owner is stream]
    found += [probability for _, probability in vad.tick()]
    stream.close()
    return found


def test_a_window_is_about_32_ms(vad: Vad) -> None:
    assert vad.open().window == vad.rate * 32 // 1000


def test_silence_and_speech_are_told_apart(vad: Vad) -> None:
    quiet = answers(vad, silence(1.0))
    assert len(quiet) == 31
    assert max(quiet) < 0.35
    loud = answers(vad, silence(0.5) + caller("long"))
    assert max(loud) > 0.9
    speech = [p > 0.5 for p in loud[16:]]
    assert sum(speech) / len(speech) > 0.7


def test_line_noise_is_no_speech(vad: Vad) -> None:
    assert max(answers(vad, noise(2.0, 40.0))) < 0.5


def test_every_window_is_answered_once_in_order(vad: Vad) -> None:
    pcm = silence(0.4) + caller("yes") + silence(0.4)
    one_by_one = answers(vad, pcm)
    assert answers(vad, pcm, batch=7) == pytest.approx(one_by_one, abs=1e-4)


def test_streams_do_not_hear_each_other(vad: Vad) -> None:
    """A stream in a batch is answered as it would be alone."""
    texts = [silence(0.3) + caller(name) + silence(0.6) for name in ("yes", "four", "code", "long")]
    alone = [answers(vad, text) for text in texts]
    streams = [vad.open() for _ in texts]
    fed = [windows(resample(text, 8_000, vad.rate), streams[0].window) for text in texts]
    together: dict[int, list[float]] = {id(stream): [] for stream in streams}
    for at in range(max(map(len, fed))):
        for stream, pieces in zip(streams, fed, strict=True):
            if at < len(pieces):
                stream.feed(pieces[at])
        for stream, probability in vad.tick():
            together[id(stream)].append(probability)
    for stream, expected in zip(streams, alone, strict=True):
        assert together[id(stream)] == pytest.approx(expected, abs=1e-3)


def test_a_tick_without_windows_answers_nothing(vad: Vad) -> None:
    vad.open()
    assert vad.tick() == []


def test_what_a_closed_stream_fed_is_dropped(vad: Vad) -> None:
    one, two = vad.open(), vad.open()
    one.feed(silence(1)[: one.window * 2])
    two.feed(silence(1)[: two.window * 2])
    one.close()
    one.close()
    assert [stream for stream, _ in vad.tick()] == [two]
    with pytest.raises(BadInput):
        one.feed(bytes(one.window * 2))


def test_a_window_of_another_size_is_refused(vad: Vad) -> None:
    stream = vad.open()
    with pytest.raises(BadInput):
        stream.feed(bytes(stream.window))
    assert vad.tick() == []


def test_a_new_stream_knows_nothing_of_the_one_before(vad: Vad) -> None:
    first = answers(vad, silence(0.3) + caller("four"))
    answers(vad, caller("long")[: 8_000 * 2])
    assert answers(vad, silence(0.3) + caller("four")) == pytest.approx(first, abs=1e-4)


def test_more_streams_than_were_reserved(vad: Vad) -> None:
    expected = answers(vad, caller("yes"))
    streams = [vad.open() for _ in range(70)]
    pieces = windows(resample(caller("yes"), 8_000, vad.rate), streams[0].window)
    last: list[float] = []
    for piece in pieces:
        for stream in streams:
            stream.feed(piece)
        answered = vad.tick()
        assert len(answered) == len(streams)
        last += [probability for stream, probability in answered if stream is streams[-1]]
    assert last == pytest.approx(expected, abs=1e-3)
