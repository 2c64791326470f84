package org.pyexec.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.pyexec.documents.Markdown;

/** The table of docs/configuration.md, and what is read. */
class SettingsTableTest {

    private static final Markdown CONFIGURATION = Markdown.read("docs/configuration.md");
    private static final Set<String> NOT_SUPPORTED = Set.of("API_KEYS_FILE", "REDIS_URL");

    /** Defaults that the table tells in words, or by another setting. */
    private static final Set<String> IN_WORDS = Set.of(
            "ALLOWED_CONNECT_SRC",
            "CORS_ALLOWED_ORIGINS",
            "TRUSTED_PROXIES",
            "STORAGE_DIR",
            "STORAGE_MAX_BYTES_PER_CLIENT",
            "PYTHON",
            "MAX_CONCURRENT_EXECUTIONS",
            "NETWORK_ALLOW",
            "NETWORK_DENY");

    private record Row(String name, String defaultCell) {}

    @Test
    void tableNamesTheSettingsThatAreRead() {
        Set<String> asked = new HashSet<>();
        new SettingsReader(name -> {
                    asked.add(name);
                    return null;
                })
                .read();
        asked.removeAll(NOT_SUPPORTED);
        assertThat(rows().map(Row::name)).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(asked);
    }

    @Test
    void settingsThatAreNotSupportedAreNamed() {
        for (String name : NOT_SUPPORTED) {
            assertThat(CONFIGURATION.text()).contains("`" + name + "`");
        }
    }

    @TestFactory
    Stream<DynamicTest> documentedDefaultIsTheRealOne() {
        return rows().filter(row -> !IN_WORDS.contains(row.name()))
                .map(row -> DynamicTest.dynamicTest(row.name(), () -> {
                    List<String> values = Markdown.code(row.defaultCell());
                    assertThat(values).hasSize(1);
                    assertSame(read(Map.of(row.name(), values.get(0))), read(Map.of()));
                }));
    }

    private static void assertSame(Settings settings, Settings expected) {
        assertThat(settings)
                .usingRecursiveComparison()
                .ignoringFields("sandbox")
                .isEqualTo(expected);
        Path folder = Path.of("/run");
        assertThat(settings.sandbox().in(folder)).isEqualTo(expected.sandbox().in(folder));
    }

    private static Settings read(Map<String, String> environment) {
        return new SettingsReader(new HashMap<>(environment)::get).read();
    }

    private static Stream<Row> rows() {
        return CONFIGURATION.table("## Settings").stream()
                .map(cells -> new Row(Markdown.code(cells.get(0)).get(0), cells.get(1)));
    }
}
