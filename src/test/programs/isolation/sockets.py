# reason: completed
# tiers: namespaces
# stdout: ['AF_ALG', 'AF_BLUETOOTH', 'AF_NETLINK', 'AF_PACKET', 'AF_VSOCK', 'raw', 'raw6']
import socket

refused = []
for name in ("AF_ALG", "AF_BLUETOOTH", "AF_NETLINK", "AF_PACKET", "AF_VSOCK"):
    try:
        socket.socket(getattr(socket, name), socket.SOCK_RAW)
    except OSError:
        refused.append(name)
for name, family in (("raw", socket.AF_INET), ("raw6", socket.AF_INET6)):
    try:
        socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    except OSError:
        refused.append(name)
print(refused)
