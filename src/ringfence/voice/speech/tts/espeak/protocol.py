"""What the platform and its voice process say to each other.

in   SAY   {"text", "voice", "speed"}      out   RATE   samples a second, u32 little-endian, once before the audio
     STOP                                        AUDIO  PCM, mono, 16-bit
                                                 DONE   nothing more of this number
                                                 FAILED the voice cannot be had
"""

SAY, STOP, RATE, AUDIO, DONE, FAILED = range(1, 7)
