package org.pyexec.sessions;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes session ids that nobody can guess and that this server recognizes later without storing them: 128 random bits,
 * and 96 bits of their HMAC-SHA-256 (RFC 2104, section 5). Safe for use by many threads.
 */
final class SessionIds {

    private static final String FILE = "session-ids";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final int RANDOM_BYTES = 16;
    private static final int MAC_BYTES = 12;

    private final SecureRandom random = new SecureRandom();
    private final SecretKeySpec key;

    private SessionIds(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /**
     * With the key in this folder, which is made when there is none.
     *
     * @param folder private to this server
     */
    static SessionIds in(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        try {
            byte[] key = Files.readAllBytes(file);
            if (key.length == KEY_BYTES) {
                return new SessionIds(key);
            }
        } catch (NoSuchFileException e) {
            // the first start here
        }
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        Path fresh = Files.createTempFile(
                folder, FILE, "", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(fresh, key);
        Files.move(fresh, file, ATOMIC_MOVE);
        return new SessionIds(key);
    }

    String next() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        ByteBuffer id = ByteBuffer.allocate(RANDOM_BYTES + MAC_BYTES).put(bytes).put(mac(bytes));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id.array());
    }

    /** Whether it was made here, by this server or the one before it. */
    boolean isOurs(String id) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(id);
        } catch (IllegalArgumentException e) {
            return false;
        }
        if (bytes.length != RANDOM_BYTES + MAC_BYTES) {
            return false;
        }
        byte[] mac = Arrays.copyOfRange(bytes, RANDOM_BYTES, bytes.length);
        return MessageDigest.isEqual(mac, mac(Arrays.copyOf(bytes, RANDOM_BYTES)));
    }

    private byte[] mac(byte[] bytes) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return Arrays.copyOf(mac.doFinal(bytes), MAC_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HMAC-SHA-256", e);
        }
    }
}
