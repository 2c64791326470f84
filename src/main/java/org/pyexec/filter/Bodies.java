package org.pyexec.filter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.pyexec.body.ReceivedBody;
import org.pyexec.body.Uploads;
import org.pyexec.filter.PendingRequest.Verdict;
import org.pyexec.http.Caller;
import org.pyexec.http.Delays;
import org.pyexec.http.ErrorBody;
import org.pyexec.http.Paths;
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
    private final Delays delays;
    private final Uploads uploads;
    private final StallWatch watch;

    /**
     * @param folder private folder for bodies that are too large for memory
     * @param memory where there is room for the others
     * @param delays where stalled clients are looked for now and then, and refused
     * @param uploads where forms with files go while they are received
     */
    public Bodies(BodyLimits limits, Path folder, Memory memory, Delays delays, Uploads uploads) {
        this.limits = limits;
        this.folder = folder;
        this.memory = memory;
        this.disk = new Memory(limits.maxBytesOnDisk());
        this.delays = delays;
        this.uploads = uploads;
        this.watch = new StallWatch(delays);
    }

    /** Passes the request on as soon as its body is there: at once, or in a later dispatch. */
    void receive(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getDispatcherType() == DispatcherType.ASYNC) {
            passOn(request, response, chain);
        } else if (!hasBody(request)) {
            chain.doFilter(request, response);
        } else if (isThereAlready(request)) {
            // Whoever answers later has read it when the chain returns.
            try (ReceivedBody body = firstBody(request)) {
                byte[] bytes = request.getInputStream().readNBytes((int) request.getContentLengthLong());
                if (keep(body, bytes, request, response)) {
                    passOn(body, request, response, chain);
                }
            }
        } else {
            receiveLater(request, response);
        }
    }

    /** Answers with an error without having read the body; reads a bounded part of it first, see RFC 9112, 9.6. */
    void answerUnread(HttpServletRequest request, HttpServletResponse response, int status, ErrorBody error)
            throws IOException {
        if (!hasBody(request) || !request.isAsyncSupported()) {
            FilterResponses.write(response, status, error);
        } else if (clientWaits(request)) { // for leave to send it, and gets none
            ReceivedBody none = newBody(request);
            PendingRequest pending = PendingRequest.begin(request, response, none, delays, none);
            pending.closeAfterwards();
            pending.answerLater(new PendingRequest.Verdict(status, error));
        } else {
            new BodyReader(request, response, limits, newBody(request), watch, delays).drain(status, error);
        }
    }

    private static boolean keep(
            ReceivedBody body, byte[] bytes, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        try {
            body.write(bytes, bytes.length);
            return true;
        } catch (IOException e) {
            Verdict full = BodyReader.notKept(request, e);
            FilterResponses.write(response, full.status(), full.error());
            return false;
        }
    }

    private void receiveLater(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = Paths.of(request);
        long limit = limits.forPath(path);
        if (request.getContentLengthLong() > limit) {
            answerUnread(request, response, BodyReader.CONTENT_TOO_LARGE, tooLarge(request, path));
            return;
        }
        ReceivedBody body = firstBody(request);
        request.setAttribute(RECEIVED, body);
        request.setAttribute(URI, request.getRequestURI());
        new BodyReader(request, response, limits, body, watch, delays).receive(limit, tooLarge(request, path));
    }

    /** For what comes from the client. */
    private ReceivedBody firstBody(HttpServletRequest request) {
        return ContentCodings.isCompressed(request) ? newBody(request) : decodedBody(request);
    }

    private ReceivedBody decodedBody(HttpServletRequest request) {
        return uploads.begin(request).<ReceivedBody>map(form -> form).orElseGet(() -> newBody(request));
    }

    private ReceivedBody newBody(HttpServletRequest request) {
        String client = Caller.of(request);
        return new SpooledBody(folder, memory.share(client), disk.share(client));
    }

    private ErrorBody tooLarge(HttpServletRequest request, String path) {
        return BodyLimits.isUpload(path)
                ? FilterResponses.error(
                        request,
                        "File too large",
                        "A file may have at most %d bytes.".formatted(limits.maxUploadBytes()))
                : FilterResponses.error(
                        request,
                        "Request body too large",
                        "The body of a request may have at most %d bytes.".formatted(limits.maxBodyBytes()));
    }

    private void passOn(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!(request.getAttribute(RECEIVED) instanceof ReceivedBody body)) {
            chain.doFilter(request, response);
            return;
        }
        // Whoever answers later has read it by then. The end of the request would be too late: Payara does not tell of
        // it when the client has gone.
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
            Optional<Verdict> refusal = decode(body, decoded, request);
            if (refusal.isPresent()) {
                FilterResponses.write(
                        response, refusal.get().status(), refusal.get().error());
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
    private Optional<Verdict> decode(ReceivedBody body, ReceivedBody decoded, HttpServletRequest request) {
        String path = Paths.of(request);
        try {
            ContentCodings.decode(body.open(), decoded, limits.forPath(path));
            return Optional.empty();
        } catch (ContentCodings.TooLongException e) {
            return Optional.of(new Verdict(BodyReader.CONTENT_TOO_LARGE, tooLarge(request, path)));
        } catch (ContentCodings.MalformedException e) {
            return Optional.of(
                    Verdict.of(
                            request,
                            HttpServletResponse.SC_BAD_REQUEST,
                            "Malformed body",
                            "The body is not what its Content-Encoding says: it is no gzip (RFC 1952), a part of one, or one with more behind it."));
        } catch (IOException e) {
            return Optional.of(BodyReader.notKept(request, e));
        }
    }

    private static boolean clientWaits(HttpServletRequest request) {
        return request.getHeader("Expect") != null
                && request.getServletContext().getInitParameter(CONTINUES_EARLY) == null;
    }

    static boolean hasBody(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        return length > 0 || (length == UNKNOWN_LENGTH && request.getHeader("Transfer-Encoding") != null);
    }

    /** Whether the whole body came with the head, as short ones do: then reading it cannot block. */
    private boolean isThereAlready(HttpServletRequest request) throws IOException {
        long length = request.getContentLengthLong();
        if (length < 0 || length > Math.min(AT_ONCE_BYTES, limits.maxBodyBytes())) {
            return false;
        }
        ServletInputStream in = request.getInputStream();
        return in.available() >= length;
    }
}
