package org.pyexec.it.support;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A connection on which a test decides every byte. */
public final class RawConnection implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RawConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    public static RawConnection to(URI base) throws IOException {
        return from("127.0.0.1", base);
    }

    /** Connects from an address of this machine, such as {@code 127.0.0.7}. */
    static RawConnection from(String localAddress, URI base) throws IOException {
        return connect(localAddress, base, 0);
    }

    /** Connects with a small receive buffer, so that the server notices early that nobody reads. */
    public static RawConnection lazyReader(URI base) throws IOException {
        return lazyReader("127.0.0.1", base);
    }

    /** The same from another address of this machine. */
    public static RawConnection lazyReader(String localAddress, URI base) throws IOException {
        return connect(localAddress, base, 16 * 1024);
    }

    /** One request without a body from a local address, answered on a connection of its own. */
    public static Answer get(String localAddress, URI base, String path, String... headers) throws IOException {
        return exchange(localAddress, base, "GET", path, headers);
    }

    public static Answer exchange(String localAddress, URI base, String method, String path, String... headers)
            throws IOException {
        try (RawConnection connection = from(localAddress, base)) {
            connection.send(head(method, path, headers));
            return connection.answer(method);
        }
    }

    /** A request's head with its empty line; header arguments are alternating names and values. */
    public static String head(String method, String path, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = "Connection";
        all[headers.length + 1] = "close";
        return headOfMany(method, path, all);
    }

    /** The head of {@code POST /execute} with a body in JSON of so many bytes, and other headers. */
    public static String executeHead(int bodyBytes, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 4);
        all[headers.length] = "Content-Type";
        all[headers.length + 1] = "application/json";
        all[headers.length + 2] = "Content-Length";
        all[headers.length + 3] = Integer.toString(bodyBytes);
        return head("POST", "/execute", all);
    }

    /** A head after which the connection stays open for the next. */
    public static String headOfMany(String method, String path, String... headers) {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    public void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    public void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** Sends a body in chunks of 64 KiB and its end. */
    public void sendChunked(byte[] body) throws IOException {
        for (int at = 0; at < body.length; at += 64 * 1024) {
            int length = Math.min(64 * 1024, body.length - at);
            out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(body, at, length);
            out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        send("0\r\n\r\n");
    }

    /** Says that nothing more will come, and still reads. */
    public void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** How long a read may wait for a byte. */
    public void patience(Duration patience) throws IOException {
        socket.setSoTimeout((int) patience.toMillis());
    }

    /** The final answer to a request that was not HEAD. */
    public Answer answer() throws IOException {
        return answer("GET");
    }

    /** The final answer, or nothing when the server closed the connection without one. */
    public Optional<Answer> answerOrEnd() throws IOException {
        try {
            return Optional.of(answer());
        } catch (EOFException | SocketException closed) {
            return Optional.empty();
        }
    }

    /** The final answer to a request of this method; interim ones (1xx) are passed over. */
    public Answer answer(String method) throws IOException {
        int status = statusLine();
        Map<String, List<String>> headers = headers();
        while (status / 100 == 1) {
            status = statusLine();
            headers = headers();
        }
        boolean bodiless = method.equals("HEAD") || status == 204 || status == 304;
        return new Answer(status, headers, bodiless ? new byte[0] : body(headers));
    }

    /** The status of the next answer, interim or final; its headers are read too. */
    public int status() throws IOException {
        int status = statusLine();
        headers();
        return status;
    }

    /** So many bytes of a body, when they are there. */
    public byte[] next(int length) throws IOException {
        return exactly(length);
    }

    /** What comes until the server closes. */
    public byte[] rest() throws IOException {
        return in.readAllBytes();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static RawConnection connect(String localAddress, URI base, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.bind(new InetSocketAddress(InetAddress.getByName(localAddress), 0));
            socket.connect(new InetSocketAddress(base.getHost(), base.getPort()), 10_000);
            socket.setSoTimeout(90_000);
            return new RawConnection(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private int statusLine() throws IOException {
        String line = line();
        if (!line.startsWith("HTTP/1.")) {
            throw new IOException("not a status line: " + line);
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private Map<String, List<String>> headers() throws IOException {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return headers;
    }

    private byte[] body(Map<String, List<String>> headers) throws IOException {
        List<String> encoding = headers.getOrDefault("Transfer-Encoding", List.of());
        if (encoding.stream().anyMatch(value -> value.toLowerCase(Locale.ROOT).contains("chunked"))) {
            return chunks();
        }
        List<String> length = headers.getOrDefault("Content-Length", List.of());
        return length.isEmpty() ? in.readAllBytes() : exactly(Integer.parseInt(length.get(0)));
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = chunkSize(); size > 0; size = chunkSize()) {
            body.writeBytes(exactly(size));
            line();
        }
        line();
        return body.toByteArray();
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(line().split(";", 2)[0].strip(), 16);
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("only " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("closed in the middle of a head");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }
}
