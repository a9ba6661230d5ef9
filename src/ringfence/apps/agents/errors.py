"""What can go wrong with agents.

AgentsError
├── NoSuchAgent     the account has no such agent
├── NoSuchVersion   the agent has no such published version
├── NoSuchEngine    the account has no engine of this name
├── SlugTaken       another agent of the account has this short name
├── NameTaken       another engine of the account has this name
├── NotPublished    the agent has a draft and nothing that could answer a call
├── Archived        the agent was put away
├── BadPeriods      periods that the plan or the parts do not allow
└── BadEngine       an engine's address or name that cannot be used
"""

from ringfence.core.errors import BadInput, Conflict, NotFound, RingfenceError


class AgentsError(RingfenceError):
    code = "agents"


class NoSuchAgent(AgentsError, NotFound):
    code = "no_such_agent"


class NoSuchVersion(AgentsError, NotFound):
    code = "no_such_version"


class NoSuchEngine(AgentsError, NotFound):
    code = "no_such_engine"


class SlugTaken(AgentsError, Conflict):
    code = "slug_taken"


class NameTaken(AgentsError, Conflict):
    code = "name_taken"


class NotPublished(AgentsError, Conflict):
    code = "not_published"


class Archived(AgentsError, Conflict):
    code = "archived"


class BadPeriods(AgentsError, BadInput):
    code = "bad_periods"


class BadEngine(AgentsError, BadInput):
    code = "bad_engine"
