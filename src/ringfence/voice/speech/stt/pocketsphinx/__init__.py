"""PocketSphinx with a closed grammar per question, in processes of its own.

`engine` is the platform's side; `worker`, `listener` and what they stand on run in the process.
"""
