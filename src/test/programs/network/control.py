# reason: completed
# stdout: hello from 203.0.113.10 | echo ping | 203.0.113.10 | hello from 203.0.113.10
# blocked:
import socket
import urllib.request

tcp = urllib.request.urlopen("http://203.0.113.10/", timeout=5).read().decode()
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.settimeout(5)
udp.sendto(b"ping", ("203.0.113.10", 7))
named = socket.gethostbyname("public.test")
print(tcp, udp.recv(100).decode(), named, urllib.request.urlopen("http://public.test/", timeout=5).read().decode(), sep=" | ")
