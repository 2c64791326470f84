package org.pyexec.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import org.pyexec.api.RequestJson;
import org.pyexec.http.RequestClient;
import org.pyexec.memory.Memory;
import org.pyexec.memory.NoRoomException;

/**
 * Reads requests in JSON, each within a share of the memory. Safe for use by many threads.
 *
 * @param memory where a request takes what reading it needs
 */
public record JsonRequests(ObjectMapper mapper, Memory memory) {

    /** Reads one kind of request. */
    @FunctionalInterface
    interface Reader<T> {
        T read(ObjectMapper mapper, InputStream body) throws IOException;
    }

    /**
     * What the body of the request says.
     *
     * @throws NoRoomException if there is no memory for it
     * @throws org.pyexec.api.BadRequest if it cannot be understood
     */
    <T> T read(HttpServletRequest request, InputStream body, Reader<T> reader) throws IOException, NoRoomException {
        try (Memory.Share share = memory.share(RequestClient.of(request))) {
            share.hold(RequestJson.heldBytes(request.getContentLengthLong()));
            return reader.read(mapper, body);
        }
    }
}
