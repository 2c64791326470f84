# reason: completed
# tiers: namespaces
# stdout: ['ENOPROTOOPT', 'ENOPROTOOPT', 'ENOPROTOOPT', 'ENOPROTOOPT'] works
# A membership of a multicast group is memory that nobody counts, and made under a lock of all networks of the machine.
import errno
import socket
import struct

answers = []
group, here = socket.inet_aton("239.1.2.3"), socket.inet_aton("127.0.0.1")
six = socket.inet_pton(socket.AF_INET6, "ff01::1234")
for family, level, name, value in (
    (socket.AF_INET, socket.IPPROTO_IP, 35, group + here),  # IP_ADD_MEMBERSHIP
    (socket.AF_INET, socket.IPPROTO_IP, 39, group + here + here),  # IP_ADD_SOURCE_MEMBERSHIP
    (socket.AF_INET6, socket.IPPROTO_IPV6, 20, six + struct.pack("I", 1)),  # IPV6_ADD_MEMBERSHIP
    (socket.AF_INET6, socket.IPPROTO_IPV6, 42, struct.pack("IIHHI16s", 1, 0, 10, 0, 0, six) + bytes(112)),  # MCAST_JOIN_GROUP
):
    with socket.socket(family, socket.SOCK_DGRAM) as each:
        try:
            each.setsockopt(level, name, value)
            answers.append("done")
        except OSError as e:
            answers.append(errno.errorcode[e.errno])
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as each:
    each.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 2)
    each.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, here)
print(answers, "works")
