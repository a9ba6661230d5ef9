"""What a person may say on any call, whatever was asked: the spoken rights, and a few everyday asides.

A phrase counts where it ends the sentence, but for words of time and politeness: "stop calling me, please" is a
wish, "stop calling me Bob" is not. What goes before it does not matter, unless it turns the meaning round.
"""

import re
from enum import StrEnum

from ringfence.core.agent.words import plain

LONGEST = 4000  # characters of one turn that are looked at


class Right(StrEnum):
    """What was asked for."""

    STOP_CALLING = "stop_calling"
    DONT_RECORD = "dont_record"
    DELETE_DATA = "delete_data"
    IS_IT_A_MACHINE = "is_it_a_machine"
    PERSON = "person"


class Aside(StrEnum):
    """What is no answer and no right, and is understood all the same."""

    HOLD = "hold"
    REPEAT = "repeat"


_DONT = r"(?:dont|do not|never|please dont|you shouldnt|you should not|you may not|you must not|you cant|you cannot)"
_WANT_NOT = r"i (?:dont|do not|did not|didnt|never) (?:want|wish|like|agree|consent|allow)"
_ME = r"(?:me|us|here|this number|this phone|my (?:number|phone|house|home|cell|mobile|family|phone number))"
_CALL = r"(?:this |the |my |our |that )?(?:call|calls|conversation|phone call)"
_RECORDED = rf"(?:this|it|that|me|us|anything|any of this|my voice|what i say|what im saying|{_CALL})"
_OURS = r"(?:your|the|this|that|any|all your|all|every)"
_LIST = rf"{_OURS} (?:(?:call|calling|phone|contact|dialing|dialling|mailing|robocall|marketing) )?(?:lists?|database|system|systems|records|files)"
_DATA = r"(?:(?:personal |private )?(?:data|information|info|details|records?|files?|recordings?|transcripts?|history)|number from)"
_ABOUT = r"(?:on|about) (?:me|us)"
_ALL = r"(?:everything|anything|all|all the data|all data|all information|what|whatever)"
_YOU_KNOW = r"you(?:ve| have)? (?:have|know|hold|got|stored|saved|keep|recorded)"
_HELD = rf"(?: (?:that )?(?:{_YOU_KNOW}|from {_OURS} \w+|on file)(?: {_ABOUT}| on file)?)?"
_THING = (
    r"(?:(?:real |actual |live |human |true )*(?:robot|machine|bot|chat ?bot|computer|ai|a i|artificial intelligence|"
    r"recording|program|virtual assistant|automated (?:system|assistant|voice|service)|human being|human|person))"
)
_SOMEONE = (
    r"(?:(?:real |actual |live |human |other )*(?:person|human being|human|operator|representative|rep|agent|colleague|"
    r"receptionist|assistant|employee|staff|staff member|member of staff|manager|supervisor|somebody|someone|"
    r"somebody real|someone real|somebody else|someone else|people|front desk|customer service))"
)

_TAIL = (
    r"(?: (?:please|now|anymore|any more|again|ever|ever again|today|thanks|thank you|okay|ok|at all|immediately|"
    r"right away|right now|at once|sir|maam|miss|will you|would you|could you|can you|or what|then|instead|here|"
    r"back|for me|at (?:work|home|this number|night)|on this (?:number|phone)|"
    r"i said|i mean it|all right|alright))*(?: if (?:you|that|its) .{0,30})?$"
)

_PHRASES: dict[Right, tuple[str, ...]] = {
    Right.STOP_CALLING: (
        rf"(?:stop|quit) (?:calling|phoning|ringing|contacting|bothering|harassing|pestering|robocalling) {_ME}",
        r"(?:stop|quit) (?:calling|these calls|the calls|with the calls|all calls|your calls)",
        rf"{_DONT} (?:ever )?(?:call|phone|ring|contact|bother) {_ME}",
        rf"(?:take|remove|get|delete|strike|drop) (?:me|us|my name|(?:my|this|our) (?:phone )?number|that number) (?:off of|off|from|out of) {_LIST}",
        r"(?:put|add|place) (?:me|us|my number|this number) (?:on|to|onto) (?:your|the|a) do not call (?:list|registry)",
        r"no more (?:phone )?calls",
        rf"{_WANT_NOT} (?:any more|any|more|these|your|those|further) (?:phone |more )?calls",
        rf"{_WANT_NOT} (?:to be called|to get called|you to call|you calling|you to contact|to be contacted|to hear from you)(?: {_ME})?",
        r"unsubscribe(?: me)?",
        r"lose my number",
        r"(?:i want to |i would like to |id like to |let me )?opt(?: me)? out",
    ),
    Right.DONT_RECORD: (
        rf"{_DONT} (?:ever )?(?:record|tape)(?: {_RECORDED})?",
        rf"{_DONT} (?:transcribe|write) (?:this|it|that|anything|{_CALL})(?: down)?",
        rf"(?:stop|quit|end|pause) (?:the |this |that |your )?(?:recording|taping)(?: {_RECORDED})?",
        r"(?:turn|switch) (?:off (?:the|that|this|your) (?:recording|recorder|tape)|(?:the|that|this|your) (?:recording|recorder|tape) off)",
        rf"{_WANT_NOT} (?:to )?(?:be|being|{_RECORDED}|you to|for this)?(?: call)? ?(?:to be|being|be)? ?(?:recorded|recording|record)(?: {_RECORDED})?",
        rf"{_WANT_NOT} (?:to |a |any |the |this )?recording",
        rf"{_DONT} (?:make|keep|save|store|want) (?:a |any |the |this )?(?:recording|recordings)(?: of (?:me|this|{_CALL}))?",
        r"no recordings?",
        r"i (?:refuse|decline|object) to (?:be|being) recorded",
        r"(?:i would|id) (?:rather|prefer) not (?:to )?be recorded",
        r"(?:i would|id) rather you (?:didnt|did not) record(?: this| me| it)?",
    ),
    Right.DELETE_DATA: (
        rf"(?:delete|erase|remove|destroy|wipe|get rid of|throw away|scrub) (?:all )?(?:of )?(?:my|our) {_DATA}{_HELD}",
        rf"(?:delete|erase|remove|destroy|forget|wipe) {_ALL} (?:that )?(?:{_YOU_KNOW}(?: {_ABOUT})?|{_ABOUT})",
        r"(?:delete|erase|destroy) (?:this |the |that |my )(?:call|recording|conversation|transcript)",
        rf"(?:delete|erase|remove) me from {_OURS} (?:system|systems|database|records|files)",
        r"i (?:want|would like|need|demand) (?:all )?(?:of )?my (?:personal )?(?:data|information|details|records)(?: to be)? (?:deleted|erased|removed|destroyed|gone)",
        r"(?:i want |i would like |id like |i have the right |my right |the right )to be forgotten",
    ),
    Right.IS_IT_A_MACHINE: (
        rf"(?:am i|are we|im i) (?:talking|speaking|chatting) (?:to|with) (?:a|an|some|the)?(?: |)?{_THING}(?: or (?:a |an |is it a )?{_THING})?",
        rf"(?:are you|you are|youre|is this|is that|is it|this is|am i hearing) (?:just |really |actually |even |like )?(?:a|an|some kind of)? ?{_THING}(?: or (?:a |an |are you a |is this a )?{_THING})?",
        r"are you (?:real|human|automated|for real|a real one|artificial|alive)",
        r"(?:do|did) i (?:talk|speak) (?:to|with) (?:a|an) " + _THING,
    ),
    Right.PERSON: (
        rf"(?:speak|talk|chat) (?:to|with) (?:a |an |the |some |another |your |one of your )?{_SOMEONE}(?: (?:about|regarding) .{{0,60}})?",
        rf"(?:connect|transfer|put|switch|pass|get|give|hand|forward) (?:me|us|this call|the call) (?:through |over |on )?(?:to |with )?(?:a |an |the |some |another |your )?{_SOMEONE}(?: (?:about|regarding) .{{0,60}})?",
        rf"(?:i want|i need|i would like|id like|i prefer|id prefer|i would prefer|can i have|could i have|may i have|is there) (?:a |an |the |some |another )?{_SOMEONE}(?: (?:i|who|that) (?:can|could|i can) (?:speak|talk) (?:to|with))?",
    ),
}  # fmt: skip

_ALONE = re.compile(rf"(?:no |yes |well |okay |just |hello )*(?:a |an |the |some )?{_SOMEONE}{_TAIL}")
_TURNED = re.compile(
    r"\b(?:why|if|when|unless|didnt|did not|not|never|wont|wouldnt|havent|how come|who said)$"
)

_COMPILED = {
    right: tuple(re.compile(rf"\b(?:{phrase}){_TAIL}") for phrase in phrases)
    for right, phrases in _PHRASES.items()
}

_HOLD = re.compile(
    r"(?:(?:no|yes|well|okay|oh|sorry|please|just|can you|could you|would you|let me see|let me check|let me look) )*"
    r"(?:hold on|hold the line|hang on|one moment|one second|one minute|one sec|just a (?:moment|second|minute|sec)|"
    r"wait(?: a (?:moment|second|minute|sec|bit))?|give me (?:a|one) (?:moment|second|minute|sec)|a moment|a second|"
    r"bear with me|let me (?:check|look|see|think|find it|get (?:it|my \w+)))"
    r"(?: (?:please|thanks|thank you|okay|i(?:ll| will) be (?:right )?back|for a (?:moment|second|minute)))*(?: while i .{0,40})?"
)
_REPEAT = re.compile(
    r"(?:(?:sorry|i am sorry|im sorry|excuse me|please|can you|could you|would you|what|pardon) )*"
    r"(?:pardon|sorry|what|what was that|what did you say|come again|say that again|say it again|repeat|repeat that|"
    r"repeat it|repeat the question|repeat that question|i beg your pardon|pardon me|excuse me|one more time|"
    r"i (?:didnt|did not|couldnt|could not) (?:hear|catch|understand|get) (?:you|that|it|what you said))"
    r"(?: (?:please|again|thanks))*"
)

# What a closed recogniser listens for beside the answer.
SPOKEN = (
    "stop calling me", "don't call me again", "take me off your list", "remove my number from your list",
    "don't record this", "stop recording", "don't record me", "i don't want to be recorded",
    "delete my data", "delete my information", "delete everything you have about me",
    "am i talking to a machine", "are you a robot", "are you a machine", "is this a recording",
    "a person please", "i want to speak to a human", "can i talk to a person", "speak to a person",
    "talk to a real person", "operator", "representative", "can i talk to your manager",
    "hold on", "one moment please", "just a minute", "say that again", "what did you say",
)  # fmt: skip


def rights(text: str) -> tuple[Right, ...]:
    """The rights that `text` asks for, each once."""
    parts = re.split(r"[.!?;]+\s|,\s*(?:and|but)\s", text[:LONGEST])
    sentences = [s for part in parts if (s := " ".join(plain(part)))]
    return tuple(right for right in Right if any(_asks(right, s) for s in sentences))


def _asks(right: Right, sentence: str) -> bool:
    if right is Right.PERSON and _ALONE.fullmatch(sentence):
        return True
    for pattern in _COMPILED[right]:
        for match in pattern.finditer(sentence):
            before = sentence[: match.start()].rstrip()
            if not _TURNED.search(before):
                return True
    return False


def aside(text: str) -> Aside | None:
    """Whether `text` as a whole asks to wait, or to hear it again."""
    words = " ".join(plain(text[:LONGEST]))
    if _HOLD.fullmatch(words):
        return Aside.HOLD
    return Aside.REPEAT if _REPEAT.fullmatch(words) else None
