package org.pyexec.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryNeedsTest {

    @Test
    void programsAndSessionsCountWithTheirDiskAndLastWords() {
        Settings settings = new SettingsReader(Map.of(
                        "MAX_CONCURRENT_EXECUTIONS", "3",
                        "MAX_SESSIONS", "2",
                        "EXECUTION_MEMORY_MB", "100",
                        "EXECUTION_DISK_MB", "34")::get)
                .read();

        MemoryNeeds needs = MemoryNeeds.of(settings, settings.sandbox().in(Path.of("/run")));

        assertThat(needs.programs()).isEqualTo(5);
        assertThat(needs.allMb()).isEqualTo(5 * 150 + 128);
        assertThat(needs.machineMb()).isPositive().isLessThan(Long.MAX_VALUE >> 20);
    }

    @Test
    void moreThanTheMachineHasIsAWarning() {
        assertThat(new MemoryNeeds(4, 592, 4 * 592 + 128).level()).isEqualTo(Level.INFO);
        assertThat(new MemoryNeeds(4, 592, 4 * 592 + 127).level()).isEqualTo(Level.WARNING);
    }
}
