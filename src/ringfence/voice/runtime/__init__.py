"""Where calls run: admission, the audio loop, the recorder, draining."""
