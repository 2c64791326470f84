package org.pyexec.web;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Paths of files as a part of a URL's path (RFC 3986, sections 2.1 and 3.3): a slash is one, encoded or not. */
final class PathText {

    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    private static final int HEX = 16;

    private PathText() {}

    /**
     * What an encoded text says.
     *
     * @throws BadRequest where it says nothing
     */
    static String decoded(String encoded) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
        byte[] text = encoded.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < text.length; i++) {
            if (text[i] == '%') {
                bytes.write(octet(text, i + 1));
                i += 2;
            } else {
                bytes.write(text[i]);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw bad("The path of a file is UTF-8; write other bytes of a name as the list of files shows them.");
        }
    }

    private static int octet(byte[] text, int at) {
        int high = at + 1 < text.length ? Character.digit(text[at], HEX) : -1;
        int low = at + 1 < text.length ? Character.digit(text[at + 1], HEX) : -1;
        if (high < 0 || low < 0) {
            throw bad("The path of a file has a % that no two hexadecimal digits follow.");
        }
        return high * HEX + low;
    }

    private static BadRequest bad(String sentence) {
        return new BadRequest("Invalid path", sentence);
    }

    /** As a part of a URL. */
    static String encoded(String path) {
        StringBuilder text = new StringBuilder();
        for (byte octet : path.getBytes(StandardCharsets.UTF_8)) {
            if (octet == '/' || UNRESERVED.indexOf(octet) >= 0) {
                text.append((char) octet);
            } else {
                text.append("%%%02X".formatted(octet & 0xff));
            }
        }
        return text.toString();
    }
}
