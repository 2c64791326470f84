# reason: completed
# tiers: namespaces
# stdout: refused refused refused refused refused refused refused refused refused refused works
import socket
import struct


def refused(kind, level, name, value):
    with socket.socket(socket.AF_INET, kind) as each:
        try:
            each.setsockopt(level, name, value)
            return "done"
        except OSError:
            return "refused"


TCP, UDP = socket.IPPROTO_TCP, socket.IPPROTO_UDP
answers = [
    refused(socket.SOCK_STREAM, TCP, 13, b"reno"),  # TCP_CONGESTION
    refused(socket.SOCK_STREAM, TCP, 26, 0),  # TCP_CC_INFO
    refused(socket.SOCK_DGRAM, UDP, 100, 2),  # UDP_ENCAP, ESP
    refused(socket.SOCK_DGRAM, UDP, 104, 1),  # UDP_GRO, which changes the kernel's code
    refused(socket.SOCK_DGRAM, socket.SOL_SOCKET, 76, 1),  # SO_PASSPIDFD
    refused(socket.SOCK_DGRAM, socket.SOL_SOCKET, 44, 1),  # SO_LOCK_FILTER
    refused(socket.SOCK_DGRAM, socket.SOL_SOCKET, 46, 1),  # SO_BUSY_POLL
    refused(socket.SOCK_DGRAM, socket.IPPROTO_IP, 64, b"x" * 100),  # netfilter's tables
]
one, other = socket.socketpair()
try:
    print(one.getsockopt(socket.SOL_SOCKET, 77))  # SO_PEERPIDFD
except OSError:
    answers.append("refused")
with socket.socket() as each:
    try:
        print(each.getsockopt(TCP, 35, 64))  # TCP_ZEROCOPY_RECEIVE
    except OSError:
        answers.append("refused")
    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 1000))  # answered as done
    each.setsockopt(socket.SOL_SOCKET, 29, 1)  # SO_TIMESTAMP, too
    if each.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) != bytes(8) or each.getsockopt(socket.SOL_SOCKET, 29):
        answers.append("done")
with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
    for level, name, value in (
        (TCP, socket.TCP_NODELAY, 1),
        (TCP, socket.TCP_KEEPIDLE, 10),
        (TCP, socket.TCP_USER_TIMEOUT, 1000),
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (socket.SOL_SOCKET, socket.SO_REUSEPORT, 1),
        (socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0)),
        (socket.SOL_SOCKET, socket.SO_RCVBUF, 65536),
        (socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("qq", 5, 0)),
        (socket.IPPROTO_IP, socket.IP_TOS, 16),
    ):
        client.setsockopt(level, name, value)
    client.connect(listener.getsockname())
    client.getsockopt(TCP, socket.TCP_INFO, 100)
with socket.socket(socket.AF_INET6) as six:
    six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
print(*answers, "works")
