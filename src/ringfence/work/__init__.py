"""Where the live and the resting meet: admission, intake, after-call jobs, recovery, dialling."""
