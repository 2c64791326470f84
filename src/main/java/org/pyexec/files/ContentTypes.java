package org.pyexec.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Finds a file's MIME type by its name and its first bytes.
 *
 * <p>The name decides, because it says what the content alone can't (CSV, Markdown, Python). It is overruled when its
 * format always begins with a known signature and the content lacks that: a {@code .png} that is really HTML is called
 * plain text, not an image. The content alone never makes a type that a browser would run, such as HTML or SVG.
 */
public final class ContentTypes {

    /** How many of the first bytes are enough to decide. */
    public static final int HEAD_BYTES = 4096;

    private static final String TEXT = "text/plain";
    private static final String UNKNOWN = "application/octet-stream";
    private static final String ZIP = "application/zip";
    private static final String NPZ = "application/x-npz";
    private static final String OFFICE = "application/vnd.openxmlformats-officedocument.";
    private static final String OPEN_DOCUMENT = "application/vnd.oasis.opendocument.";

    private static final List<Signature> SIGNATURES = List.of(
            new Signature("image/png", 0, "\u0089PNG\r\n\u001a\n"),
            new Signature("image/jpeg", 0, "\u00ff\u00d8\u00ff"),
            new Signature("image/gif", 0, "GIF87a"),
            new Signature("image/gif", 0, "GIF89a"),
            new Signature("image/webp", 8, "WEBPVP8"),
            new Signature("image/tiff", 0, "II*\0"),
            new Signature("image/tiff", 0, "MM\0*"),
            new Signature("application/pdf", 0, "%PDF-"),
            new Signature(ZIP, 0, "PK\u0003\u0004"),
            new Signature(ZIP, 0, "PK\u0005\u0006"),
            new Signature("application/gzip", 0, "\u001f\u008b"),
            new Signature("application/x-bzip2", 0, "BZh"),
            new Signature("application/x-xz", 0, "\u00fd7zXZ\0"),
            new Signature("application/x-7z-compressed", 0, "7z\u00bc\u00af'\u001c"),
            new Signature("application/zstd", 0, "(\u00b5/\u00fd"),
            new Signature("application/vnd.apache.parquet", 0, "PAR1"),
            new Signature("application/vnd.apache.arrow.file", 0, "ARROW1\0\0"),
            new Signature("application/vnd.sqlite3", 0, "SQLite format 3\0"),
            new Signature("application/x-hdf5", 0, "\u0089HDF\r\n\u001a\n"),
            new Signature("application/x-npy", 0, "\u0093NUMPY"),
            new Signature("audio/wav", 8, "WAVEfmt "),
            new Signature("audio/flac", 0, "fLaC"),
            new Signature("audio/ogg", 0, "OggS"),
            new Signature("audio/mpeg", 0, "ID3"),
            new Signature("audio/mpeg", 0, "\u00ff\u00fb"),
            new Signature("audio/mpeg", 0, "\u00ff\u00fa"),
            new Signature("audio/mpeg", 0, "\u00ff\u00f3"),
            new Signature("audio/mpeg", 0, "\u00ff\u00f2"),
            new Signature("video/mp4", 4, "ftyp"),
            new Signature("video/webm", 0, "\u001aE\u00df\u00a3"));

    private static final Set<String> ZIPPED = Set.of(
            ZIP,
            NPZ,
            OFFICE + "spreadsheetml.sheet",
            OFFICE + "wordprocessingml.document",
            OFFICE + "presentationml.presentation",
            OPEN_DOCUMENT + "spreadsheet",
            OPEN_DOCUMENT + "text",
            "application/epub+zip");

    private ContentTypes() {}

    /**
     * The type of a file.
     *
     * @param filename a label, with or without folders
     * @param head the first bytes, {@link #HEAD_BYTES} of them or the whole content if that is shorter
     */
    public static String of(String filename, byte[] head) {
        Optional<String> named = byName(filename);
        if (named.isPresent() && (head.length == 0 || agrees(named.get(), head))) {
            return named.get();
        }
        return bySignature(head).orElseGet(() -> isText(head) ? TEXT : UNKNOWN);
    }

    private static boolean agrees(String type, byte[] head) {
        if (ZIPPED.contains(type)) {
            return bySignature(head).filter(ZIP::equals).isPresent();
        }
        List<Signature> expected =
                SIGNATURES.stream().filter(s -> s.type().equals(type)).toList();
        return expected.isEmpty() || expected.stream().anyMatch(s -> s.matches(head));
    }

    private static Optional<String> bySignature(byte[] head) {
        return SIGNATURES.stream()
                .filter(signature -> signature.matches(head))
                .map(Signature::type)
                .findFirst();
    }

    private static boolean isText(byte[] head) {
        CharBuffer text = CharBuffer.allocate(head.length);
        CharsetDecoder decoder = UTF_8.newDecoder();
        boolean whole = head.length < HEAD_BYTES;
        CoderResult result = decoder.decode(ByteBuffer.wrap(head), text, whole);
        return !result.isError() && text.flip().chars().noneMatch(ContentTypes::isControl);
    }

    private static boolean isControl(int character) {
        return Character.isISOControl(character)
                && character != '\n'
                && character != '\r'
                && character != '\t'
                && character != '\f';
    }

    private static Optional<String> byName(String filename) {
        String name = FileLabel.lastComponent(filename);
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return name.contains(".") ? byExtension(extension) : Optional.empty();
    }

    private static Optional<String> byExtension(String extension) {
        String type = switch (extension) {
            case "txt", "text", "log" -> TEXT;
            case "csv" -> "text/csv";
            case "tsv" -> "text/tab-separated-values";
            case "md", "markdown" -> "text/markdown";
            case "html", "htm" -> "text/html";
            case "css" -> "text/css";
            case "js", "mjs" -> "text/javascript";
            case "py" -> "text/x-python";
            case "ics" -> "text/calendar";
            case "xml" -> "application/xml";
            case "json" -> "application/json";
            case "jsonl", "ndjson" -> "application/x-ndjson";
            case "geojson" -> "application/geo+json";
            case "ipynb" -> "application/x-ipynb+json";
            case "yaml", "yml" -> "application/yaml";
            case "toml" -> "application/toml";
            case "sql" -> "application/sql";
            case "tex" -> "application/x-tex";
            case "rtf" -> "application/rtf";
            case "png" -> "image/png";
            case "jpg", "jpeg" -> "image/jpeg";
            case "gif" -> "image/gif";
            case "webp" -> "image/webp";
            case "svg" -> "image/svg+xml";
            case "bmp" -> "image/bmp";
            case "ico" -> "image/vnd.microsoft.icon";
            case "tif", "tiff" -> "image/tiff";
            case "avif" -> "image/avif";
            case "pdf" -> "application/pdf";
            case "ps", "eps" -> "application/postscript";
            case "zip" -> ZIP;
            case "gz", "tgz" -> "application/gzip";
            case "bz2" -> "application/x-bzip2";
            case "xz" -> "application/x-xz";
            case "7z" -> "application/x-7z-compressed";
            case "zst" -> "application/zstd";
            case "tar" -> "application/x-tar";
            case "xlsx" -> OFFICE + "spreadsheetml.sheet";
            case "docx" -> OFFICE + "wordprocessingml.document";
            case "pptx" -> OFFICE + "presentationml.presentation";
            case "xls" -> "application/vnd.ms-excel";
            case "doc" -> "application/msword";
            case "ppt" -> "application/vnd.ms-powerpoint";
            case "ods" -> OPEN_DOCUMENT + "spreadsheet";
            case "odt" -> OPEN_DOCUMENT + "text";
            case "epub" -> "application/epub+zip";
            case "parquet" -> "application/vnd.apache.parquet";
            case "arrow", "feather" -> "application/vnd.apache.arrow.file";
            case "npy" -> "application/x-npy";
            case "npz" -> NPZ;
            case "h5", "hdf5" -> "application/x-hdf5";
            case "sqlite", "sqlite3", "db" -> "application/vnd.sqlite3";
            case "wasm" -> "application/wasm";
            case "wav" -> "audio/wav";
            case "mp3" -> "audio/mpeg";
            case "flac" -> "audio/flac";
            case "ogg", "oga" -> "audio/ogg";
            case "m4a" -> "audio/mp4";
            case "mp4", "m4v" -> "video/mp4";
            case "webm" -> "video/webm";
            case "mov" -> "video/quicktime";
            case "avi" -> "video/x-msvideo";
            case "ttf" -> "font/ttf";
            case "otf" -> "font/otf";
            case "woff" -> "font/woff";
            case "woff2" -> "font/woff2";
            default -> "";
        };
        return Optional.of(type).filter(found -> !found.isEmpty());
    }

    /** Bytes that stand at a fixed place in every file of a type; one character of {@code bytes} per byte. */
    private record Signature(String type, int offset, String bytes) {

        boolean matches(byte[] head) {
            int end = offset + bytes.length();
            return head.length >= end
                    && Arrays.equals(Arrays.copyOfRange(head, offset, end), bytes.getBytes(ISO_8859_1));
        }
    }
}
