"""Hosts for the network's tests: TCP, UDP, HTTP redirects and a name server, on every address of a network namespace."""

import socket
import struct
import sys
import threading

NAMES = {"public.test": "203.0.113.10", "private.test": "10.99.0.10", "metadata.test": "169.254.169.254"}


def serve_tcp(port):
    listener = socket.create_server(("0.0.0.0", port))
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer_http, args=(connection,), daemon=True).start()


def answer_http(connection):
    with connection:
        request = connection.recv(4096)
        address = connection.getsockname()[0]
        if request.startswith(b"GET /redirect"):
            head = "HTTP/1.0 302 Found\r\nLocation: http://10.99.0.10/\r\n"
            body = ""
        else:
            head = "HTTP/1.0 200 OK\r\n"
            body = f"hello from {address}"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())


def serve_udp(port):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("0.0.0.0", port))
    while True:
        data, sender = server.recvfrom(4096)
        server.sendto(b"echo " + data, sender)


def serve_names():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("0.0.0.0", 53))
    while True:
        query, sender = server.recvfrom(4096)
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode())
            at += query[at] + 1
        kind = struct.unpack(">H", query[at + 1 : at + 3])[0]
        address = NAMES.get(".".join(labels)) if kind == 1 else None
        question = query[12 : at + 5]
        flags = 0x8180 if ".".join(labels) in NAMES else 0x8183
        answer = b""
        if address:
            answer = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton(address)
        server.sendto(query[:2] + struct.pack(">HHHHH", flags, 1, bool(answer), 0, 0) + question + answer, sender)


for target, arguments in ((serve_tcp, (80,)), (serve_tcp, (8080,)), (serve_udp, (7,)), (serve_names, ())):
    threading.Thread(target=target, args=arguments, daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
