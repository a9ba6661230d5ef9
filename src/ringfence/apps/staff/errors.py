"""What can go wrong with the operator's own people.

StaffError
├── NoSuchPerson   nobody of the operator's has this address
├── AlreadyStaff   this person is of the operator's already
└── IsMember       whoever belongs to an account cannot be of the operator's, nor the other way round
"""

from ringfence.core.errors import Conflict, NotFound, RingfenceError


class StaffError(RingfenceError):
    code = "staff"


class NoSuchPerson(StaffError, NotFound):
    code = "no_such_person"


class AlreadyStaff(StaffError, Conflict):
    code = "already_staff"


class IsMember(StaffError, Conflict):
    code = "is_member"
