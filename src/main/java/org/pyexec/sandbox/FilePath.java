package org.pyexec.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * The path of a file in the working directory of a session. The exceptions' messages say what is wrong, as sentences.
 *
 * @param shown relative, {@code /} between folders, as answers show it: what cannot be shown is percent-encoded there, one-to-one
 *     (names.py). How long it is on disk is checked by the supervisor, which knows what is encoded
 */
public record FilePath(String shown) {

    private static final int MAX_SHOWN_BYTES = 3 * 1024; // three for each byte that is encoded
    private static final int MAX_DEPTH = 32;
    private static final Set<String> NOWHERE = Set.of("", ".", "..");

    public FilePath {
        Inputs.require(!shown.isEmpty(), "The path of a file is empty.");
        Inputs.require(
                shown.length() <= MAX_SHOWN_BYTES && shown.getBytes(StandardCharsets.UTF_8).length <= MAX_SHOWN_BYTES,
                "The path of a file is longer than 1024 bytes.");
        Inputs.require(
                Inputs.isText(shown) && shown.indexOf('\0') < 0,
                "The path of a file has a zero character, or a surrogate without its other half.");
        String[] components = shown.split("/", -1);
        Inputs.require(components.length <= MAX_DEPTH, "The path is deeper than %d folders.".formatted(MAX_DEPTH));
        for (String component : components) {
            Inputs.require(
                    !NOWHERE.contains(component),
                    "A part of the path is empty, '.' or '..': it has to lead to a file in the working directory.");
        }
    }
}
