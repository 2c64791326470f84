package org.pyexec.body;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.MediaType;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.Route;
import org.pyexec.client.Client;
import org.pyexec.files.FileStore;
import org.pyexec.http.Paths;
import org.pyexec.http.RequestClient;
import org.pyexec.memory.Memory;

/** Finds the requests whose body is a form with a file for the store. Safe for use by many threads. */
public final class Uploads {

    /** RFC 2046, section 5.1.1: no quotes among them, which one reader would take away and another would not. */
    private static final Pattern BOUNDARY = Pattern.compile("[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]");

    private final FileStore files;
    private final long maxUploadBytes;
    private final Path folder;
    private final Memory memory;

    /**
     * @param folder for parts that cannot go into the store while they are received
     * @param memory where a form takes what reading it needs
     */
    public Uploads(FileStore files, long maxUploadBytes, Path folder, Memory memory) {
        this.files = files;
        this.maxUploadBytes = maxUploadBytes;
        this.folder = folder;
        this.memory = memory;
    }

    /** Whether forms of this type have a boundary that all readers understand in the same way. */
    public static boolean hasBoundary(MediaType type) {
        return BOUNDARY.matcher(boundary(type)).matches();
    }

    /** What stands between the parts; empty if the type does not say. */
    public static String boundary(MediaType type) {
        return type.getParameters().getOrDefault("boundary", "");
    }

    /** Where the body of this request goes, if it is such a form; {@link FormUpload#of} finds it again. */
    public Optional<FormUpload> begin(HttpServletRequest request) {
        if (!request.getMethod().equals("POST") || Route.bodyOf(Paths.of(request)) != Route.Body.FORM_WITH_FILE) {
            return Optional.empty();
        }
        Optional<FormUpload> upload = type(request.getContentType())
                .filter(MediaType.MULTIPART_FORM_DATA_TYPE::isCompatible)
                .filter(Uploads::hasBoundary)
                .map(type -> newUpload(RequestClient.of(request), boundary(type)));
        upload.ifPresent(form -> form.attachTo(request));
        return upload;
    }

    private FormUpload newUpload(Client client, String boundary) {
        return new FormUpload(
                new FileField(files, client.name(), maxUploadBytes), memory.share(client), boundary, folder);
    }

    private static Optional<MediaType> type(@Nullable String header) {
        try {
            return Optional.ofNullable(header).map(MediaType::valueOf);
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
