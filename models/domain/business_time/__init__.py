"""Business time: when a limit ends on a party's calendar, and why.

`limits` has the amounts, `calendar` the working days and hours, `arithmetic` the instants, `explain` the
reasons. All instants are timezone-aware; those returned are in UTC. Everything is exact to the microsecond.
"""
