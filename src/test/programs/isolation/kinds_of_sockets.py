# reason: completed
# tiers: namespaces
# stdout: refused refused refused refused refused works
import socket

answers = []
for family, kind, protocol in (
    (socket.AF_INET, socket.SOCK_STREAM, 262),  # multipath TCP
    (socket.AF_INET, socket.SOCK_DGRAM, 136),  # UDP-Lite
    (socket.AF_INET, socket.SOCK_STREAM, 132),  # SCTP
    (socket.AF_INET, socket.SOCK_DGRAM, 1),  # pings
    (socket.AF_UNIX, socket.SOCK_RAW, 0),
):
    try:
        socket.socket(family, kind, protocol)
        answers.append("done")
    except OSError:
        answers.append("refused")
for family, kind, protocol in (
    (socket.AF_INET, socket.SOCK_STREAM, 0),
    (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP),
    (socket.AF_INET6, socket.SOCK_DGRAM, socket.IPPROTO_UDP),
    (socket.AF_UNIX, socket.SOCK_SEQPACKET, 0),
):
    socket.socket(family, kind, protocol).close()
for pair in (socket.socketpair(), socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)):
    for end in pair:
        end.close()
print(*answers, "works")
