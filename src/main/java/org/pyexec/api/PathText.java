package org.pyexec.api;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.pyexec.files.PercentCode;

/** Paths of files as a part of a URL's path (RFC 3986, sections 2.1 and 3.3): a slash is one, encoded or not. */
public final class PathText {

    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private PathText() {}

    /**
     * What an encoded text says.
     *
     * @throws BadRequest where it says nothing
     */
    public static String decoded(String encoded) {
        byte[] bytes = PercentCode.decoded(encoded.getBytes(StandardCharsets.UTF_8))
                .orElseThrow(() -> bad("The path of a file has a % that no two hexadecimal digits follow."));
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw bad("The path of a file is UTF-8; write other bytes of a name as the list of files shows them.");
        }
    }

    private static BadRequest bad(String sentence) {
        return new BadRequest("Invalid path", sentence);
    }

    /** As a part of a URL. */
    public static String encoded(String path) {
        return PercentCode.encoded(path, character -> character == '/' || UNRESERVED.indexOf(character) >= 0);
    }
}
