"""What happens to a call after it ended: its summary and its waveform. Opens content, under the job's own purpose."""
