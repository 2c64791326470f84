# reason: completed
# tiers: namespaces
# stdout: b'pong'
import socket
import threading

server = socket.create_server(("127.0.0.1", 0))


def answer():
    connection, _ = server.accept()
    connection.sendall(b"pong")
    connection.close()


threading.Thread(target=answer).start()
print(socket.create_connection(server.getsockname()).recv(10))
