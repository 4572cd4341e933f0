"""A bare loop of Apprise, in a process of its own: `python -m tests.bench.apprise_loop URL COUNT`."""

import sys
import time

import apprise

WORDS = "漏水：乒乓房漏水，靠窗的顶上渗水。请在时限内接单。" * 3


def main() -> None:
    """Send, and print the speed."""
    url, count = sys.argv[1], int(sys.argv[2])
    bare = apprise.Apprise()
    bare.add(url)
    for service in bare:
        service.request_rate_per_sec = 0  # it would pause for seconds after each
    begun = time.perf_counter()
    for _ in range(count):
        if not bare.notify(title="联办 AIBO5-17", body=WORDS):
            sys.exit("Apprise could not send")
    sys.stdout.write(f"{count / (time.perf_counter() - begun)}\n")


if __name__ == "__main__":
    main()
