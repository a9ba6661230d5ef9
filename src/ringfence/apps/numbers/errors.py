"""What can go wrong with numbers.

NumbersError
├── NoSuchConnection    the account has no such connection to a carrier
├── NoSuchNumber        the account has no such number
├── NumberTaken         this connection has the number already
├── BadNumber           not a telephone number in international form
├── WrongCode           the code is not the one that was sent; some tries are left
├── CodeOver            the code is too old, used, or was tried too often; ask for another
├── TooManyCodes        too many codes were sent, to this number or by this account
└── NotCalled           this number is never called; the message says why
"""

from ringfence.core.errors import BadInput, Conflict, NotAllowed, NotFound, RingfenceError


class NumbersError(RingfenceError):
    code = "numbers"


class NoSuchConnection(NumbersError, NotFound):
    code = "no_such_connection"


class NoSuchNumber(NumbersError, NotFound):
    code = "no_such_number"


class NumberTaken(NumbersError, Conflict):
    code = "number_taken"


class BadNumber(NumbersError, BadInput):
    code = "bad_number"


class WrongCode(NumbersError, BadInput):
    code = "wrong_code"


class CodeOver(NumbersError, Conflict):
    code = "code_over"


class NotCalled(NumbersError, NotAllowed):
    code = "not_called"


class TooManyCodes(NumbersError, NotAllowed):
    code = "too_many_codes"
