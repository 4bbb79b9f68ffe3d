#!/usr/bin/python3
"""As many rules, roles, grants and requests as a large organisation has, for tests/bench and tests/system/scale.test.

    scale.py policy RULES ROLES       rules and roles of other people, as a drop-in for /etc/jit/conf.d
    scale.py sudoers RULES            as many lines for sudo, of other people
    scale.py doas RULES               and for doas
    scale.py grants N FILE DIR        N stored grants of other people, each a copy of FILE, in DIR/UID/ID
    scale.py requests N FILE DIR      N open requests of other people, each like FILE, as DIR/UID.ID

What belongs to other people is named by number: user17, role17, and uids from FIRST_UID on.
"""
import json
import os
import random
import sys

FIRST_UID = 20000
GRANTS_OF_ONE = 50
REQUESTS_OF_ONE = 5


def policy(rules, roles):
    print("roles = {")
    for i in range(roles):
        print(f'  role{i} = {{ description = "Role {i}"; commands = [ "/usr/bin/id -u{i}", "/opt/tool{i} [a-z]*..." ]; }};')
    print("};\nrules = (")
    for i in range(rules):
        print(f'  {{ name = "rule{i}"; who = [ "user{i}" ]; roles = [ "role{i % roles}" ]; approval = "approvers";'
              f' approvers = [ "@secops" ]; }}{"," if i + 1 < rules else ""}')
    print(");")


def sudoers(rules):
    for i in range(rules):
        print(f"user{i} ALL = (root) NOPASSWD: /opt/tool{i}")


def doas(rules):
    for i in range(rules):
        print(f"permit nopass user{i} as root cmd /opt/tool{i}")


def new_id():
    return f"{random.getrandbits(128):032x}"


def grants(n, file, directory):
    with open(file, "rb") as f:
        content = f.read()
    for i in range(n):
        home = f"{directory}/{FIRST_UID + i // GRANTS_OF_ONE}"
        os.makedirs(home, 0o700, exist_ok=True)
        write(f"{home}/{new_id()}", content, 0o600)


def requests(n, file, directory):
    with open(file, encoding="ascii") as f:
        request = json.load(f)
    group = os.stat(directory).st_gid
    for i in range(n):
        request["uid"] = FIRST_UID + i // REQUESTS_OF_ONE
        path = f"{directory}/{request['uid']}.{new_id()}"
        write(path, json.dumps(request).encode("ascii"), 0o640)
        os.chown(path, 0, group)


def write(path, content, mode):
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    os.write(fd, content)
    os.close(fd)


def main():
    what, numbers = sys.argv[1], [int(a) for a in sys.argv[2:] if a.isdigit()]
    {"policy": policy, "sudoers": sudoers, "doas": doas, "grants": grants,
     "requests": requests}[what](*numbers, *[a for a in sys.argv[2:] if not a.isdigit()])


main()
