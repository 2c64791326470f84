# reason: completed
# stdout: pong and nobody else
import socket
import threading

server = socket.create_server(("0.0.0.0", 8080))


def answer():
    connection, _ = server.accept()
    connection.sendall(b"pong and nobody else")
    connection.close()


threading.Thread(target=answer).start()
print(socket.create_connection(("127.0.0.1", 8080)).recv(100).decode())
