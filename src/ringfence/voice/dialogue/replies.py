"""What is answered aloud when a person claims a right."""

from ringfence.core.agent.definition import AgentDefinition
from ringfence.voice.dialogue.rights import Right


def reply(right: Right, definition: AgentDefinition, *, recorded: bool) -> str:  # noqa: PLR0911 -- one a right
    """The words for `right`. `recorded`: whether anything of this call may rest until now."""
    match right:
        case Right.STOP_CALLING:
            return "All right. We will not call this number again."
        case Right.DONT_RECORD if recorded:
            return "All right. From now on this call is neither recorded nor written down."
        case Right.DONT_RECORD:
            return definition.phrases.consent_no
        case Right.DELETE_DATA:
            return (
                "I have noted that you want your data deleted. "
                "From now on this call is neither recorded nor written down."
            )
        case Right.IS_IT_A_MACHINE:
            return "Yes, you are talking to a machine: I am an automated assistant, not a person."
        case Right.PERSON if definition.person:
            return "Of course. I will connect you with a person. Please stay on the line."
        case Right.PERSON:
            return "I am sorry, I am a machine, and there is no person whom I could connect you with."
