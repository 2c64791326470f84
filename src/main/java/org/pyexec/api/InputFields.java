package org.pyexec.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pyexec.files.FileStore;
import org.pyexec.files.Lookup;
import org.pyexec.files.StoreUnreachableException;
import org.pyexec.sandbox.InputFile;
import org.pyexec.sandbox.Inputs;

/** The fields {@code stdin}, {@code args}, {@code env} and {@code files} of a request. */
final class InputFields {

    private static final List<String> SOURCES = List.of("content", "base64", "token");
    private static final String DOWNLOAD = Route.DOWNLOAD.with("");

    private InputFields() {}

    /**
     * Reads them; those that are absent are empty.
     *
     * @param files where tokens are looked up
     * @throws BadRequest with a sentence that says what is wrong with one
     * @throws StoreUnreachableException if a token cannot be looked up
     */
    static Inputs read(JsonNode root, FileStore files) throws StoreUnreachableException {
        String stdin = stdin(root.path("stdin"));
        List<String> args = args(root.path("args"));
        Map<String, String> env = env(root.path("env"));
        List<InputFile> input = files(root.path("files"), files);
        try {
            return new Inputs(stdin, args, env, input);
        } catch (IllegalArgumentException e) {
            throw new BadRequest("Invalid input", String.valueOf(e.getMessage()));
        }
    }

    private static String stdin(JsonNode stdin) {
        if (!stdin.isMissingNode() && !stdin.isTextual()) {
            throw new BadRequest("Invalid stdin", "The field 'stdin' must be a string.");
        }
        return stdin.asText();
    }

    private static List<String> args(JsonNode args) {
        if (!args.isMissingNode() && !args.isArray()) {
            throw badArgs();
        }
        List<String> read = new ArrayList<>();
        for (JsonNode arg : args) {
            if (!arg.isTextual()) {
                throw badArgs();
            }
            read.add(arg.textValue());
        }
        return read;
    }

    private static BadRequest badArgs() {
        return new BadRequest("Invalid args", "The field 'args' must be an array of strings.");
    }

    private static Map<String, String> env(JsonNode env) {
        if (!env.isMissingNode() && !env.isObject()) {
            throw badEnv();
        }
        Map<String, String> read = new LinkedHashMap<>();
        env.properties().forEach(variable -> {
            if (!variable.getValue().isTextual()) {
                throw badEnv();
            }
            read.put(variable.getKey(), variable.getValue().textValue());
        });
        return read;
    }

    private static BadRequest badEnv() {
        return new BadRequest("Invalid env", "The field 'env' must be an object whose values are strings.");
    }

    private static List<InputFile> files(JsonNode files, FileStore store) throws StoreUnreachableException {
        if (!files.isMissingNode() && !files.isArray()) {
            throw badFiles("The field 'files' must be an array of objects.");
        }
        List<InputFile> read = new ArrayList<>();
        for (JsonNode file : files) {
            read.add(file(file, store));
        }
        return read;
    }

    private static InputFile file(JsonNode file, FileStore store) throws StoreUnreachableException {
        if (!file.isObject() || !file.path("filename").isTextual()) {
            throw badFiles("Each of 'files' must be an object with the string 'filename'.");
        }
        String filename = file.path("filename").textValue();
        List<String> given = SOURCES.stream().filter(file::has).toList();
        if (given.size() != 1 || !file.path(given.get(0)).isTextual()) {
            throw badFiles("'%s' needs exactly one of 'content', 'base64' and 'token', a string."
                    .formatted(InputFile.shown(filename)));
        }
        InputFile.Content content = content(file, given.get(0), filename, store);
        try {
            return new InputFile(filename, content);
        } catch (IllegalArgumentException e) {
            throw badFiles(String.valueOf(e.getMessage()));
        }
    }

    private static InputFile.Content content(JsonNode file, String source, String filename, FileStore store)
            throws StoreUnreachableException {
        String value = file.path(source).textValue();
        return switch (source) {
            case "content" -> text(filename, value);
            case "base64" -> base64(filename, value);
            default -> hosted(filename, value, store);
        };
    }

    private static InputFile.Content text(String filename, String value) {
        if (!Inputs.isText(value)) {
            throw badFiles(
                    "The content of '%s' has a surrogate without its other half.".formatted(InputFile.shown(filename)));
        }
        return InputFile.inMemory(value.getBytes(StandardCharsets.UTF_8));
    }

    private static InputFile.Content base64(String filename, String value) {
        try {
            return InputFile.inMemory(Base64Text.decode(value));
        } catch (IllegalArgumentException e) {
            throw badFiles("The content of '%s' is not Base64 (RFC 4648).".formatted(InputFile.shown(filename)));
        }
    }

    /** By its token, or by the address of its download, in which that is the last part. */
    private static InputFile.Content hosted(String filename, String value, FileStore store)
            throws StoreUnreachableException {
        String token = value.startsWith(DOWNLOAD) ? value.substring(DOWNLOAD.length()) : value;
        Lookup lookup = store.find(token);
        if (lookup instanceof Lookup.Found found) {
            return new HostedContent(store, found.file());
        }
        if (lookup instanceof Lookup.Unreachable) {
            throw new StoreUnreachableException("The store cannot be asked for a token");
        }
        String why = lookup instanceof Lookup.Expired ? "has expired" : "is unknown or has expired";
        throw badFiles("The token of '%s' %s.".formatted(InputFile.shown(filename), why));
    }

    private static BadRequest badFiles(String sentence) {
        return new BadRequest("Invalid files", sentence);
    }
}
