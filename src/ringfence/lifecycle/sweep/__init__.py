"""Time destroys: what is overdue goes, in rows, in objects and in keys, and it is known how far behind we are.

    trust     whether the clock may be believed; nothing is destroyed while it may not
    ground    what a sweep stands on
    steps     what it does, one small thing after another, each safe to repeat
    sweeper   the order of the steps, over all accounts
    status    how it stands, for people and for evidence

The read gate (`apps.calls.reveal`) is exact without any of this. A sweep may be killed between any two steps, run late, run
twice, or run beside another: what it leaves undone, the next one does.
"""
