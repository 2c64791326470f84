package org.pyexec.it.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;

/** The examples of README.md and docs/api.md, run as they are printed but for the address of the server. */
@Tag("engine")
@NeedsServer
class ReadmeIT {

    private static final Map<String, List<String>> INTERPRETERS = Map.of(
            "sh", List.of("bash", "-euo", "pipefail"),
            "javascript", List.of("node", "--input-type=module"),
            "python", List.of("/usr/bin/python3", "-W", "error"));
    private static final Pattern BLOCK = Pattern.compile(
            "^```(sh|javascript|python)\\n(.*?)^```\\n(?:```json\\n(.*?)^```)?", Pattern.DOTALL | Pattern.MULTILINE);

    private static final Pattern LOCATION = Pattern.compile("^Location: (/executions/\\S+)", Pattern.MULTILINE);

    @TempDir
    Path folder;

    private final Http http;

    ReadmeIT(Http http) {
        this.http = http;
    }

    private record Example(String language, String text, String answer) {}

    @TestFactory
    Stream<DynamicTest> examplesRunAsPrinted() throws IOException {
        List<Example> examples = examples();
        assertThat(examples).hasSizeGreaterThan(25);
        Files.writeString(folder.resolve("table.csv"), "a,b\n1,2\n");
        return examples.stream()
                .map(example -> DynamicTest.dynamicTest(
                        example.language() + ": "
                                + example.text().lines().findFirst().orElse(""),
                        () -> check(example)));
    }

    private static List<Example> examples() throws IOException {
        List<Example> examples = new ArrayList<>();
        for (String document : List.of("README.md", "docs/api.md")) {
            Matcher blocks = BLOCK.matcher(Files.readString(Path.of(document)));
            while (blocks.find()) {
                String answer = blocks.group(3);
                examples.add(new Example(blocks.group(1), blocks.group(2), answer == null ? "" : answer));
            }
        }
        return examples;
    }

    private void check(Example example) throws Exception {
        String printed = run(example);
        assertThat(printed).isNotBlank();
        cancel(printed);
        if (!example.answer().isEmpty()) {
            ObjectMapper mapper = new ObjectMapper();
            assertThat(names(mapper.readTree(printed))).isEqualTo(names(mapper.readTree(example.answer())));
        }
    }

    /** Ends what the examples left running, since it would affect the next test. */
    private void cancel(String printed) {
        Matcher location = LOCATION.matcher(printed);
        if (location.find()) {
            assertThat(http.send("DELETE", location.group(1), new byte[0]).status())
                    .isEqualTo(200);
        }
    }

    private String run(Example example) throws IOException, InterruptedException {
        Path said = Files.createTempFile(folder, "said", "");
        Path complained = Files.createTempFile(folder, "complained", "");
        Path script = Files.createTempFile(folder, "example", "");
        Files.writeString(
                script,
                example.text().replace("http://localhost:8000", http.base().toString()));
        Process process = new ProcessBuilder(INTERPRETERS.get(example.language()))
                .directory(folder.toFile())
                .redirectInput(script.toFile())
                .redirectOutput(said.toFile())
                .redirectError(complained.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(example.text()).isTrue();
        } finally {
            process.destroy();
        }
        assertThat(process.exitValue())
                .as(Files.readString(complained, StandardCharsets.UTF_8))
                .isZero();
        return Files.readString(said, StandardCharsets.UTF_8);
    }

    /** Of all fields at any depth, but for lists, which the printed answers shorten. */
    private static List<String> names(JsonNode json) {
        List<String> names = new ArrayList<>();
        json.properties().forEach(field -> {
            names.add(field.getKey());
            names(field.getValue()).forEach(inner -> names.add(field.getKey() + "." + inner));
        });
        return names;
    }
}
