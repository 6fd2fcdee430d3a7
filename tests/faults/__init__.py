"""What must hold whatever breaks: nothing acknowledged is lost, nothing is there twice, nothing
is half there. The real server in a process of its own, real sockets, real files, real kills.

The invariants, by the names the tests call them:

- I2  every acknowledged event is in the database after a restart
- I3  each event is there once, and the numbers of a device have no gap
- I4  an event is kept byte for byte
- I5  what a visit says is what its log says
- I6  it says the same whatever order, and however often, its events came in
- I7  a phone forgets nothing but what was acknowledged for its very bytes
- I9  a visit that is sealed has every photo it names, and nobody sees half of one
- I11 a conflict is shown exactly where two answers were given apart
- I12 a score hangs on the log and the version of the checklist alone
- I14 nothing acknowledged is somebody else's

`./dev faults` runs everything, `./dev faults --quick` and `./dev test` a part of it.
"""

import os

FULL = os.environ.get("MINGCHA_TEST_FAULTS") == "full"
