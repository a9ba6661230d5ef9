"""What a person may say on any call, whatever was asked: the spoken rights, and a few everyday asides.

A phrase counts where it ends the sentence, but for words of time and politeness, and for a clause that goes on: "stop
calling me, please" and "stop calling me because I am busy" are wishes, "stop calling me Bob" is not. What goes before it
does not matter, unless it turns the meaning round: "please don't delete my data" asks for nothing.
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


_DONT = (
    r"(?:dont|do not|never|you shouldnt|you should not|you may not|you must not|you mustnt|you cant|you cannot|"
    r"youre not (?:allowed|supposed) to|you are not (?:allowed|supposed) to)"
)
_WANT_NOT = (
    r"i (?:dont|do not|did not|didnt|never|wont|will not) (?:want|wish|like|agree|consent|allow|accept)"
)
_ME = (
    r"(?:me|us|here|this number|this phone|this phone number|my (?:number|phone|house|home|cell|mobile|family|phone number|"
    r"wife|husband|mother|father|parents|office|work))"
)
_CALL = r"(?:this |the |my |our |that )?(?:call|calls|conversation|phone call)"
_RECORDED = (
    rf"(?:this|it|that|me|us|a word|anything(?: (?:i|im|that i) (?:say|said|saying))?|any of this|my (?:voice|words)|"
    rf"(?:what|whatever) i(?:m| am)? (?:say|said|saying)|what im saying|{_CALL})"
)
_OURS = r"(?:your|the|this|that|any|all your|all|every)"
_LIST = rf"{_OURS} (?:(?:call|calling|phone|contact|dialing|dialling|mailing|robocall|marketing) )?(?:lists?|database|system|systems|records|files)"
_OFF = r"(?:off of|off|from|out of)"
_DATA = (
    r"(?:(?:personal |private )?(?:data|information|info|details|records?|files?|recordings?|transcripts?|history|stuff)|"
    r"(?:phone |telephone )?number|name and number)"
)
_GONE = r"(?:deleted|erased|removed|destroyed|wiped|purged|gone)"
_ERASE = r"(?:delete|erase|remove|destroy|wipe|purge|shred|get rid of|throw away|scrub|clear)"
_ABOUT = r"(?:on|about|of|concerning) (?:me|us)"
_ALL = (
    r"(?:everything|anything|all|whatever|what|(?:all (?:of )?)?(?:the|any|all|every) (?:data|information|info|records?|files?|details|"
    r"recordings?))"
)
_YOU_KNOW = r"you(?:ve| have)? (?:have|know|hold|got|stored|saved|keep|kept|collected|recorded)(?: stored| saved| recorded)?"
_HELD = rf"(?: (?:that )?(?:{_YOU_KNOW}|from {_OURS} \w+|on file)(?: {_ABOUT}| on file)?)?"
_MACHINE = (
    r"(?:(?:talking |speaking |damn |stupid )*(?:robots?|robot voice|machines?|(?:chat|voice) ?bots?|bots?|robocall(?:er)?|"
    r"computers?|computer (?:program|system|voice)|(?:ai|a i|artificial intelligence)(?: (?:agent|assistant|bot|system|voice|model))?|"
    r"answering machine|recording|recorded (?:message|voice|call)|program|(?:virtual|voice|digital) assistant|chat ?gpt|siri|alexa|"
    r"(?:an )?automated (?:system|assistant|agent|voice|service|call|message)))"
)
_THING = (
    rf"(?:{_MACHINE}|(?:real |actual |live |human |true |living )*(?:human being|human|person)|"
    r"(?:real |actual )(?:one|voice))"
)
_A = r"(?:an? |some (?:kind|sort) of (?:an? )?|some |the )?"
_SOMEONE = (
    r"(?:(?:real |actual |live |living |human |other )*(?:person|human being|human|operator|representative|rep|agent|colleague|"
    r"receptionist|assistant|employee|staff|staff member|member of staff|manager|supervisor|somebody|someone|"
    r"somebody real|someone real|somebody else|someone else|people|front desk|customer (?:service|support|care)))"
)
_ANYONE = rf"(?:{_SOMEONE}|anybody|anyone|service|support|reception)"
_WHO = r"(?: (?:about|regarding|in|from|at|who|that|instead of) .{0,60})?"

# What a person goes on to say after the wish, without changing it: "… because I am busy", "… or I will sue".
_GOES_ON = (
    r"(?: (?:because|cause|since|or|and|but|so|as|otherwise|i|im|ive|id|ill|we|were|its|it is|this is|thats|that is|"
    r"you|youre|this call is|not (?:a |an |to )?\w+)\b.*)?"
)
_POLITE = (
    r"(?: (?:please|now|anymore|any more|any longer|any further|no more|again|ever|ever again|today|thanks|thank you|okay|ok|at all|immediately|"
    r"right away|right now|at once|all the time|every day|sir|maam|miss|will you|would you|could you|can you|or what|or not|"
    r"or something|or whatever|then|instead|here|there|really|seriously|already|arent you|isnt it|right|correct|huh|"
    r"back|for me|at (?:work|home|this number|night)|on (?:this|the) (?:number|phone|line)|(?:on|at) the other end|"
    r"i(?:m| am) (?:talking|speaking) (?:to|with)|i said|i mean it|all right|alright))*"
)
_TAIL = rf"{_POLITE}(?: if (?:you|that|its) .{{0,30}})?{_GOES_ON}$"

# Other ways of saying the same, brought to one.
_SAME = tuple(
    (re.compile(pattern), same)
    for pattern, same in (
        (r"\b(?:can|could|would|will) (?:you|we)(?: guys| all| just| kindly)? not\b", "dont"),
        (r"\bwould you mind not (?=\w+ing\b)", "stop "),
        (r"\bi (?:have |ve )?(?:told|asked|begged) (?:you|you guys|you people|them) (?:\w+ )?(?:not to|to not)\b", "dont"),
        (r"\bdont you (?=ever|dare)", "dont "),
        (r"\bdont dare(?: to)?\b", "dont"),
        (r"\bi no longer\b", "i do not"),
        (r"\b(?:cease and desist|cease|(?:refrain|abstain|desist) from)(?= (?:\w+ing|all|any|the|these|your|calls)\b)", "stop"),
    )
)  # fmt: skip

_CONSENT_BACK = r"(?:withdraw|revoke|take back|retract) (?:my |any |all |our )*(?:consent|permission)"

_PHRASES: dict[Right, tuple[str, ...]] = {
    Right.STOP_CALLING: (
        rf"(?:stop|quit) (?:calling|phoning|ringing|contacting|bothering|harassing|pestering|robocalling|spamming) {_ME}(?: up)?",
        r"(?:stop|quit) calling",
        rf"(?:stop|quit|end) (?:with )?(?:all |any )?(?:of )?(?:the |these |those |your |further |more )*(?:phone |robo ?|sales |marketing )?calls(?: to {_ME})?",
        rf"{_DONT} (?:ever )?(?:call|phone|ring|contact|bother) {_ME}(?: up)?",
        r"^(?:so |and |ok |okay |no |just |well |look |hey |listen )*(?:do not|dont|never) (?:ever )?(?:call|phone|ring|contact)",
        rf"(?:take|remove|get|delete|strike|drop) (?:me|us|my name|(?:my|this|our) (?:phone )?number|that number) {_OFF} {_LIST}",
        rf"(?:be|get|been|want|need) (?:removed|taken|deleted|struck|dropped) {_OFF} {_LIST}",
        rf"(?:want|like|need|have|get) (?:my name|(?:my|this|our) (?:phone )?number) (?:removed|taken|deleted|struck|dropped) {_OFF} {_LIST}",
        rf"(?:want|need) (?:to (?:be|get) )?{_OFF} {_LIST}",
        r"(?:remove|take off|strike) (?:my|this|our) (?:phone )?number",
        r"(?:take|get) (?:me|us) off",
        r"(?:on|to|onto) (?:your |the |a )?(?:national )?do not call(?: list| registry)?",
        r"opt(?: me)? out (?:of|from) (?:these |your |any |all |the |further |more )*(?:phone )?(?:calls|calling|being called)",
        rf"(?:prefer|appreciate|rather|sure|like|want|ask|wish)\b.{{0,40}}\b(?:not|isnt|dont|didnt|never) (?:to )?(?:be |being |get )?(?:(?:called|contacted)(?: {_ME})?|(?:call|contact|phone|ring) {_ME})",
        r"(?:dont|do not|didnt|did not|never) (?:consent|agree|consented|agreed) to (?:be |being |get |getting |receive |receiving |these |your |the |any )*(?:calls|called|contacted|phone calls)",
        r"no (?:more|further|other) (?:phone )?calls",
        rf"{_WANT_NOT} (?:to (?:receive|get|have|take|answer) )?(?:(?:any|more|these|your|those|further|other) )*(?:phone )?calls(?: from (?:you|this number|your company))?",
        rf"{_WANT_NOT} (?:to be called|to get called|you to (?:ever )?(?:call|phone|ring|contact)|you (?:calling|phoning|ringing|contacting)|to be contacted|to hear from you)(?: {_ME})?",
        rf"{_CONSENT_BACK}(?: (?:to|for) (?:be |being |get |these |the |your |any |further |phone |you )*(?:call|contact|phon)\w*(?: {_ME})?)?",
        r"unsubscribe(?: me)?",
        r"leave (?:me|us) alone",
        r"lose (?:my|this) number",
        r"(?:i want to |i would like to |id like to |let me )?opt(?: me)? out",
    ),
    Right.DONT_RECORD: (
        rf"{_DONT} (?:ever )?(?:be )?(?:record|tape|recording|taping)(?: {_RECORDED})?",
        rf"{_DONT} (?:transcribe|write) (?:this|it|that|anything|{_CALL})(?: down)?",
        rf"{_DONT} (?:save|store|keep) (?:{_CALL}|my voice|the audio|any audio)",
        rf"(?:stop|quit|end|pause|halt|disable|cut|kill) (?:the |this |that |your )?(?:recording|recorder|taping)(?: {_RECORDED})?",
        r"(?:turn|switch|shut) (?:off (?:the |that |this |your )?(?:call )?(?:recording|recorder|tape)|(?:the |that |this |your )?(?:call )?(?:recording|recorder|tape) off)",
        rf"{_WANT_NOT} (?:to )?(?:have |get )?(?:be|being|{_RECORDED}|you to|for this)?(?: call)? ?(?:to be|being|be)? ?(?:recorded|recording|record|taped)(?: {_RECORDED})?",
        rf"{_WANT_NOT} (?:to )?(?:a |any |the |this |be |being )*(?:recordings?|record)(?: of {_RECORDED})?",
        rf"{_WANT_NOT} (?:to (?:have|be|get) )?(?:{_RECORDED} )?on (?:tape|record)",
        rf"(?:rather|prefer|like|want|ask|insist|wish|sure|appreciate)\b.{{0,40}}\b(?:not|isnt|doesnt|dont|didnt|wasnt|never) (?:to )?(?:be |being |get )?(?:record|recorded|recording|taped)(?: {_RECORDED})?",
        rf"(?:not|dont|isnt|arent|never)(?: feel| feeling| be)? (?:okay|ok|comfortable|happy|fine|cool|good|willing|at ease|agreeing)(?: with| about| to)? ?(?:(?:being|be|you|this|my|a|the|me|our|any|call|conversation|voice|it) )*(?:record|recorded|recording)(?: {_RECORDED})?",
        rf"(?:dont|do not|didnt|did not|never|not|without|no) (?:\w+ ){{0,4}}(?:permission|consent|authori[sz]ation|approval) (?:to|for) (?:\w+ ){{0,3}}(?:record|recorded|recording|recordings)(?: {_RECORDED})?",
        rf"{_CONSENT_BACK}(?: (?:to|for) (?:be |being |the |this |a |any |call |you )*(?:record|recorded|recording))?",
        r"(?:object|opposed|oppose|against|refuse|decline|say no)(?: to)? (?:(?:be|being|this|the|any|call|my|a|it|that|having|conversation|voice) )*(?:recorded|recording)",
        r"(?:shouldnt|should not|must not|mustnt|may not|cant|cannot|not going to|wont) be (?:recorded|taped)",
        r"possible (?:to not|not to) (?:be )?(?:record|recorded)(?: this| me| it)?",
        r"i (?:hate|dislike) (?:being|to be) recorded",
        r"opt(?: me)? out of (?:being |the |this |call )*(?:recorded|recordings?)",
        r"^(?:it |this )?(?:is )?not (?:to be )?recorded",
        r"nothing (?:should|must|may|is to|shall) be recorded",
        rf"{_DONT} (?:make|keep|save|store|want) (?:a |any |the |this )?(?:recording|recordings)(?: of (?:me|this|{_CALL}))?",
        r"(?:no|without) (?:a |any |the |being |call )*(?:recordings?|recorded|taping|tape)",
        r"off the record",
    ),
    Right.DELETE_DATA: (
        rf"{_ERASE} (?:all )?(?:of )?(?:my|our) {_DATA}{_HELD}",
        rf"(?:{_ERASE}|forget) {_ALL} (?:that )?(?:{_YOU_KNOW}(?: {_ABOUT}| on file)?|{_ABOUT})",
        r"(?:delete|erase|destroy|wipe) (?:this |the |that |my )(?:call|recording|conversation|transcript)(?: of (?:me|this call|the call|my call|my voice))?",
        rf"(?:delete|erase|remove) me from {_OURS} (?:system|systems|database|records|files|memory)",
        rf"(?:want|like|need|demand|have|get|getting|can|could|wish|must|should|request)(?: for)?(?: all)?(?: of)? (?:my|our) {_DATA}(?: (?:to be|be|to get))? {_GONE}",
        rf"(?:sure|see|request|ask|insist|demand|like|want)(?: \w+){{0,4}} (?:my|our) {_DATA} (?:is|are|be|gets|get|must be) {_GONE}",
        rf"(?:want|like|need|demand|have|get|request) {_ALL} (?:that )?(?:{_YOU_KNOW}(?: {_ABOUT})?|{_ABOUT})(?: to be)? {_GONE}",
        rf"(?:request|demand|ask for|asking for|want|insist on|like) (?:the |a )?(?:complete |full |immediate )?(?:deletion|erasure|removal|destruction) of (?:all )?(?:of )?(?:my|our) {_DATA}",
        rf"{_DONT} (?:keep|store|save|hold|retain) (?:any of |any |all )?(?:(?:my|our) {_DATA}|(?:data|information|anything|records?) {_ABOUT})",
        r"(?:i want |i would like |id like |i have the right |my right |the right )to (?:be forgotten|erasure|deletion)",
        r"^(?:just |and |then |now )*(?:forget|delete|erase) me",
    ),
    Right.IS_IT_A_MACHINE: (
        rf"(?:am i|are we|im i|i am|im)(?: actually| really| even| just)? (?:talking|speaking|chatting|on|on the (?:phone|line)|connected) (?:to|with) {_A}{_THING}(?: or (?:rather )?(?:is it )?{_A}{_THING})?",
        rf"(?:are you|you are|youre|is this|is that|is it|this is|am i hearing) (?:just |really |actually |even |like |maybe )?{_A}{_THING}(?: or (?:are you |is this )?{_A}{_THING})?",
        r"are you (?:even |really |actually )?(?:real|human|automated|for real|a real one|artificial|alive|computeri[sz]ed|robotic)",
        rf"(?:is|are) (?:this|that|it|these|{_CALL}|your voice) (?:even |really |actually |all )?(?:automated|artificial|computeri[sz]ed|pre ?recorded)",
        rf"(?:do|did) i (?:talk|speak) (?:to|with) {_A}{_THING}",
        rf"(?:do|did) i (?:have|get) {_A}{_MACHINE}",
        rf"(?:youre|you are|this is|its|it is) not (?:even |really |actually )?(?:{_A}{_THING}|human|real)",
        rf"is (?:your|this|that|the) voice (?:even |really )?(?:real|human|{_A}{_MACHINE})",
        rf"is (?:this|that|it)(?: call)? from {_A}{_MACHINE}",
        rf"you sound (?:just |a lot )?like {_A}{_MACHINE}",
        r"is there (?:a |any )?(?:real |actual |live |living )*(?:human being|human|person|anyone|anybody|someone) (?:there|here|on the (?:line|phone|other end)|at the other end)",
        rf"(?:if|whether) (?:youre|you are|this is|its|i am talking to|im talking to|i am speaking to|im speaking to|im speaking with|i am speaking with) {_A}{_THING}(?: or {_A}{_THING})?",
    ),
    Right.PERSON: (
        rf"(?:speak|talk|chat) (?:to|with) (?:a |an |the |some |another |your |one of your )?{_ANYONE}{_WHO}",
        rf"(?:connect|transfer|put|switch|pass|get|give|hand|forward)(?: me| us| this call| the call|(?= to )) ?(?:through |over |on |back )?(?:to |with )?(?:a |an |the |some |another |your )?{_ANYONE}{_WHO}",
        rf"be (?:connected|transferred|put through|passed|forwarded) (?:to |with |over to )(?:a |an |the |some |another |your )?{_ANYONE}{_WHO}",
        rf"(?:put|get) (?:a |an |some )?{_ANYONE} on",
        rf"(?:i want|i need|i would like|id like|i prefer|id prefer|i would prefer|(?:can|could|may) i (?:have|get|see)|is there) (?:a |an |the |some |another )?(?:{_SOMEONE}|anybody|anyone)(?: (?:i|who|that) (?:can|could|i can) (?:speak|talk) (?:to|with))?(?! (?:and|or|so|as|this|that))",
        rf"(?:dont|do not|wont|will not|refuse to|hate to|hate|not|rather not|tired of|sick of) (?:want to |wish to |like to |like |going to |here to )?(?:talk|speak|deal|chat|talking|speaking|dealing|chatting) (?:to|with) (?:a |an |the |your |this |some |any |you )?{_MACHINE}",
        r"(?:can|could|may) (?:a|some) (?:real |actual |live |living )*(?:human being|human|person) (?:help|talk|speak|assist|call|take)(?: (?:to|with))?(?: me| us| over)?",
        rf"help from (?:a |an |some )?{_SOMEONE}",
        r"^(?:just |now |then |and |so |can you |could you |would you )*(?:transfer me|put me through|escalate this|escalate)(?: over)?",
    ),
}  # fmt: skip

_ALONE = re.compile(rf"(?:no |yes |well |okay |just |hello )*(?:a |an |the |some )?{_SOMEONE}{_POLITE}")
_TURNED = re.compile(
    r"\b(?:why|if|when|unless|didnt|did not|dont|do not|doesnt|does not|cant|cannot|shouldnt|not|never|wont|wouldnt|havent|"
    r"how come|who said|(?:dont|do not|didnt|did not|not|never) (?:want|need|wish|have|asking)(?: you)?(?: to)?|"
    r"no need(?: for you)? to)$"
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
    wholes, parts = _sentences(text[:LONGEST])
    return tuple(
        right
        for right in Right
        if any(_asks(right, s) for s in (*wholes, *parts))
        or (right is Right.PERSON and any(_ALONE.fullmatch(s) for s in wholes))
    )


def _sentences(text: str) -> tuple[list[str], list[str]]:
    """The sentences of `text` as plain words, and what stands between their commas: "stop calling me, I'm busy"."""
    wholes = [
        part for part in re.split(r"[.!?;:]+\s|\s[-–—]+\s|[–—\n]|,\s*(?:and|but)\s", text) if part.strip()
    ]
    parts = [piece for whole in wholes if "," in whole for piece in whole.split(",")]
    return _plain(wholes), _plain(parts)


def _plain(pieces: list[str]) -> list[str]:
    found = []
    for piece in pieces:
        sentence = " ".join(plain(piece))
        for pattern, same in _SAME:
            sentence = pattern.sub(same, sentence)
        if sentence := sentence.strip():
            found.append(sentence)
    return found


def _asks(right: Right, sentence: str) -> bool:
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
