package org.pyexec.body;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.pyexec.api.Refusals;
import org.pyexec.api.Refused;
import org.pyexec.client.Client;
import org.pyexec.delivery.BackgroundExecutor;
import org.pyexec.http.ErrorResponses;
import org.pyexec.http.Paths;
import org.pyexec.http.RequestClient;
import org.pyexec.memory.Memory;

/**
 * Receives the bodies of requests without holding a thread (Jakarta Servlet 6.0, section 3.7, "Non Blocking IO"),
 * refuses those that are too long and gives up on those that stall.
 */
public final class Bodies {

    private static final String RECEIVED = Bodies.class.getName();

    private static final String URI = RECEIVED + ".uri";

    /** Set where the server itself answers {@code Expect: 100-continue}, so that the body comes whatever we say. */
    private static final String CONTINUES_EARLY = "org.pyexec.filter.continues-before-the-head-is-seen";

    private static final int AT_ONCE_BYTES = 64 << 10;
    private static final int UNKNOWN_LENGTH = -1;

    private final BodyLimits limits;
    private final Path folder;
    private final Memory memory;
    private final Memory disk;
    private final BackgroundExecutor background;
    private final Uploads uploads;
    private final StallWatch watch;

    /**
     * @param folder private folder for bodies that are too large for memory
     * @param memory where there is room for the others
     * @param background where stalled bodies are looked for and refused
     * @param uploads where forms with files go while they are received
     */
    public Bodies(BodyLimits limits, Path folder, Memory memory, BackgroundExecutor background, Uploads uploads) {
        this.limits = limits;
        this.folder = folder;
        this.memory = memory;
        this.disk = new Memory(limits.maxBytesOnDisk());
        this.background = background;
        this.uploads = uploads;
        this.watch = new StallWatch(background);
    }

    /** Passes the request on as soon as its body is there: at once, or in a later dispatch. */
    public void receive(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getDispatcherType() == DispatcherType.ASYNC) {
            passOn(request, response, chain);
        } else if (!hasBody(request)) {
            chain.doFilter(request, response);
        } else if (isThereAlready(request)) {
            receiveNow(request, response, chain);
        } else {
            receiveLater(request, response);
        }
    }

    private void receiveNow(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        // A resource that answers later has read the body when the chain returns.
        try (ReceivedBody body = firstBody(request)) {
            byte[] bytes = request.getInputStream().readNBytes((int) request.getContentLengthLong());
            if (keep(body, bytes, request, response)) {
                passOn(body, request, response, chain);
            }
        }
    }

    /** Answers with an error without having read the body; reads a bounded part of it first, see RFC 9112, 9.6. */
    public void answerUnread(HttpServletRequest request, HttpServletResponse response, Refused refused)
            throws IOException {
        if (!hasBody(request) || !request.isAsyncSupported()) {
            ErrorResponses.write(request, response, refused);
        } else if (clientWaits(request)) { // for permission to send the body, and does not get it
            ReceivedBody none = newBody(request);
            PendingRequest pending = PendingRequest.begin(request, response, none, background, none);
            pending.closeAfterwards();
            pending.answerLater(refused);
        } else {
            Reception reception = reception(request, 0, refused);
            reception.refuse(refused, System.nanoTime());
            new BodyReader(request, response, newBody(request), reception, watch, background).begin();
        }
    }

    private static boolean keep(
            ReceivedBody body, byte[] bytes, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        try {
            body.write(bytes, bytes.length);
            return true;
        } catch (IOException e) {
            ErrorResponses.write(request, response, BodyReader.notKept(request, e));
            return false;
        }
    }

    private void receiveLater(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = Paths.of(request);
        long limit = limits.forPath(path);
        if (request.getContentLengthLong() > limit) {
            answerUnread(request, response, limits.tooLarge(path));
            return;
        }
        ReceivedBody body = firstBody(request);
        request.setAttribute(RECEIVED, body);
        request.setAttribute(URI, request.getRequestURI());
        Reception reception = reception(request, limit, limits.tooLarge(path));
        new BodyReader(request, response, body, reception, watch, background).begin();
    }

    private Reception reception(HttpServletRequest request, long maxBytes, Refused tooLarge) {
        return new Reception(limits, maxBytes, tooLarge, request.getContentLengthLong(), System.nanoTime());
    }

    /** For what comes from the client. */
    private ReceivedBody firstBody(HttpServletRequest request) {
        return ContentCodings.isCompressed(request) ? newBody(request) : decodedBody(request);
    }

    private ReceivedBody decodedBody(HttpServletRequest request) {
        return uploads.begin(request).<ReceivedBody>map(form -> form).orElseGet(() -> newBody(request));
    }

    private ReceivedBody newBody(HttpServletRequest request) {
        Client client = RequestClient.of(request);
        return new SpooledBody(folder, memory.share(client), disk.share(client));
    }

    private void passOn(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!(request.getAttribute(RECEIVED) instanceof ReceivedBody body)) {
            chain.doFilter(request, response);
            return;
        }
        // A resource that answers later has read the body by then. The end of the request would be too late: Payara
        // does not
        // report it when the client has gone.
        try (body) {
            passOn(body, request, response, chain);
        }
    }

    private void passOn(ReceivedBody body, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!ContentCodings.isCompressed(request)) {
            chain.doFilter(received(request, body), response);
            return;
        }
        try (ReceivedBody decoded = decodedBody(request)) {
            Optional<Refused> refusal = decode(body, decoded, request);
            if (refusal.isPresent()) {
                ErrorResponses.write(request, response, refusal.get());
            } else {
                body.close(); // its room is free while the request is served
                chain.doFilter(received(request, decoded), response);
            }
        }
    }

    private static ReceivedRequest received(HttpServletRequest request, ReceivedBody body) {
        String uri = request.getAttribute(URI) instanceof String sent ? sent : request.getRequestURI();
        return new ReceivedRequest(request, body, uri);
    }

    /** Decompresses a body, or says why that cannot be. */
    private Optional<Refused> decode(ReceivedBody body, ReceivedBody decoded, HttpServletRequest request) {
        String path = Paths.of(request);
        try {
            ContentCodings.decode(body.open(), decoded, limits.forPath(path));
            return Optional.empty();
        } catch (ContentCodings.TooLongException e) {
            return Optional.of(limits.tooLarge(path));
        } catch (ContentCodings.MalformedException e) {
            return Optional.of(Refusals.MALFORMED_GZIP.with());
        } catch (IOException e) {
            return Optional.of(BodyReader.notKept(request, e));
        }
    }

    private static boolean clientWaits(HttpServletRequest request) {
        return request.getHeader("Expect") != null
                && request.getServletContext().getInitParameter(CONTINUES_EARLY) == null;
    }

    public static boolean hasBody(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        return length > 0 || (length == UNKNOWN_LENGTH && request.getHeader("Transfer-Encoding") != null);
    }

    /** Whether the whole body came together with the head, as short ones do: then reading it cannot block. */
    private boolean isThereAlready(HttpServletRequest request) throws IOException {
        long length = request.getContentLengthLong();
        if (length < 0 || length > Math.min(AT_ONCE_BYTES, limits.maxBodyBytes())) {
            return false;
        }
        ServletInputStream in = request.getInputStream();
        return in.available() >= length;
    }
}
