package org.pyexec.page;

import jakarta.servlet.ServletContext;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The page and what belongs to it, read once from the WAR. Safe for use by many threads. */
public final class Assets {

    private static final String FOLDER = "/assets/";
    private static final Map<String, String> TYPES = Map.of(
            "css", "text/css;charset=UTF-8",
            "js", "text/javascript;charset=UTF-8",
            "svg", "image/svg+xml",
            "png", "image/png",
            "ico", "image/x-icon",
            "txt", "text/plain;charset=UTF-8",
            "html", "text/html;charset=UTF-8");

    private final Map<String, Asset> assets;
    private final Asset page;

    /** One file of the page. */
    static final class Asset {

        private final byte[] bytes;
        private final MediaType mimeType;
        private final EntityTag tag;

        Asset(byte[] bytes, String mimeType) {
            this.bytes = bytes;
            this.mimeType = MediaType.valueOf(mimeType);
            this.tag = new EntityTag(sha256(bytes));
        }

        EntityTag tag() {
            return tag;
        }

        ResponseBuilder response() {
            return Response.ok(bytes, mimeType).header(HttpHeaders.CONTENT_LENGTH, bytes.length);
        }
    }

    private Assets(Map<String, Asset> assets, Asset page) {
        this.assets = Map.copyOf(assets);
        this.page = page;
    }

    /** Reads all of them. */
    public static Assets of(ServletContext context) throws IOException {
        Map<String, Asset> assets = new HashMap<>();
        addFolder(context, FOLDER, assets);
        return new Assets(assets, load(context, "/index.html"));
    }

    Optional<Asset> find(String name) {
        return Optional.ofNullable(assets.get(FOLDER + name));
    }

    public Response page() {
        return page.response().header(HttpHeaders.CACHE_CONTROL, "no-cache").build();
    }

    private static void addFolder(ServletContext context, String folder, Map<String, Asset> assets) throws IOException {
        Set<String> paths = context.getResourcePaths(folder);
        for (String path : paths == null ? Set.<String>of() : paths) {
            if (path.endsWith("/")) {
                addFolder(context, path, assets);
            } else {
                assets.put(path, load(context, path));
            }
        }
    }

    private static Asset load(ServletContext context, String path) throws IOException {
        try (InputStream in = context.getResourceAsStream(path)) {
            if (in == null) {
                throw new IOException("The WAR has no " + path);
            }
            byte[] bytes = in.readAllBytes();
            String ending = path.substring(path.lastIndexOf('.') + 1);
            return new Asset(bytes, TYPES.getOrDefault(ending, "application/octet-stream"));
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
