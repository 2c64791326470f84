package org.pyexec.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rooms that docs/architecture.md lists and draws, and the folders that there are. */
class RoomsInArchitectureTest {

    private final Markdown architecture = Markdown.read("docs/architecture.md");

    @Test
    void roomsOfTheServerAreItsPackages() throws IOException {
        assertThat(rooms("## Rooms of the server")).containsExactlyInAnyOrderElementsOf(folders(Sources.JAVA));
    }

    @Test
    void roomsOfTheSandboxAreItsFolders() throws IOException {
        assertThat(rooms("### Rooms of the sandbox")).containsExactlyInAnyOrderElementsOf(folders(Sources.PYTHON));
    }

    @Test
    void pictureHasTheRoomsOfTheServer() throws IOException {
        String picture = Files.readString(Path.of("docs/architecture-rooms.svg"));
        for (String room : rooms("## Rooms of the server")) {
            assertThat(picture).contains(">" + room + "</text>");
        }
    }

    @Test
    void roomsWithJakartaAreThoseThatImportIt() throws IOException {
        for (List<String> row : architecture.table("## Rooms of the server")) {
            Path folder = Sources.JAVA.resolve(Markdown.code(row.get(0)).get(0));
            assertThat(importsJakarta(folder))
                    .as(folder.toString())
                    .isEqualTo(row.get(2).equals("yes"));
        }
    }

    private List<String> rooms(String heading) {
        return architecture.table(heading).stream()
                .map(row -> Markdown.code(row.get(0)).get(0))
                .toList();
    }

    private static List<String> folders(Path parent) throws IOException {
        try (Stream<Path> files = Files.list(parent)) {
            return files.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .filter(name -> !name.startsWith("_"))
                    .toList();
        }
    }

    private static boolean importsJakarta(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                if (Files.readString(file).contains("import jakarta.")) {
                    return true;
                }
            }
            return false;
        }
    }
}
