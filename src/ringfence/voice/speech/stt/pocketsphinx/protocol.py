"""What the platform and its recogniser process say to each other.

in   OPEN   {"grammar": JSGF, "rate": Hz}      out   HEARD    words in UTF-8, may be empty
     AUDIO  PCM, mono, 16-bit                        REFUSED  the grammar cannot be used
     FLUSH
     CLOSE
"""

OPEN, AUDIO, FLUSH, CLOSE, HEARD, REFUSED = range(1, 7)
