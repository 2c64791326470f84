package org.pyexec.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads server-sent events as defined by the HTML standard, section 9.2.6; malformed UTF-8 is an exception. */
public final class EventReader implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** One event. A comment has the name {@code :}. */
    public record Event(String name, String data) {

        public JsonNode json() {
            try {
                return MAPPER.readTree(data);
            } catch (IOException e) {
                throw new AssertionError(data, e);
            }
        }

        public String text() {
            return json().path("text").textValue();
        }
    }

    private final BufferedReader lines;

    public EventReader(InputStream in) {
        this.lines = new BufferedReader(new InputStreamReader(
                in, StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)));
    }

    /** The next event or comment, as soon as it is there. */
    public Event any() throws IOException {
        String name = "message";
        List<String> data = new ArrayList<>();
        for (String line = line(); ; line = line()) {
            if (line.isEmpty() && !data.isEmpty()) {
                return new Event(name, String.join("\n", data));
            }
            if (line.startsWith(":")) {
                return new Event(":", line.substring(1));
            }
            if (line.startsWith("event: ")) {
                name = line.substring("event: ".length());
            }
            if (line.startsWith("data: ")) {
                data.add(line.substring("data: ".length()));
            }
        }
    }

    /** The next event that is no comment. */
    public Event next() throws IOException {
        Event event = any();
        while (event.name().equals(":")) {
            event = any();
        }
        return event;
    }

    /** All events to the last one, without comments. */
    public List<Event> rest() throws IOException {
        List<Event> events = new ArrayList<>();
        Event event = next();
        events.add(event);
        while (!List.of("done", "error").contains(event.name())) {
            event = next();
            events.add(event);
        }
        return events;
    }

    /** Whether nothing more comes but comments. */
    public boolean isAtEnd() throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.isEmpty() && !line.startsWith(":")) {
                return false;
            }
        }
        return true;
    }

    private String line() throws IOException {
        String line = lines.readLine();
        if (line == null) {
            throw new EOFException("The stream has ended");
        }
        return line;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
