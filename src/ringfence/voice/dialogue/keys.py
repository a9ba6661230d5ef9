"""The keys of the telephone as answers."""

from ringfence.core.agent.answers import Answer, Choice, Digits, Number, Phone, YesNo

_ONE_KEY = 9


def longest(answer: Answer | None) -> int:
    """How many digits an answer may take; 0 if none."""
    match answer:
        case YesNo():
            return 1
        case Choice():
            return 1 if len(answer.options) <= _ONE_KEY else 2
        case Digits():
            return answer.max_length
        case Number():
            return len(str(answer.maximum))
        case Phone():
            return 15  # the most that E.164 has
        case _:
            return 0


def meaning(answer: Answer | None, entry: str) -> str | None:
    """What `entry` says in words to `answer`; None if it says nothing."""
    match answer:
        case YesNo():
            return {"1": "yes", "2": "no"}.get(entry)
        case Choice():
            place = int(entry)
            return answer.options[place - 1].value if 0 < place <= len(answer.options) else None
        case None:
            return None
        case _:
            return entry


class Keypad:
    """Collects the keys of one entry."""

    def __init__(self) -> None:
        self.entry = ""

    def press(self, key: str, most: int) -> str | None:
        """Take one key; the whole entry if it is complete with this one."""
        if key == "*":
            self.entry = ""
            return None
        if key == "#":
            return self.take()
        self.entry += key
        return self.take() if len(self.entry) >= most else None

    def take(self) -> str | None:
        """The entry as far as it came, if there is one; a new one begins."""
        entry, self.entry = self.entry, ""
        return entry or None
