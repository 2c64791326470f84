package org.pyexec.files.disk;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pyexec.files.HostedFile;

/**
 * What a former server left: whole files, tokens that expired, and remains, which it removes.
 *
 * @param live whole files that have not expired
 * @param expired files whose metadata alone is left, in the order of their expiry
 * @param removed how many remains were removed
 */
record Recovery(List<HostedFile> live, List<HostedFile> expired, int removed) {

    private static final Pattern NAME = Pattern.compile("(\\p{XDigit}{8}(?:-\\p{XDigit}{4}){3}-\\p{XDigit}{12})"
            + "(" + Pattern.quote(FileDirectory.CONTENT) + "|" + Pattern.quote(FileDirectory.METADATA) + "|"
            + Pattern.quote(FileDirectory.UNFINISHED) + ")");

    /** Reads the folder once and leaves in it nothing but what it returns; names that are not ours stay. */
    static Recovery from(FileDirectory directory, Instant now) throws IOException {
        Set<String> tokens = new HashSet<>();
        Set<String> remains = new HashSet<>();
        list(directory.folder(), tokens, remains);

        List<HostedFile> live = new ArrayList<>();
        List<HostedFile> expired = new ArrayList<>();
        for (String token : tokens) {
            Optional<HostedFile> file = read(directory, token);
            if (file.isPresent() && file.get().expiredAt(now)) {
                directory.removeContent(token);
                expired.add(file.get());
            } else if (file.isPresent() && isWhole(directory, file.get())) {
                live.add(file.get());
            } else {
                remains.add(token);
            }
        }
        for (String token : remains) {
            directory.remove(token);
        }
        expired.sort(Comparator.comparing(HostedFile::expires));
        return new Recovery(live, expired, remains.size());
    }

    private static void list(Path folder, Set<String> tokens, Set<String> remains) throws IOException {
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
            for (Path path : names) {
                Matcher name = NAME.matcher(path.getFileName().toString());
                if (name.matches()) {
                    (name.group(2).equals(FileDirectory.METADATA) ? tokens : remains).add(name.group(1));
                }
            }
        }
        remains.removeAll(tokens);
    }

    private static Optional<HostedFile> read(FileDirectory directory, String token) {
        try {
            return Optional.of(directory.metadata(token))
                    .filter(file -> file.token().equals(token));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The content was synced before the metadata had a name, so the right length means the right content. */
    private static boolean isWhole(FileDirectory directory, HostedFile file) {
        try {
            return directory.contentSize(file.token()) == file.size();
        } catch (IOException e) {
            return false;
        }
    }
}
