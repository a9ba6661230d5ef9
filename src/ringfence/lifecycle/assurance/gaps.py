"""What is not built yet, promise by promise. A line leaves when a look or a trial takes its place."""

from typing import Final

_RIGHTS: Final = "Not built yet: the desk at which these rights are exercised."
_HIPAA: Final = "Not built yet: HIPAA cannot be enabled for an account."

GAPS: Final = {
    "collect.contact": "Contact lists are not built yet; none can be uploaded.",
    "guard.pentest": "No penetration test has been recorded for this installation.",
    "guard.soc2": "Evidence is gathered while the system runs; the mapping to the controls of SOC 2 is not built yet.",
    "gdpr.rights": _RIGHTS,
    "gdpr.dpa": "Not built yet: generating and accepting the agreement.",
    "hipaa.baa": _HIPAA,
    "hipaa.storage": _HIPAA,
    "hipaa.logging": _HIPAA,
    "hipaa.phi": _HIPAA,
}
