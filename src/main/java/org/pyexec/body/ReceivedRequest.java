package org.pyexec.body;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A request whose body has been received as a whole. */
final class ReceivedRequest extends HttpServletRequestWrapper {

    private final ReceivedBody body;
    private final String uri;
    private @Nullable ServletInputStream stream;

    /**
     * @param uri as the client has sent it. Payara and GlassFish give a request that is dispatched again another one, decoded, without
     *     what follows a semicolon, and cut at what has become a question mark
     */
    ReceivedRequest(HttpServletRequest request, ReceivedBody body, String uri) {
        super(request);
        this.body = body;
        this.uri = uri;
    }

    @Override
    public String getRequestURI() {
        return uri;
    }

    @Override
    @SuppressWarnings("JdkObsolete") // the interface wants it
    public StringBuffer getRequestURL() {
        return uri.equals(super.getRequestURI())
                ? super.getRequestURL()
                : new StringBuffer("%s://%s:%d%s".formatted(getScheme(), getServerName(), getServerPort(), uri));
    }

    @Override
    public int getContentLength() {
        return (int) Math.min(body.length(), Integer.MAX_VALUE);
    }

    @Override
    public long getContentLengthLong() {
        return body.length();
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        ServletInputStream opened = stream;
        if (opened == null) {
            opened = new Content(body.open());
            stream = opened;
        }
        return opened;
    }

    @Override
    public BufferedReader getReader() throws IOException {
        return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
    }

    private static final class Content extends ServletInputStream {

        private final InputStream source;
        private boolean finished;

        Content(InputStream source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            int value = source.read();
            finished |= value < 0;
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = source.read(bytes, offset, length);
            finished |= count < 0;
            return count;
        }

        @Override
        public int available() throws IOException {
            return source.available();
        }

        @Override
        public boolean isFinished() {
            return finished;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new IllegalStateException("The body has been received already; read it.");
        }
    }
}
